"""Errors of statistics that are, to first order, means of one number for each example."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._result import normal_interval
from ._resample import replicates_of_influence

FloatArray = npt.NDArray[np.float64]


def spread_by_influence(value: float, influence: FloatArray, *, stderr: float | None = None) -> dict[str, Any]:
    """Return stderr, interval and replicates of an Estimate from the (n,) influence of each example.

    `stderr`: the standard error, where sd(influence) / sqrt(n) is known to be another.
    """
    if stderr is None:
        stderr = float(influence.std(ddof=1)) / math.sqrt(influence.size)
    return {
        "stderr": stderr,
        "interval": normal_interval(value, stderr),
        "replicates": replicates_of_influence(influence, stderr=stderr),
    }
