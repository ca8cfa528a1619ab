"""Which part of a transformers model is run: an encoder, its decoder, both, or the tower for one of several kinds of input.

A decoder reads what the encoder reads, token by token behind its own first token, so that its states have a row for each
of the same tokens. Behind an encoder of sound it reads its first token alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from .. import _check
from ..errors import InputError
from ._anatomy import Anatomy

TOWERS = ("auto", "encoder", "decoder", "both", "text", "vision", "audio")
KINDS = {"text": "text", "vision": "image", "audio": "audio"}
ENDINGS = ("_model", "_encoder", "_tower", "")
Run = Callable[..., Any]


def modalities(module: Any) -> list[str]:
    """Return what a model takes: text, image, ..."""
    found = module.input_modalities
    return [found] if isinstance(found, str) else list(found)


def has_decoder(module: Any) -> bool:
    """Say whether a model has an encoder and a decoder."""
    return bool(module.config.is_encoder_decoder) and module.get_decoder() is not module


def tower_of(module: Any, tower: str) -> Any:
    """Return the part of a model that takes one kind of input; the model itself where it takes one kind only.

    Raises
    ------
    InputError
        The model has no such tower.
    """
    _check.choice(tower, "tower", "extract", TOWERS)
    if tower not in KINDS:
        return module
    taken = modalities(module)
    for ending in ENDINGS:
        part = getattr(module, f"{tower}{ending}", None)
        if isinstance(part, torch.nn.Module) and hasattr(part, "config"):
            return part
    if taken == [KINDS[tower]]:
        return module
    raise InputError(
        f"tower of extract: {type(module).__name__} has no {tower!r} tower. It takes {' and '.join(taken)}."
    )


def check_tower(module: Any, tower: str) -> None:
    """Refuse "decoder" and "both" for a model without a decoder of its own."""
    if tower in ("decoder", "both") and not has_decoder(module):
        raise InputError(
            f"tower of extract: {tower!r} is for models with an encoder and a decoder. Got {type(module).__name__}, which is "
            "read whole."
        )


def with_decoder(module: Any) -> Run:
    """Return what runs an encoder and its decoder on the same tokens."""
    start = _first_token(module)
    takes = inspect.signature(module.forward).parameters
    open_ended = any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values())

    def run(**inputs: Any) -> Any:
        given = inputs if open_ended else {name: value for name, value in inputs.items() if name in takes}
        return module(**given, **_for_decoder(inputs, start, takes), use_cache=False)

    return run


def _for_decoder(inputs: Mapping[str, Any], start: int, takes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the decoder reads: its first token, and behind it the tokens of a text."""
    like = next(iter(inputs.values()))
    ids, mask = inputs.get("input_ids"), inputs.get("attention_mask")
    first = torch.full((len(like), 1), start, dtype=torch.long, device=like.device)
    if ids is None:
        name = "decoder_input_ids" if "decoder_input_ids" in takes else "decoder_input_values"
        return {name: first}
    read = {"decoder_input_ids": torch.cat([first, ids], dim=1)}
    if mask is not None:
        read["decoder_attention_mask"] = torch.cat([torch.ones_like(first), mask], dim=1)
    return {name: value for name, value in read.items() if name in takes}


def _first_token(module: Any) -> int:
    """Return the token with which a decoder begins."""
    decoder = getattr(module.config, "decoder", None)
    for config in (module.config, module.generation_config if hasattr(module, "generation_config") else None, decoder):
        for name in ("decoder_start_token_id", "bos_token_id", "pad_token_id"):
            token = config.get(name) if isinstance(config, dict) else getattr(config, name, None)
            if isinstance(token, int):
                return token
    raise InputError(
        f"tower of extract: the config of {type(module).__name__} does not say with which token its decoder begins "
        "(decoder_start_token_id)."
    )


def path_of(module: Any, part: Any) -> str:
    """Return the path of a part inside a model; "" for the model itself."""
    return next(str(name) for name, one in module.named_modules() if one is part)


def joined(encoder: Anatomy | None, decoder: Anatomy | None) -> Anatomy | None:
    """Return the anatomy of an encoder with that of the decoder behind it."""
    if encoder is None or decoder is None:
        return encoder or decoder
    return replace(encoder, further=decoder)
