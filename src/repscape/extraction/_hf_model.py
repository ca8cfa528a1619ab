"""A transformers model at hand, made readable: what is called, what encodes its inputs, where its parts are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import transformers

from ..errors import InputError, InputTypeError
from ._anatomy import Anatomy
from ._examine_torch import examine
from ._families import Family
from ._hf_audio import AudioEncoder
from ._hf_encode import ImageEncoder, TextEncoder
from ._hf_towers import check_tower, has_decoder, joined, modalities, path_of, tower_of, with_decoder
from ._loss_torch import Scorer, is_causal
from ._torch_model import Model, call_model, evaluating, moved

NO_LIMIT = 10**6  # tokenizers without a limit of their own say 1e30
READABLE = ("text", "image", "audio")


def wrap_pretrained(
    module: Any,
    processor: Any,
    *,
    name: str | None = None,
    family: Family | None = None,
    tower: str = "auto",
    head: Any = None,
) -> Model:
    """Make a transformers model at hand readable, with its tokenizer, image processor or feature extractor.

    A few tokens run through it, to find its blocks and to see that what is read of them adds up. `tower` says which part of a
    model of two is meant: "encoder" (by default), "decoder" or "both"; "text", "vision" or "audio". `head` is the causal
    language model whose body `module` is, where it is at hand.
    """
    called = name or type(module).__name__
    module = tower_of(module, tower)
    check_tower(module, tower)
    taken = modalities(module)
    kinds = [kind for kind in taken if kind in READABLE]
    if len(taken) > 1 and not has_decoder(module):
        raise InputTypeError(
            f"model of extract must take one kind of input. Got one that takes {' and '.join(taken)}: "
            "hand in one of its towers as a module, or say which is meant: tower='text', 'vision' or 'audio'."
        )
    if kinds == ["audio"] and not hasattr(processor, "sampling_rate"):
        raise InputTypeError(
            "model of extract must take text or images. Got one that takes audio: with a feature extractor as its preprocess "
            f"it can be read, not with a {type(processor).__name__}."
        )
    if not kinds:
        raise InputTypeError(
            f"model of extract must take text, images or audio. Got one that takes {taken[0]}: hand it in as a module with a "
            "preprocess of your own."
        )
    part = _encoding_part(module)
    encoder: TextEncoder | ImageEncoder | AudioEncoder
    if "image" in kinds:
        encoder = _image_encoder(module, processor)
    elif "audio" in kinds and hasattr(processor, "sampling_rate"):
        encoder = AudioEncoder(processor)
    else:
        encoder = _text_encoder(module, part, processor, called)
    masks = _random_masks(module)
    about: dict[str, Any] = {"random_mask": "off"} if masks else {}
    about |= {} if tower == "auto" else {"tower": tower}
    run = with_decoder(module) if tower in ("decoder", "both") else _caller(module, part, masks)
    model = probed(Model(module, run, encoder, called, family=family, about=about), tower=tower)
    return _scored(model, module if head is None else head, part) if tower == "auto" else model


def _scored(model: Model, head: Any, part: Any) -> Model:
    """Note what runs a model with its head, where that is of a causal language model: a probe shows whether it looks ahead."""
    probe = model.encode.probe() if isinstance(model.encode, TextEncoder) else None
    if probe is None or head is part or head.config.is_encoder_decoder or head.get_output_embeddings() is None:
        return model
    inputs = moved(probe.batch(np.zeros(1, dtype=np.int64)).inputs, model.device, model.dtype)
    run = _caller(head, head, [])
    with quiet(), evaluating(head):
        width = is_causal(run, inputs)
    return replace(model, scores=Scorer(run, width)) if width else model


def takes_images(module: Any, tower: str = "auto") -> bool:
    """Say whether a model, or a tower of it, takes pictures."""
    return "image" in modalities(tower_of(module, tower))


def takes_audio(module: Any, tower: str = "auto") -> bool:
    """Say whether a model, or a tower of it, takes sound."""
    return "audio" in modalities(tower_of(module, tower))


def probed(model: Model, *, tower: str = "auto") -> Model:
    """Run the encoder's own probe through a model and note where its parts are."""
    probe = model.encode.probe()
    if probe is None:
        return model
    inputs = moved(probe.batch(np.zeros(1, dtype=np.int64)).inputs, model.device, model.dtype)

    def found(inside: str = "") -> Anatomy | None:
        return examine(model.module, lambda: call_model(model, inputs), family=model.family, inside=inside)

    try:
        with quiet(), evaluating(model.module):
            if tower not in ("decoder", "both"):
                return replace(model, anatomy=found())
            module: Any = model.module
            decoder = found(path_of(module, module.get_decoder()))
            encoder = found(path_of(module, module.get_encoder())) if tower == "both" else None
            return replace(model, anatomy=joined(encoder, decoder))
    except InputError as error:
        if error.__cause__ is None:
            raise
        raise _unfit(
            model, error.__cause__
        ) from error  # whatever the network itself says of inputs that it does not take
    except Exception as error:
        raise _unfit(model, error) from error


def _unfit(model: Model, error: BaseException) -> InputError:
    return InputError(f"model of extract: {model.name!r} cannot be run on a few tokens alone: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """Return what an error says, cut to its first line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _encoding_part(module: Any) -> Any:
    """Return the part of a model that makes hidden states: no head, no decoder."""
    if module.config.is_encoder_decoder:
        return module.get_encoder()
    part = module.base_model
    return part if module.main_input_name in inspect.signature(part.forward).parameters else module


def _caller(module: Any, part: Any, masks: list[Any]) -> Callable[..., Any]:
    """Return what runs a batch: with what the model takes of it, no cache, and no random mask."""
    takes = inspect.signature(part.forward).parameters
    open_ended = any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values())
    fixed = {"use_cache": False} if "use_cache" in takes else {}

    def run(**inputs: Any) -> Any:
        given = inputs if open_ended else {name: value for name, value in inputs.items() if name in takes}
        if not masks:
            return part(**given, **fixed)
        with _masks_off(masks):
            order = {"noise": _in_order(module, given)} if "noise" in takes else {}
            return part(**given, **order, **fixed)

    return run


def _random_masks(module: Any) -> list[Any]:
    """Return what says which share of the patches a masked autoencoder hides at random."""
    holders = {id(holder): holder for part in module.modules() for holder in (part, getattr(part, "config", None))}
    return [holder for holder in holders.values() if isinstance(getattr(holder, "mask_ratio", None), float)]


@contextmanager
def _masks_off(masks: list[Any]) -> Iterator[None]:
    """Hide no patches, and put the shares back."""
    shares = [holder.mask_ratio for holder in masks]
    try:
        for holder in masks:
            holder.mask_ratio = 0.0
        yield
    finally:
        for holder, share in zip(masks, shares, strict=True):
            holder.mask_ratio = share


def _in_order(module: Any, inputs: dict[str, Any]) -> torch.Tensor:
    """Return the "noise" that keeps patches in their order."""
    pictures = next(value for value in inputs.values() if isinstance(value, torch.Tensor) and value.ndim == 4)
    patch = module.config.patch_size
    high, wide = (patch, patch) if isinstance(patch, int) else patch
    count = (pictures.shape[2] // high) * (pictures.shape[3] // wide)
    return torch.arange(count, device=pictures.device, dtype=torch.float32).expand(len(pictures), -1)


def _text_encoder(module: Any, part: Any, tokenizer: Any, name: str) -> TextEncoder:
    """Return the encoder of a tokenizer whose vocabulary the model knows."""
    known = _embeddings(part)
    if known is not None:
        added = {
            *tokenizer.all_special_ids,
            *(i for i, token in tokenizer.added_tokens_decoder.items() if token.special),
        }
        beyond = sorted(i for i in tokenizer.get_vocab().values() if i >= known and i not in added)
        if beyond:
            raise InputError(
                f"model of extract: the tokenizer of {name!r} has {len(tokenizer)} tokens, {len(beyond)} of them beyond the "
                f"model's {known} embeddings: it is that of another model, or tokens were added without "
                "resize_token_embeddings."
            )
    pad = getattr(module.config, "pad_token_id", None)
    return TextEncoder.of(tokenizer, limit=_limit(module, tokenizer), known=known, pad=pad)


def _embeddings(part: Any) -> int | None:
    """Return how many tokens have an embedding; None where a model has another way of reading them."""
    try:
        table = part.get_input_embeddings()
    except (NotImplementedError, AttributeError):
        return None
    return table.num_embeddings if isinstance(table, torch.nn.Embedding) else None


def _image_encoder(module: Any, processor: Any) -> ImageEncoder:
    """Say what an image costs; which of its tokens are special is found out by running it."""
    size, patch = getattr(module.config, "image_size", 224), getattr(module.config, "patch_size", 16)
    side = max(size) if isinstance(size, tuple | list) else size
    if module.config.model_type == "imagegpt":
        if getattr(processor, "clusters", None) is None:
            raise InputError(
                "model of extract: ImageGPT needs its colour clusters in preprocessor_config.json. Got none."
            )
        return ImageEncoder(processor, module.config.n_positions, side=side)
    return ImageEncoder(processor, max(1, (side // (patch if isinstance(patch, int) else patch[0])) ** 2), side=side)


def _limit(module: Any, tokenizer: Any) -> int | None:
    """Return the most tokens a model takes: its learned or declared positions, and what its tokenizer says."""
    config = module.config
    limits = [getattr(config, "max_position_embeddings", None), tokenizer.model_max_length]
    for name, part in module.named_modules():
        if (
            name.endswith("position_embeddings")
            and isinstance(part, torch.nn.Embedding)
            and part.padding_idx is not None
        ):
            limits.append(part.num_embeddings - part.padding_idx - 1)  # RoBERTa counts positions from after the padding
    if config.model_type in ("t5", "mt5", "umt5"):
        return None  # relative positions reach any length
    if wrong := [limit for limit in limits if limit is not None and not _is_number(limit)]:
        raise InputError(
            f"model of extract: its config or its tokenizer says that it takes {wrong[0]!r:.80} tokens. That must be a number."
        )
    known = [limit for limit in limits if limit is not None and 0 < limit < NO_LIMIT]
    return None if not known else int(min(known))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's progress bars and remarks off the screen, and put its settings back."""
    log: Any = transformers.utils.logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()
