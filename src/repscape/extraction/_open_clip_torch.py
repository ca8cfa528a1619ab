"""The two towers of a model of open_clip by name: its pictures, or its texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from .._check import near
from ..errors import InputError
from ._copies import digest
from ._hf_encode import ImageEncoder
from ._hf_model import probed, quiet
from ._library_torch import Pictures, in_folder, opening, placed
from ._pool import Batch
from ._torch_model import Encoded, Model, TooLong

PATCH = 16
TOWERS = ("auto", "vision", "text")
PROBES = ("a photo of some thing", "one thing", "a photo of one other")


def open_open_clip(name: str, *, device: str, dtype: str, tower: str) -> Model:
    """Open a tower of a model of open_clip.

    Parameters
    ----------
    name : str
        "ARCHITECTURE/WEIGHTS", such as "ViT-B-32/laion2b_s34b_b79k", "hf-hub:org/name", or a local folder with
        open_clip_config.json and safetensors.
    device, dtype
        As of `open_model`.
    tower : {"auto", "vision", "text"}
        What reads pictures (auto), or what reads texts.

    Raises
    ------
    InputError
        open_clip has no such model, or no such weights for it.
    MissingExtraError
        open_clip or its torchvision cannot be imported.
    """
    if tower not in TOWERS:
        raise InputError(f"tower of open_model: a model of open_clip has vision (auto) and text. Got {tower!r}.")
    folder = in_folder(name, "open_clip")
    with opening("open_clip", name):
        import open_clip

        if folder is not None or name.startswith("hf-hub:"):
            source, weights = name if folder is None else f"local-dir:{folder}", None
        else:
            source, _, weights = name.partition("/")
            _check_weights(open_clip, source, weights)
        whole, _, transform = open_clip.create_model_and_transforms(source, pretrained=weights)
        whole = placed(whole, device=device, dtype=dtype)
        tokenizer = open_clip.get_tokenizer(source) if tower == "text" else None
    about = {"open_clip": open_clip.__version__, **({} if tower == "auto" else {"tower": tower})}
    if tokenizer is not None:
        model = Model(whole, whole.encode_text, ClipTexts(tokenizer), f"open_clip:{name}", about=about)
    else:
        size = getattr(whole.visual, "image_size", 224)
        side = int(size if isinstance(size, int) else size[0])
        pictures = ImageEncoder(Pictures(transform, "image"), max(1, (side // PATCH) ** 2), side=side)
        model = Model(whole, whole.encode_image, pictures, f"open_clip:{name}", about=about)
    with quiet():
        return probed(model)


def _check_weights(open_clip: Any, source: str, weights: str) -> None:
    """Refuse an architecture or weights that open_clip does not know: without weights it would be random."""
    known = sorted({model for model, _ in open_clip.list_pretrained()})
    if source not in known:
        raise InputError(
            f"model of open_model: open_clip has no weights for {source!r}. It has some for {len(known)} architectures "
            f"(open_clip.list_pretrained()).{near(source, known)}"
        )
    tags = open_clip.list_pretrained_tags_by_model(source)
    if weights not in tags:
        raise InputError(
            f"model of open_model: say which weights of {source!r} are meant, as in 'open_clip:{source}/{tags[0]}'. It has "
            f"{', '.join(tags)}. Got {weights!r}."
        )


@dataclass(frozen=True, slots=True)
class ClipTexts:
    """Texts through open_clip's own tokenizer: one length for all, between a first token and a last."""

    tokenizer: Any
    kinds: tuple[str, ...] = field(default=("text",))

    def __call__(self, inputs: Sequence[str], *, first_row: int, max_length: int | None, too_long: TooLong) -> Encoded:
        """Tokenize texts; those that fill the whole length may have been cut, and are counted."""
        if max_length is not None:
            raise InputError("max_length of extract: a model of open_clip reads texts of one length.")
        ids = self.tokenizer(list(inputs))
        used = (ids != 0).sum(dim=1)
        full = [first_row + row for row in torch.nonzero(used == ids.shape[1]).flatten().tolist()]
        if full and too_long == "refuse":
            raise InputError(
                f"inputs of extract: {len(full)} texts fill all {ids.shape[1]} tokens that the model reads, or are longer "
                f"(first: row {full[0]}). too_long='truncate' cuts and counts them."
            )
        digests = tuple(digest(row.numpy().tobytes()) for row in ids)
        return Encoded(np.full(len(ids), ids.shape[1]), partial(self._batch, ids), len(full), digests)

    def probe(self) -> Encoded | None:
        """Return a few words."""
        return self(PROBES, first_row=0, max_length=None, too_long="truncate")

    def words(self, batch: Batch) -> list[str]:
        """Return what each real token of a batch says."""
        inputs: Any = batch.inputs
        decoder = getattr(self.tokenizer, "decode", None)
        return (
            []
            if batch.real is None or decoder is None
            else [decoder([one]) for one in inputs["text"][batch.real].tolist()]
        )

    def _batch(self, ids: torch.Tensor, rows: npt.NDArray[np.int64]) -> Batch:
        chosen = ids[torch.as_tensor(rows)]
        lengths, places = (chosen != 0).sum(dim=1, keepdim=True), torch.arange(chosen.shape[1])[None]
        real = (places >= 1) & (places < lengths - 1)
        return Batch({"text": chosen}, len(rows), real, 1, places < lengths)
