"""Where candidates are found: on the processor, or on a device that torch knows."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from ..errors import InputError, UnknownNameError, needs_extra
from . import _points

if TYPE_CHECKING:
    from ._certify import Frame
    from ._direct import Found
    from ._exact import Problem


def find(device: Any, X: Any, function: str) -> str:
    """Return "cpu" or the name of a CUDA device that is there."""
    if device == "auto":
        return str(X.device) if _points.is_tensor(X) and X.device.type == "cuda" else "cpu"
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


def solve(problem: Problem, frame: Frame, *, device: str, precision: str) -> tuple[Found, dict[str, int]]:
    """As `_exact.solve`, candidates being found and compared on the device."""
    from . import _device_torch

    return _device_torch.solve(problem, frame, device=device, precision=precision)
