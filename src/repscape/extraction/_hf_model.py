"""Models of the transformers library, by hub id or from a local folder.

Weights come as safetensors unless pickles are allowed, code from a repository runs only when trusted, and a checkpoint
that leaves parts of the network at random is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.utils.hub import cached_file

from ..errors import InputError, InputTypeError
from ..machine import torch_device
from ._hf_encode import ImageEncoder, TextEncoder
from ._sites import Family
from ._torch_model import Model, torch_dtype

UNREAD = ("pooler", "contact_head", "lm_head", "mask_token", "position_ids")  # never part of a hidden state
LEADING = ("cls_token", "distillation_token", "register_tokens")
NO_LIMIT = 10**6  # tokenizers without a limit of their own say 1e30


def open_pretrained(
    source: str,
    *,
    revision: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    trust_remote_code: bool = False,
    allow_pickle: bool = False,
) -> Model:
    """Load a model and its tokenizer or image processor.

    Parameters
    ----------
    source : str
        Hub id, or a local folder as `save_pretrained` writes it.
    revision : str, optional
        Branch, tag or commit on the hub.
    device, dtype : str
        "auto" is the GPU where there is one, and float32.
    trust_remote_code, allow_pickle : bool, default False
        Whether to run code, or read pickled weights, that came with the model.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        It is not there, cannot be fetched, has no safetensors, lacks weights, or wants code that is not trusted.
    """
    common: dict[str, Any] = {"trust_remote_code": trust_remote_code}
    if revision is not None:
        common["revision"] = revision
    with quiet(), _explained(source, revision):
        where = cached_file(source, "config.json", **({"revision": revision} if revision else {}))
        config = transformers.AutoConfig.from_pretrained(source, **common)
        loader = transformers.AutoModelForTextEncoding if config.is_encoder_decoder else transformers.AutoModel
        module, info = loader.from_pretrained(
            source,
            config=config,
            dtype=torch_dtype(dtype),
            use_safetensors=None if allow_pickle else True,
            output_loading_info=True,
            **common,
        )
        _complete(source, info)
        takes_images = "image" in _modalities(module)
        auto = transformers.AutoImageProcessor if takes_images else transformers.AutoTokenizer
        processor = auto.from_pretrained(source, **common)
    model = wrap_pretrained(module.to(torch_device(device, "extract")), processor, name=source)
    commit = Path(where).parent.name if where and not Path(source).is_dir() else None
    return replace(model, revision=commit)


def wrap_pretrained(module: Any, processor: Any, *, name: str | None = None, family: Family | None = None) -> Model:
    """Make a transformers model at hand readable, with its tokenizer or image processor."""
    modalities = _modalities(module)
    if len(modalities) > 1:
        raise InputTypeError(
            f"model of extract must take one kind of input. Got one that takes {' and '.join(modalities)}: "
            "hand in one of its towers as a module."
        )
    part = module.get_encoder() if module.config.is_encoder_decoder else module.base_model
    run = partial(part, use_cache=False) if "use_cache" in inspect.signature(part.forward).parameters else part
    if "image" in modalities:
        encoder: TextEncoder | ImageEncoder = _image_encoder(module, processor)
    else:
        encoder = TextEncoder.of(processor, limit=_limit(module, processor))
    return Model(module, run, encoder, name or type(module).__name__, family=family)


def _modalities(module: Any) -> list[str]:
    """Return what a model takes: text, image, ..."""
    found = module.input_modalities
    return [found] if isinstance(found, str) else list(found)


def _image_encoder(module: Any, processor: Any) -> ImageEncoder:
    """Count the tokens of an image, and the special ones in front, from the model's parameters."""
    if module.config.model_type == "imagegpt":
        if getattr(processor, "clusters", None) is None:
            raise InputError(
                "model of extract: ImageGPT needs its colour clusters in preprocessor_config.json. Got none."
            )
        return ImageEncoder(processor, module.config.n_positions, 0)
    lead = sum(
        parameter.shape[1] for name, parameter in module.named_parameters() if name.rpartition(".")[2] in LEADING
    )
    size, patch = getattr(module.config, "image_size", 224), getattr(module.config, "patch_size", 16)
    side = (max(size) if isinstance(size, tuple | list) else size) // (patch if isinstance(patch, int) else patch[0])
    return ImageEncoder(processor, max(1, side * side) + lead, lead)


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
    known = [limit for limit in limits if limit is not None and 0 < limit < NO_LIMIT]
    return min(known, default=None)


def _complete(source: str, info: dict[str, Any]) -> None:
    """Refuse a checkpoint that would leave part of the network at random."""
    missing = sorted(name for name in info["missing_keys"] if not any(part in name for part in UNREAD))
    wrong = missing + sorted(str(entry[0]) for entry in info["mismatched_keys"])
    if wrong:
        raise InputError(
            f"model of extract: the weights of {source!r} do not fill the network; {len(wrong)} parts would be random "
            f"(first: {wrong[0]})."
        )


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


@contextmanager
def _explained(source: str, revision: str | None) -> Iterator[None]:
    """Say in our words why a model could not be loaded."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = str(error)
        at = f" at revision {revision!r}" if revision else ""
        if "trust_remote_code" in reason:
            hint = "It comes with code of its own, which runs only with trust_remote_code=True."
        elif "safetensors" in reason:
            hint = "Its weights are not safetensors; allow_pickle=True reads the pickled ones."
        elif Path(source).is_dir():
            hint = (
                "The folder must be one that save_pretrained wrote: config.json, model.safetensors, and the tokenizer."
            )
        else:
            hint = (
                "Check the name and the network, or give a local folder that holds the model "
                "(config.json, model.safetensors and the tokenizer)."
            )
        raise InputError(
            f"model of extract: {source!r}{at} cannot be loaded. {hint} ({reason.splitlines()[0]})"
        ) from error
