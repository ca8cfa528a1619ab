"""Where a curve that falls with dimension stops falling."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FLOOR = 0.01
"""What is left below one per cent is no reason for a further dimension."""
LEAST = 0.1
"""An elbow lies at least this share of the whole fall below the straight line."""


def elbow(x: npt.NDArray[np.float64], left: npt.NDArray[np.float64]) -> float:
    """Return the x where log(left + .01) lies furthest below the straight line to its last point.

    `left` is the share that so many dimensions leave over. Dimension 0 leaves everything: the curve starts at (0, 1), so that a
    line has its elbow at 1. NaN where the curve falls evenly to its end, as it does when it ends before the dimension of the
    data. On a linear scale a sheet four times longer than wide would count as a line.
    """
    height = np.log((left + FLOOR) / (1 + FLOOR))
    below = height[-1] * x / x[-1] - height
    best = int(np.argmax(below))
    return float(x[best]) if below[best] > LEAST * -height[-1] > 0 else math.nan
