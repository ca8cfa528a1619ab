"""Rows of points as measures take them: checked, by examples or by units, and as directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def rows_of(X: Any, name: str, function: str, *, axis: str) -> npt.NDArray[Any]:
    """Return the (n, d) points, or the (d, n) units as points for axis="units"."""
    _check.choice(axis, "axis", function, ("examples", "units"))
    array = _check.points(X, name, function)
    return array if axis == "examples" else array.T


def unit_rows(points: FloatArray, name: str, function: str, *, centre: bool = False) -> FloatArray:
    """Return rows of length 1, their own mean taken off first where `centre`; refuse rows without direction."""
    largest = np.abs(points).max(axis=1, keepdims=True)
    if centre:
        points = points - points.mean(axis=1, keepdims=True)
    spread = np.abs(points).max(axis=1, keepdims=True)
    flat = np.flatnonzero(spread <= 1e-14 * largest)
    if flat.size:
        kind = "equal entries, which correlate with nothing" if centre else "zeros, which have no direction"
        raise InputError(f"{name} of {function} must hold no row of {kind}. Row {flat[0]} is one ({flat.size} in all).")
    points = points / spread  # squares of what is left neither overflow nor vanish
    unit: FloatArray = points / np.sqrt(np.einsum("ij,ij->i", points, points))[:, None]
    return unit
