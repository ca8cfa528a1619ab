"""Two states of one residual stream, example by example: what the measures of a block's change share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._result import Estimate
from ..points import unit_rows
from ..uncertainty import spread_by_influence, within_bounds

FloatArray = npt.NDArray[np.float64]
SHIFTS = 16


def two_states(X: Any, Y: Any, function: str, *, equal: bool = True) -> tuple[FloatArray, FloatArray]:
    """Return two checked arrays of the same examples; of equal width, where they are states of one stream."""
    first, second = (_check.points(points, name, function).astype(np.float64) for points, name in ((X, "X"), (Y, "Y")))
    _check.same_rows(first.shape[0], second.shape[0], ("X", "Y"), function)
    if equal and first.shape[1] != second.shape[1]:
        raise InputError(
            f"X and Y of {function} must be of one width, as two states of one residual stream are. Got {first.shape[1]} and "
            f"{second.shape[1]} features."
        )
    return first, second


def unit_states(X: Any, Y: Any, function: str) -> tuple[FloatArray, FloatArray]:
    """Return both with rows of length 1."""
    first, second = two_states(X, Y, function)
    return unit_rows(first, "X", function), unit_rows(second, "Y", function)


def angles(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return (n,) angles between unit rows over pi; the half-angle form keeps its digits near 0."""
    chord, sum_ = np.linalg.norm(first - second, axis=1), np.linalg.norm(first + second, axis=1)
    found: FloatArray = 2 / math.pi * np.arctan2(chord, sum_)
    return found


def mean_of_examples(per_point: FloatArray, *, chance: float, high: float, error: str | None) -> Estimate:
    """Return the estimate of a mean over examples."""
    value = float(per_point.mean())
    spread = spread_by_influence(value, per_point) if error else {}
    if spread:
        spread["interval"] = within_bounds(value, spread["interval"], low=0.0, high=high)
    return Estimate(
        value=value,
        n=per_point.size,
        per_point=per_point,
        chance=chance,
        options={"error": "influence" if error else None},
        details={"quartiles": np.quantile(per_point, [0.25, 0.5, 0.75])},
        **spread,
    )
