"""The one door to models: a hub id, a folder, a module at hand, or "module:function"."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, InputTypeError, needs_extra
from ._families import Family
from ._own_code import own_code

if TYPE_CHECKING:
    import torch

    from ._torch_model import Model

HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
LIBRARIES = {  # what a name begins with: the package, and the extra that brings it
    "timm": ("timm", "timm"),
    "open_clip": ("open_clip", "open_clip"),
    "sentence-transformers": ("sentence_transformers", "sentence-transformers"),
}
FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def open_model(
    model: str | torch.nn.Module,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    revision: str | None = None,
    device: str = "auto",
    device_map: str | Mapping[str, Any] | None = None,
    dtype: str = "auto",
    trust_remote_code: bool = False,
    allow_pickle: bool = False,
    family: Family | None = None,
    tower: str = "auto",
) -> Model:
    """Open a model for reading its hidden states.

    Parameters
    ----------
    model : str or torch.nn.Module
        A hub id, a local folder, a module, or "module:function": a function without arguments that returns a module, a pair
        (module, preprocess), or an opened model. "timm:NAME", "open_clip:NAME/WEIGHTS" and "sentence-transformers:NAME" are
        opened by those libraries; a NAME may be a local folder.
    preprocess : callable, optional
        For a module: turns a list of inputs into what it is called with (see `open_module`); a transformers tokenizer or
        image processor is taken as well.
    revision : str, optional
        Branch, tag or commit, for a hub id.
    device : str, default "auto"
        The GPU where there is one; a module at hand stays where it is.
    device_map : str or mapping, optional
        How a model of the transformers library that is too large for one device is spread over several, main memory and disk:
        "auto" (needs accelerate), or module -> device.
    dtype : str, default "auto"
        "float32", "bfloat16" or "float16"; auto is float32, and a module at hand stays as it is.
    trust_remote_code, allow_pickle : bool, default False
        Whether to run code, or read pickled weights, that came with the model.
    family : Family, optional
        Where a module keeps its blocks' parts, if the table does not know it.
    tower : {"auto", "encoder", "decoder", "both", "text", "vision", "audio"}
        Which part of a transformers model is read: an encoder (auto), its decoder, which reads the same tokens behind its first
        one, or both; the tower for one kind of input of a model that takes several.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        Nothing is there, or it cannot be loaded; the message says why and what works.
    MissingExtraError
        torch or transformers is not installed.

    Examples
    --------
    >>> import torch
    >>> model = open_model(torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh()))
    >>> [name for name, _ in model.module.named_children()]
    ['0', '1']
    """
    _require("torch")
    if device_map is not None and (not isinstance(model, str) or names_function(model) or library_of(model)):
        raise InputError(
            f"device_map of open_model is for a transformers model by name. Got {device_map!r} for {model!r:.80}."
        )
    if isinstance(model, str) and library_of(model):
        if preprocess is not None or family is not None or revision is not None:
            raise InputError(
                f"preprocess, family and revision of open_model are not for a model that another library opens. Got {model!r}."
            )
        return _by_library(model, device=device, dtype=dtype, tower=tower, trusted=trust_remote_code)
    if isinstance(model, str) and not names_function(model):
        if preprocess is not None or family is not None:
            raise InputError("preprocess and family of open_model are for a module. Got a model by name.")
        _require("transformers")
        from ._hf_load import open_pretrained

        return open_pretrained(
            _folder_or_id(model, revision),
            revision=revision,
            device=device,
            device_map=device_map,
            dtype=dtype,
            trust_remote_code=trust_remote_code,
            allow_pickle=allow_pickle,
            tower=tower,
        )
    if revision is not None:
        raise InputError(f"revision of open_model is for a hub id. Got {revision!r} for {model!r}.")
    name = model if isinstance(model, str) else None
    found = _call(model) if isinstance(model, str) else model
    if isinstance(found, tuple) and len(found) == 2 and preprocess is None:
        found, preprocess = found
    return _open_object(found, preprocess, name=name, device=device, dtype=dtype, family=family, tower=tower)


def names_function(model: str) -> bool:
    """Whether a model's name is "module:function", code that opening it would run; a folder of that name is a folder."""
    return FUNCTION.fullmatch(model) is not None and not library_of(model) and not os.path.isdir(model)


def library_of(model: str) -> str:
    """Return the library that a name begins with, "timm:", "open_clip:" or "sentence-transformers:"; "" where it has none.

    Examples
    --------
    >>> library_of("timm:resnet18"), library_of("org/name")
    ('timm', '')
    """
    library, sign, name = model.partition(":")
    return library if sign and name and library in LIBRARIES and not os.path.isdir(model) else ""


def _by_library(model: str, *, device: str, dtype: str, tower: str, trusted: bool) -> Model:
    """Open a model through the library that its name begins with."""
    library, _, name = model.partition(":")
    package, extra = LIBRARIES[library]
    if importlib.util.find_spec(package) is None:
        raise needs_extra(f"model of open_model, {model!r},", package, extra)
    opening: dict[str, Any] = {"device": device, "dtype": dtype, "tower": tower}
    if library == "timm":
        from ._timm import open_timm

        return open_timm(name, **opening)
    if library == "open_clip":
        from ._open_clip_torch import open_open_clip

        return open_open_clip(name, **opening)
    from ._sentence_transformers_torch import open_sentence_transformer

    return open_sentence_transformer(name, trusted=trusted, **opening)


def function_file(model: str) -> str:
    """Return where the module of a "module:function" lies, found without running any of it; "" where it is not found."""
    found = importlib.machinery.PathFinder.find_spec(
        model.partition(":")[0].partition(".")[0], [os.getcwd(), *sys.path]
    )
    return "" if found is None else str(found.origin or next(iter(found.submodule_search_locations or []), ""))


def _open_object(
    found: Any, preprocess: Any, *, name: str | None, device: str, dtype: str, family: Family | None, tower: str
) -> Model:
    """Open a module, with a callable or a transformers tokenizer, image processor or feature extractor."""
    from ._torch_model import Model, open_module

    processor = hasattr(preprocess, "model_input_names")  # a tokenizer, an image processor or a feature extractor
    if tower != "auto" and not processor:
        raise InputError(f"tower of open_model is for a model of the transformers library. Got {tower!r} for a module.")
    if isinstance(found, Model):
        return found
    model = open_module(found, preprocess=preprocess, name=name, device=device, dtype=dtype, family=family)
    if processor:
        from ._hf_model import wrap_pretrained

        return wrap_pretrained(model.module, preprocess, name=model.name, family=family, tower=tower)
    return model


def look_for_model(model: str) -> None:
    """Refuse a folder of a model that is not there, before anything that opens it is loaded.

    Raises
    ------
    InputError
        Naming the model, which is neither "library:name", nor "module:function", nor a folder, nor could be a hub id.
    """
    if model and ":" not in model:
        _folder_or_id(model, None)


def _folder_or_id(model: str, revision: str | None) -> str:
    """Tell a folder from a hub id, and refuse what is neither."""
    if model and Path(model).expanduser().is_dir():
        if revision is not None:
            raise InputError(
                f"revision of open_model is for a hub id; a folder has none. Got {revision!r} for {model!r}."
            )
        return str(Path(model).expanduser())
    if not HUB_ID.fullmatch(model) or model.startswith("."):
        raise InputError(
            "model of open_model must be a folder, a hub id such as 'org/name', 'module:function', or a torch.nn.Module. "
            f"Got {model!r}, and there is no such folder."
        )
    return model


def _call(name: str) -> Any:
    """Import and call "module:function"; modules in the working directory are found as well."""
    module_name, _, function_name = name.partition(":")
    here = os.getcwd()
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        with own_code(f"model of open_model: {module_name!r}"):
            found = importlib.util.find_spec(module_name.partition(".")[0])
        if found is None:
            raise InputError(f"model of open_model: there is no module {module_name!r} in {here} or on Python's path.")
        with own_code(f"model of open_model: {module_name!r}"):
            function = getattr(importlib.import_module(module_name), function_name, None)
    finally:
        if added:
            sys.path.remove(here)
    if not callable(function):
        raise InputTypeError(f"model of open_model: {module_name!r} has no function {function_name!r}.")
    with own_code(f"model of open_model: {name!r}, called without arguments,"):
        return function()


def _require(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise needs_extra("extraction", package, "models")
