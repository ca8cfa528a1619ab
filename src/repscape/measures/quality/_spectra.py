"""Singular values of points, what each point does to them, and the spectrum that noise of the same shape has."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr, svd

from ...errors import DegenerateDataError

FloatArray = npt.NDArray[np.float64]
ZERO = 1e-12
"""Singular values below this share of the largest are rounding."""
SAME = 1e-13
"""Differences below this share of the largest entry are rounding, as of a mean that was taken off."""
GRID = 1 << 13


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Second moments of n points along their principal directions."""

    values: FloatArray
    """(r,) singular values above rounding, largest first."""
    squares: FloatArray
    """(n, r) squared coordinates of each point, in units of the mean squared coordinate along that direction."""
    most: int
    """Directions that there could be."""

    @property
    def shares(self) -> FloatArray:
        """(r,) squared singular values, adding up to 1."""
        squared: FloatArray = self.values**2 / (self.values**2).sum()
        return squared


def spectrum(rows: FloatArray, *, centred: bool, function: str) -> Spectrum:
    """Return the spectrum of (n, d) rows, `centred` with their mean taken off; refuse rows that are then all 0."""
    n, d = rows.shape
    scale = largest = float(np.abs(rows).max())
    if centred:
        rows = rows - rows.mean(axis=0)
        rows = rows - rows.mean(
            axis=0
        )  # twice: a mean is rounded, and what it leaves of a feature that is constant is no direction
        scale = float(np.abs(rows).max())
    if scale <= (SAME * largest if centred else 0.0):
        raise DegenerateDataError(
            f"X of {function} must hold points that differ from {'each other' if centred else '0'}."
        )
    rows = rows / scale  # squares neither overflow nor vanish
    tall = qr(rows, mode="r", check_finite=False)[0][:d] if n > d else rows
    _, values, axes = svd(tall, full_matrices=False, check_finite=False)
    most = min(n - 1 if centred else n, d)
    values = values[:most]
    values = values[values > ZERO * values[0]]
    along = rows @ axes[: values.size].T
    return Spectrum(values * scale, n * (along / values) ** 2, most)


def effective(weights: FloatArray) -> float:
    """Return exp of the entropy of weights (r,) that need not add up to 1."""
    p = weights[weights > 0] / weights.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


@functools.lru_cache(maxsize=64)
def noise_spectrum(n: int, d: int) -> FloatArray:
    """Return (min(n, d),) eigenvalues of the second moments of n points of noise in d dimensions, largest first, of sum 1.

    The quantiles of Marchenko and Pastur's law.
    """
    m, aspect = min(n, d), min(n, d) / max(n, d)
    low, high = (1 - math.sqrt(aspect)) ** 2, (1 + math.sqrt(aspect)) ** 2
    angle = (np.arange(GRID) + 0.5) * math.pi / GRID  # equal steps of the angle: the density has roots at both ends
    at = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
    mass = np.cumsum((np.sin(angle) ** 2) / at)
    raw = np.interp((np.arange(m) + 0.5) / m, mass / mass[-1], at)[::-1]
    found: FloatArray = raw / raw.sum()
    found.setflags(write=False)
    return found
