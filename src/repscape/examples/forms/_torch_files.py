"""Tensors that torch.save wrote: loaded as weights alone, so that no code of the file runs."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

from ...errors import InputError, needs_extra
from ._form import Held
from ._nested import spread


def read_torch(path: Path) -> Held:
    """Return every tensor of a .pt or .pth: a tensor, a list of them, or dicts of either, as deep as they go.

    Raises
    ------
    InputError
        If the file is damaged, or holds objects of classes, whose loading would run code.
    MissingExtraError
        If torch is not installed.
    """
    try:
        import torch
    except ImportError as problem:
        raise needs_extra(f"reading {path.name}", "torch", "models") from problem
    if not path.is_file():
        raise InputError(f"{path} cannot be read: it is no file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickles by other protocols: what cannot be read is an error below
            loaded: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path) or None)
    except pickle.UnpicklingError as problem:
        raise InputError(
            f"{path} cannot be read: it holds more than tensors, lists, dicts and text, and loading that would run code. Save "
            f"plain tensors: torch.save({{name: tensor for name, tensor in cache.items()}}, PATH). {_first(problem)}"
        ) from problem
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError) as problem:
        raise InputError(f"{path} cannot be read as a file of torch.save: {_first(problem)}") from problem
    return spread(loaded, str(path))


def _first(problem: BaseException) -> str:
    return str(problem).strip().partition("\n")[0][:200]
