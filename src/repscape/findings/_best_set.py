"""Which values may be the largest: those that no other is shown to exceed.

The largest of many equal values is chosen by the same noise that is then to be judged. So every value is compared with every
other, and a difference counts where it goes beyond what the largest difference of so many pairs would be by chance, simulated
from how the values deviate together. What is exceeded is dropped, and the rest compared anew: fewer pairs, a lower threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from ._apart import ROUNDING, Sample, paired
from ._simultaneous import LEVEL, standardised

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
SIMULATIONS = ((32, 10_000), (128, 2_000))
"""Up to so many values the largest difference is simulated so often; of more, whose pairs are ten thousands, Bonferroni bounds
it."""
NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Joint:
    """How values deviate together, and simulated deviations of all of them."""

    apart: FloatArray
    """(m, m) standard error of the difference of every two."""
    drawn: FloatArray
    """(m, simulations), so that two values are compared in one run through memory; none where there are too many values."""
    degrees: float
    """Degrees of freedom of the errors."""

    @classmethod
    def of(cls, stderr: FloatArray, replicates: FloatArray | None, rng: np.random.Generator) -> Joint:
        """Simulate from standard errors (m,) and replicates (draws, m); None: values that deviate independently."""
        simulations = next((times for most, times in SIMULATIONS if stderr.size <= most), 0)
        normal = rng.standard_normal((simulations, stderr.size))
        if replicates is None:
            shared, scale, degrees = np.eye(stderr.size), np.ones(simulations), math.inf
        else:
            columns = np.stack([standardised(column) for column in replicates.T], axis=1)
            degrees = columns.shape[0] - 1
            shared = columns.T @ columns / degrees
            values, vectors = np.linalg.eigh(shared)
            normal = normal @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
            scale = np.sqrt(rng.chisquare(degrees, simulations) / degrees)
        squares = stderr[:, None] ** 2 + stderr**2 - 2 * shared * np.outer(stderr, stderr)
        apart = np.sqrt(np.where(squares > NOTHING * (stderr[:, None] ** 2 + stderr**2), squares, 0.0))
        return cls(apart, np.ascontiguousarray((normal * stderr / scale[:, None]).T), degrees)

    @classmethod
    def of_samples(cls, samples: Sequence[Sample], rng: np.random.Generator) -> Joint:
        """Simulate from values with errors; as independent where they are not all of the same examples."""
        together = all(paired(samples[0], other) for other in samples[1:]) and samples[0].deviations is not None
        replicates = np.stack([one.deviations for one in samples], axis=1) if together else None  # type: ignore[misc]
        stderr = np.array([one.spread if together else one.stderr for one in samples])
        return cls.of(stderr, replicates, rng)

    def largest(self, kept: BoolArray, *, beside: int | None = None) -> FloatArray:
        """Return the (simulations,) largest difference between kept values in standard errors, or between `beside` and them."""
        places = np.flatnonzero(kept)
        found, away = np.zeros(self.simulations), np.empty(self.simulations)
        for i in places.tolist() if beside is None else [beside]:
            others = places[places > i] if beside is None else places[places != i]
            for j in others[self.apart[i, others] > 0].tolist():
                np.subtract(self.drawn[j], self.drawn[i], out=away)
                np.abs(away, out=away)
                away /= self.apart[i, j]
                np.maximum(found, away, out=found)
        return found

    @property
    def simulations(self) -> int:
        """How often all values were simulated."""
        return int(self.drawn.shape[1])

    def threshold(self, kept: BoolArray, *, level: float = LEVEL, beside: int | None = None) -> float:
        """Return how many standard errors the largest difference between kept values stays below at this level."""
        if self.simulations:
            return float(np.quantile(self.largest(kept, beside=beside), level))
        return float(stdtrit(min(self.degrees, 1e9), 1 - (1 - level) / (2 * self._comparisons(kept, beside))))

    def p_value(self, t: float, kept: BoolArray, *, beside: int | None = None) -> float:
        """Return how probable a largest difference of so many standard errors is by chance."""
        return float(self.p_values(np.array([t]), kept, beside=beside)[0])

    def p_values(self, t: FloatArray, kept: BoolArray, *, beside: int | None = None) -> FloatArray:
        """Return how probable a largest difference of so many standard errors is by chance, for several of them (s,)."""
        if self.simulations:
            below = np.searchsorted(np.sort(self.largest(kept, beside=beside)), t)
            return np.asarray((1 + self.simulations - below) / (1 + self.simulations))
        return np.asarray(np.minimum(1.0, 2 * self._comparisons(kept, beside) * stdtr(min(self.degrees, 1e9), -t)))

    @staticmethod
    def _comparisons(kept: BoolArray, beside: int | None) -> int:
        count = int(kept.sum())
        return max(1, count - 1 if beside is not None else count * (count - 1) // 2)


def best_set(values: FloatArray, joint: Joint, *, level: float = LEVEL) -> BoolArray:
    """Return which of the values (m,) may be the largest, by step-down over all pairs.

    In a share of 1 - level of samples it leaves out, at most, one that is none the smaller.
    """
    kept = np.ones(values.size, dtype=np.bool_)
    while kept.sum() > 1:
        beaten = exceeded(values, joint.apart, joint.threshold(kept, level=level))[:, kept].any(axis=1)
        if not (beaten & kept).any():
            break
        kept &= ~beaten
    return kept


def exceeded(values: FloatArray, apart: FloatArray, threshold: float) -> BoolArray:
    """Return (m, m) whether value i is exceeded by value j by more than so many standard errors, and than rounding."""
    return np.asarray(values - values[:, None] > np.maximum(threshold * apart, _rounding(values)))


def farthest(values: FloatArray, apart: FloatArray) -> float:
    """Return how many standard errors lie between the two values that are farthest apart in them."""
    away = np.abs(values - values[:, None])
    apart = np.maximum(apart, _rounding(values) / 2)
    return float(np.divide(away, apart, out=np.zeros_like(away), where=away > _rounding(values)).max(initial=0.0))


def _rounding(values: FloatArray) -> FloatArray:
    """Return (m, m) differences that rounding alone may make; never 0, so that they can divide."""
    size = np.abs(values)
    return np.maximum(ROUNDING * np.maximum(size, size[:, None]), np.finfo(np.float64).tiny)
