"""Which values may be the largest: those that no other is shown to exceed.

The largest of many equal values is chosen by the same noise that is then to be judged. So every value is compared with every
other, and a difference counts where it goes beyond what the largest difference of so many pairs would be by chance, simulated
from how the values deviate together. What is exceeded is dropped, and the rest compared anew: fewer pairs, a lower threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._simultaneous import LEVEL, standardised

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
SIMULATIONS = 10_000
NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Joint:
    """How values deviate together, and simulated deviations of all of them."""

    apart: FloatArray
    """(m, m) standard error of the difference of every two."""
    drawn: FloatArray
    """(simulations, m)"""

    @classmethod
    def of(cls, stderr: FloatArray, replicates: FloatArray | None, rng: np.random.Generator) -> Joint:
        """Simulate from standard errors (m,) and replicates (draws, m); None: values that deviate independently."""
        if replicates is None:
            shared, scale = np.eye(stderr.size), np.ones(SIMULATIONS)
            normal = rng.standard_normal((SIMULATIONS, stderr.size))
        else:
            columns = np.stack([standardised(column) for column in replicates.T], axis=1)
            degrees = columns.shape[0] - 1
            shared = columns.T @ columns / degrees
            normal = rng.standard_normal((SIMULATIONS, degrees + 1)) @ columns / math.sqrt(degrees)
            scale = np.sqrt(rng.chisquare(degrees, SIMULATIONS) / degrees)
        squares = stderr[:, None] ** 2 + stderr**2 - 2 * shared * np.outer(stderr, stderr)
        apart = np.sqrt(np.where(squares > NOTHING * (stderr[:, None] ** 2 + stderr**2), squares, 0.0))
        return cls(apart, normal * stderr / scale[:, None])

    def largest(self, kept: BoolArray, *, beside: int | None = None) -> FloatArray:
        """Return the (simulations,) largest difference between kept values in standard errors, or between `beside` and them."""
        places = np.flatnonzero(kept)
        found = np.zeros(self.drawn.shape[0])
        for i in places.tolist() if beside is None else [beside]:
            others = places[places > i] if beside is None else places[places != i]
            others = others[self.apart[i, others] > 0]
            if others.size:
                away = np.abs(self.drawn[:, others] - self.drawn[:, i : i + 1]) / self.apart[i, others]
                np.maximum(found, away.max(axis=1), out=found)
        return found


def best_set(values: FloatArray, joint: Joint) -> BoolArray:
    """Return which of the values (m,) may be the largest, by step-down over all pairs: wrong about any in 5 % of samples."""
    kept = np.ones(values.size, dtype=np.bool_)
    while kept.sum() > 1:
        threshold = float(np.quantile(joint.largest(kept), LEVEL))
        beaten = exceeded(values, joint.apart, threshold)[:, kept].any(axis=1)
        if not (beaten & kept).any():
            break
        kept &= ~beaten
    return kept


def exceeded(values: FloatArray, apart: FloatArray, threshold: float) -> BoolArray:
    """Return (m, m) whether value i is exceeded by value j by more than so many standard errors."""
    return np.asarray(values - values[:, None] > threshold * apart)
