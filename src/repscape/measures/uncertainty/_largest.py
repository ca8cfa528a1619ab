"""The largest of many values under shared relabellings: what the best of as many unrelated comparisons reads.

The best of 24 x 24 pairs is compared with what the best of 24 x 24 pairs reads under relabelled examples, never with the mean
of one pair. Values are studentised first, since chance and its spread differ by width, and the widest layers would rule the raw
maximum; mean and sd come from the relabellings and the data together, which keeps the p-value exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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
    why: str = ""
    """Why nothing can be said of it, neither that it is beyond chance nor that it is not; "" where something can."""

    @property
    def above(self) -> bool | None:
        """Whether it is more alike than chance, all comparisons considered; None where that cannot be said."""
        return None if self.why else self.p_value <= ALPHA

    @classmethod
    def unknown(cls, why: str) -> Beyond:
        """Return a comparison without a null."""
        return cls(math.nan, math.nan, 1, math.nan, why)


class Largest:
    """Values of one measure and what they are under each relabelling, as far as the most alike of them goes."""

    def __init__(
        self, observed: FloatArray, drawn: FloatArray, *, less: bool = False, best: FloatArray | None = None
    ) -> None:
        """Take (m,) values and (m, draws) values under shared relabellings; `less` where small values are more alike.

        `best` (m,) is the most alike that each can be, where that is known.
        """
        self.sign = -1.0 if less else 1.0
        self._best = np.full(observed.size, math.inf) if best is None else self.sign * best
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
        found = [Beyond(float(a), float(p), len(limits), best) for a, p in zip(limits, p_values, strict=True)]
        return [replace(one, why=self._why(one, most)) for one, most in zip(found, self._best, strict=True)]

    def _why(self, found: Beyond, best: float) -> str:
        """Return why a comparison could not have been beyond chance whatever it read."""
        draws = self._largest.size - 1
        if 1 / (draws + 1) > ALPHA:
            return f"{draws} relabellings give no p below {1 / (draws + 1):.2g}"
        if not found.above and math.isfinite(best) and best - self.sign * found.limit <= 1e-9 * max(1.0, abs(best)):
            return "what chance may read reaches the best value there can be"
        return ""

    def best_by_chance(self) -> float:
        """Return what the best of the comparisons reads on average under relabelling, raw."""
        return float(self.sign * self.drawn.max(axis=0).mean())
