"""Points on a plane: what figures of planes share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ... import _check
from ...errors import InputError
from .._spec import Axis, FloatArray
from .._ticks import padded

MARGIN = 0.12


def plane_of(points: Any, name: str, function: str) -> FloatArray:
    """Return (n, 2) coordinates, or refuse what is none."""
    found = _check.points(points, f"plane {name!r}", function, least=1).astype(np.float64)
    if found.shape[1] != 2:
        raise InputError(f"plane {name!r} of {function} must have shape (n, 2), as embed gives it. Got {found.shape}.")
    return found


def bare_axes(points: FloatArray, axes: str) -> tuple[Axis, Axis]:
    """Return axes without a scale, of a plane whose units mean nothing."""
    first, second = (
        Axis(padded(points[:, side], share=MARGIN), f"{axes} {side + 1}".strip(), font=0.0) for side in (0, 1)
    )
    return first, second


def counted(words: Iterable[str]) -> tuple[str, ...]:
    """Return words for the pointer, each with the number of its example."""
    return tuple(f"example {place}{f': {word}' if word else ''}" for place, word in enumerate(words))
