"""The dimension from how the length of a graph grows with its points: a line through logarithms, over random subsets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from ... import _check
from ...errors import DegenerateDataError, InputError
from .._result import Estimate
from ..uncertainty import within_bounds
from ._distinct import Apart

FloatArray = npt.NDArray[np.float64]


def given_sizes(sizes: Any, function: str, *, low: int, high: int) -> tuple[int, ...]:
    """Return the numbers of points that were asked for, in order."""
    if not isinstance(sizes, tuple | list) or len(set(sizes)) < 3:
        raise InputError(f"sizes of {function} must be three different numbers at least. Got {_check.shown(sizes)}.")
    return tuple(
        _check.integer(size, "sizes", function, low=low, high=high, why="distinct points")
        for size in sorted(set(sizes))
    )


def slope_of(lengths: FloatArray, sizes: Sequence[int]) -> float:
    """Return the mean slope of log length (draws, sizes) against log size."""
    return float(_slopes(lengths, sizes).mean())


def _slopes(lengths: FloatArray, sizes: Sequence[int]) -> FloatArray:
    at = np.log(sizes) - np.log(sizes).mean()
    found: FloatArray = np.log(lengths) @ at / (at @ at)
    return found


def dimension_of(
    lengths: FloatArray,
    sizes: Sequence[int],
    apart: Apart,
    *,
    dropped: int,
    power: float,
    scale: float,
    function: str,
    options: Mapping[str, Any],
) -> Estimate:
    """Return power / (1 - b), b the mean slope over the draws; `lengths` (draws, sizes) are of points divided by `scale`."""
    slopes = _slopes(lengths, sizes)
    slope = float(slopes.mean())
    if slope >= 1:
        raise DegenerateDataError(
            f"{function} finds a slope of {slope:.3g}: the graph grows as fast as its points. Take more points."
        )
    value = power / (1 - slope)
    stderr = float(slopes.std(ddof=1)) / math.sqrt(len(slopes)) * power / (1 - slope) ** 2
    reach = float(stdtrit(len(slopes) - 1, 0.975)) * stderr
    return Estimate(
        value=value,
        n=len(apart.rows),
        dropped=dropped,
        stderr=stderr,
        interval=within_bounds(value, (value - reach, value + reach), low=0.0),
        options={
            **options,
            "power": power,
            "sizes": list(sizes),
            "draws": len(slopes),
            "error": "draws",
            **apart.conventions,
        },
        details={"sizes": np.array(sizes), "lengths": lengths * scale**power, "slope": slope},
    )
