"""Devices: the processor, or one that torch knows; torch is imported only to look for one that was asked for by name."""

from __future__ import annotations

import importlib.util
from typing import Any

from ..errors import InputError, UnknownNameError, needs_extra


def graph_device(device: Any, function: str, *, usual: str) -> str:
    """Return "cpu" or the name of a CUDA device that is there; "auto" is the usual one."""
    if device == "auto":
        return usual
    if device == "cpu":
        return "cpu"
    if not isinstance(device, str) or not (device == "cuda" or device.startswith("cuda:")):
        raise UnknownNameError(
            f"device of {function} must be 'auto', 'cpu', 'cuda' or 'cuda:<number>'. Got {device!r}."
        )
    if importlib.util.find_spec("torch") is None:
        raise needs_extra(f"device={device!r}", "torch", "models")
    import torch

    there = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if device not in ("cuda", *there) or not there:
        raise InputError(
            f"device of {function} must be one that torch sees ({', '.join(there) or 'none'}). Got {device!r}."
        )
    return device


def torch_device(device: str, function: str) -> Any:
    """Return the torch.device of a name; "auto" is the GPU where there is one."""
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:  # AssertionError: torch built without CUDA
        raise InputError(
            f"device of {function} must be auto, cpu, or one that torch can use here. Got {device!r}: {error}"
        ) from error
    return found
