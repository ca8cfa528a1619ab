"""What must hold of a family: each row of the table in docs/models.md is one `Row`, found from outside by running the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import transformers

from repscape.errors import RepscapeError
from repscape.extraction import Model, Tap, list_layers, open_model
from tests.extraction.more_models import states_of
from tests.extraction.tiny_models import PROTEINS, TEXTS, image_processor, protein_tokenizer, word_tokenizer
from tests.extraction.zoo import BOTH, PICTURES, PROTEIN, SOUND, SPOKEN, tiny_model

CLOSE = 1e-5  # relative to the largest entry of a state
BRANCHES = (("attn", "norm2"), ("mixer", "norm2"), ("cross", "norm_mlp"), ("mlp", ""))
PATCHES = 16
OTHER_POSITIONS = ("swin", "swinv2", "convnext", "convnextv2")  # stages have positions of their own
SPARE = {"yolos": (1, 3), "audio-spectrogram-transformer": (2, 0)}  # special positions in front and behind
States = dict[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """What was seen of one family."""

    family: str
    opens: bool = False
    residual: bool = False
    sums: bool = False
    alone: bool = False
    """Whether states do not depend on what shares the batch."""
    counted: bool = False
    words: str = ""
    """Why not, as the library says it or as it was found."""
    sites: tuple[str, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Whether everything holds."""
        return self.opens and self.residual and self.sums and self.alone and self.counted


def check_family(family: str, folder: Any) -> Row:
    """Open a tiny model of a family and see what holds of it."""
    try:
        model = opened(family, folder)
        everything = states_of(model, inputs_of(family), kind_of(family), site=model_sites(model), pool=pool_of(family))
    except RepscapeError as error:
        return Row(family, words=str(error))
    row = Row(family, True, sites=tuple(model_sites(model)))
    residual, why = _residual(model, family, everything)
    sums, why_not = _sums(model, everything)
    alone = _alone(model, family, everything)
    counted = _counted(family, everything)
    refused = model.anatomy.refused if model.anatomy else {}
    words = "; ".join(dict.fromkeys([said for said in (why, why_not, *refused.values()) if said]))
    return Row(family, True, residual, sums, alone, counted, words, row.sites)


def opened(family: str, folder: Any) -> Model:
    """Open a tiny model of a family with what goes with it."""
    module = tiny_model(family)
    if family in PICTURES:
        return open_model(module, preprocess=image_processor("ViT"))
    if family in (*SOUND, *SPOKEN):
        tower = "decoder" if family in SPOKEN else "auto"
        return open_model(module, preprocess=extractor(family.partition(" ")[0]), tower=tower)
    if family in PROTEIN:
        return open_model(module, preprocess=protein_tokenizer(folder))
    tower = "both" if family in BOTH else "auto"
    return open_model(module, preprocess=word_tokenizer(front="[CLS]", back="[SEP]"), tower=tower)


def extractor(family: str) -> Any:
    """Return a feature extractor for sound."""
    if family == "whisper":
        return transformers.WhisperFeatureExtractor(feature_size=80, chunk_length=1)
    if family == "audio-spectrogram-transformer":
        return transformers.ASTFeatureExtractor(num_mel_bins=32, max_length=64)
    if family == "speech_to_text":
        return transformers.Speech2TextFeatureExtractor(feature_size=80, num_mel_bins=80)
    if family == "speecht5":
        return transformers.SpeechT5FeatureExtractor()
    return transformers.Wav2Vec2FeatureExtractor()


def kind_of(family: str) -> str:
    """Return the kind of a family's examples."""
    if family in PICTURES:
        return "image"
    return "vectors" if family in (*SOUND, *SPOKEN) else "protein" if family in PROTEIN else "text"


def inputs_of(family: str) -> Any:
    """Return a few inputs of the kind a family takes."""
    draw = np.random.default_rng(1)
    if family in PICTURES:
        return draw.integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    if family in (*SOUND, *SPOKEN):
        return (draw.standard_normal((3, 6000)) / 10).astype(np.float32)
    return [sequence[:12] for sequence in PROTEINS] if family in PROTEIN else TEXTS


def pool_of(family: str) -> str:
    """Return how states are read: position by position where all layers have the same."""
    return "mean" if family in OTHER_POSITIONS else "token"


def model_sites(model: Model) -> list[str]:
    """Return the sites that a model has."""
    return model.anatomy.sites() if model.anatomy else ["residual"]


def stacks(states: States) -> list[list[str]]:
    """Return the keys of residual states, stack by stack, each from its embedding on."""
    found: list[list[str]] = []
    for key in (key for key in states if ":" not in key):
        if key.endswith("embedding"):
            found.append([])
        found[-1].append(key)
    return found


def _residual(model: Model, family: str, states: States) -> tuple[bool, str]:
    """Say whether residuals are the library's own hidden states, one input at a time."""
    if family in OTHER_POSITIONS:  # the library hands out the ends of stages, some of them after they were made smaller
        known, hidden = [states[key] for key in states if ":" not in key], _librarys(model, family)[0]
        ends = [any(_near(state, one) for one in known) for state in (hidden[0], hidden[-1])]
        return all(ends), "" if all(ends) else "the library's first or last state is another"
    for keys, hidden in zip(stacks(states), _librarys(model, family), strict=True):
        last = states.get(next((key for key in states if key.endswith(":final_norm")), ""), None)
        first = next((place for place, state in enumerate(hidden) if _near(state, states[keys[1]])), None)
        if first is None:
            return False, "the library's states are others"
        for place, key in enumerate(keys[1:-1], start=first):
            if not _near(hidden[place], states[key]):
                return False, f"the library's state at {key} is another"
        end = first + len(keys) - 2
        finals = [states[key] for key in (keys[-1], *(key for key in states if key.endswith(":final_norm")))]
        if len(hidden) > end and not any(_near(hidden[end], final) for final in finals):
            return False, f"the library's last state is neither {keys[-1]} nor its normalisation ({last is not None})"
    return True, ""


def _librarys(model: Model, family: str) -> list[list[np.ndarray]]:
    """Return the library's hidden states, each input run alone and without a mask, real positions only, stack by stack."""
    inputs = inputs_of(family)
    encoded = model.encode(inputs, first_row=0, max_length=None, too_long="truncate")
    rows: list[list[list[np.ndarray]]] = []
    for row in range(len(inputs)):
        batch = encoded.batch(np.array([row]))
        given = {name: value for name, value in batch.inputs.items() if name != "attention_mask"}
        with torch.no_grad():
            out = model.run(**given, output_hidden_states=True)
        both = hasattr(out, "encoder_hidden_states") and hasattr(out, "decoder_hidden_states")
        found = [out.encoder_hidden_states, out.decoder_hidden_states] if both else [out.hidden_states]
        found = found[1:] if family in SPOKEN else found
        rows.append([[_real(state, batch, family, at) for state in stack] for at, stack in enumerate(found)])
    return [
        [np.concatenate([one[at][depth] for one in rows]) for depth in range(len(rows[0][at]))]
        for at in range(len(rows[0]))
    ]


def _real(state: torch.Tensor, batch: Any, family: str, at: int) -> np.ndarray:
    """Return the real positions of a state, or their mean; a decoder's begin behind its first token."""
    if batch.real is not None:
        length = batch.real.shape[1]
        whole = state[0, at : at + length] if state.shape[1] > length else state[0]
        return whole[batch.real[0]].numpy()
    if family in OTHER_POSITIONS:
        return (state.mean(dim=(2, 3)) if state.ndim == 4 else state.mean(dim=1)).numpy()
    if family in SPARE or (family in PICTURES and state.shape[1] > PATCHES):
        spare = SPARE.get(family, (state.shape[1] - PATCHES, 0))
        return state[0, spare[0] : state.shape[1] - spare[1]].numpy()
    return state[0].numpy()


def _sums(model: Model, states: States) -> tuple[bool, str]:
    """Say whether what blocks add, and how they normalise, leads from each residual to the next."""
    taps = {tap.layer.key: tap for tap in list_layers(model)}
    for keys in stacks(states):
        for before, block in pairwise(keys):
            if states[before].shape != states[block].shape:
                continue  # the next stage has another size
            if not any(_near(end, states[block]) for end in _ends(model, taps, states, before=before, block=block)):
                return False, f"what {block} adds does not lead from one residual to the next"
    return True, ""


def _ends(model: Model, taps: dict[str, Tap], states: States, *, before: str, block: str) -> Iterator[np.ndarray]:
    """Yield where a block's branches lead: added one after another, with a normalisation behind each where it has them."""
    state = states[before]
    yield from _normalised_first(model, taps, states, before=before, block=block)
    yield state + sum(states[f"{block}:{site}"] for site, _ in BRANCHES if f"{block}:{site}" in states)
    for site, norm in BRANCHES:
        if f"{block}:{site}" not in states:
            continue
        state = state + states[f"{block}:{site}"]
        if f"{block}:{norm}" in states:
            module = model.module.get_submodule(taps[f"{block}:{norm}"].module)
            if not _near(_apply(module, state), states[f"{block}:{norm}"]):
                return
            state = states[f"{block}:{norm}"]
    for _, module in norms_of(model, taps[block].module):
        yield _apply(module, state)


def _normalised_first(
    model: Model, taps: dict[str, Tap], states: States, *, before: str, block: str
) -> Iterator[np.ndarray]:
    """Yield where branches lead that are added to the normalised stream itself: all to one, or each to its own."""
    branches = [site for site, _ in BRANCHES if f"{block}:{site}" in states]
    for _, module in norms_of(model, taps[block].module):
        if (state := _apply(module, states[before])).shape == states[before].shape:
            yield state + sum(states[f"{block}:{site}"] for site in branches)
    read = [f"{block}:{norm}" for norm in ("norm1", "norm2")]
    if len(branches) == 2 and all(key in states for key in read):
        state, modules = states[before], [model.module.get_submodule(taps[key].module) for key in read]
        for module, site in zip(modules, branches, strict=True):
            state = _apply(module, state) + states[f"{block}:{site}"]
        yield state


def norms_of(model: Model, block: str) -> list[tuple[str, Any]]:
    """Return the normalisations of a block."""
    inside = model.module.get_submodule(block).named_modules()
    return [
        (name, module)
        for name, module in inside
        if re.search(r"norm|(^|[._])(pre_)?ln", name.lower())
        or re.search(r"norm(gated|\d+d)?$", type(module).__name__.lower())
    ]


def _apply(module: Any, state: np.ndarray) -> np.ndarray:
    try:
        with torch.no_grad():
            found = module(torch.from_numpy(state)[None])
            return np.asarray((found[0] if isinstance(found, tuple) else found)[0])
    except (RuntimeError, TypeError, NotImplementedError):
        return np.zeros(0)


def _alone(model: Model, family: str, states: States) -> bool:
    """Say whether inputs give the states that they give in batches of several when each runs alone."""
    inputs, kind = inputs_of(family), kind_of(family)
    single = states_of(model, inputs, kind, site=model_sites(model), pool=pool_of(family), batch_size=1)
    return all(_near(single[key], state) for key, state in states.items())


def _counted(family: str, states: States) -> bool:
    """Say whether there is a row for each word, residue or patch, and no other."""
    inputs = inputs_of(family)
    if family in OTHER_POSITIONS:
        return all(len(state) == len(inputs) for state in states.values())
    if family in SPOKEN:
        return all(len(state) == len(inputs) for state in states.values())  # its first token alone
    if family in SOUND:
        return all(len(state) % len(inputs) == 0 for state in states.values())
    words = {"image": PATCHES * len(inputs), "protein": sum(map(len, inputs))}
    wanted = words.get(kind_of(family), sum(len(text.split()) for text in inputs if isinstance(text, str)))
    return all(len(state) == wanted for state in states.values())


def _near(one: np.ndarray, two: np.ndarray) -> bool:
    return one.shape == two.shape and bool(np.abs(one - two).max() <= CLOSE * max(1e-9, float(np.abs(two).max())))
