"""The largest of many values under shared relabellings: what the best of as many unrelated comparisons reads.

The best of 24 x 24 pairs is compared with what the best of 24 x 24 pairs reads under relabelled examples, never with the mean
of one pair. Values are studentised first, since chance and its spread differ by width, and the widest layers would rule the raw
maximum; mean and sd come from the relabellings and the data together, which keeps the p-value exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._null import ALPHA

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Beyond:
    """One comparison among all of its family."""

    limit: float
    """What the comparison must pass: in 95 % of relabellings no comparison of the family passes its own."""
    p_value: float
    """Share of the relabellings, the data among them, in which some comparison of the family is as extreme."""
    of: int
    """Comparisons in the family."""
    best_by_chance: float
    """What the best of the family reads on average under relabelling, raw."""

    @property
    def above(self) -> bool:
        """Whether it is more alike than chance, all comparisons considered."""
        return self.p_value <= ALPHA


class Largest:
    """Values of one measure and what they are under each relabelling, as far as the most alike of them goes."""

    def __init__(self, observed: FloatArray, drawn: FloatArray, *, less: bool = False) -> None:
        """Take (m,) values and (m, draws) values under shared relabellings; `less` where small values are more alike."""
        self.sign = -1.0 if less else 1.0
        self.observed, self.drawn = self.sign * observed, self.sign * drawn
        every = np.column_stack([self.observed, self.drawn])
        self._mean = every.mean(axis=1)
        self._sd = every.std(axis=1)
        scaled = (every - self._mean[:, None]) / np.where(self._sd > 0, self._sd, np.inf)[:, None]
        self._own = scaled[:, 0]
        self._largest = np.sort(scaled.max(axis=0))
        self._level = float(self._largest[math.ceil((1 - ALPHA) * self._largest.size - 1e-9) - 1])

    def each(self) -> list[Beyond]:
        """Return every comparison beside the null of the largest."""
        limits = self.sign * (self._mean + self._level * self._sd)
        passed = self._largest.size - np.searchsorted(self._largest, self._own - 1e-9, side="left")
        p_values = passed / self._largest.size
        best = self.best_by_chance()
        return [Beyond(float(a), float(p), len(limits), best) for a, p in zip(limits, p_values, strict=True)]

    def best_by_chance(self) -> float:
        """Return what the best of the comparisons reads on average under relabelling, raw."""
        return float(self.sign * self.drawn.max(axis=0).mean())
