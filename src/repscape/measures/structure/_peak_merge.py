"""Peaks that do not stand out from their saddles are merged, the highest saddle first."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ._peak_borders import Saddles

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Pass = tuple[float, float, int]
"""Height, error and point of a saddle."""


@dataclass(slots=True)
class Merging:
    """Peaks that are being merged."""

    heights: FloatArray
    """(m,) log density at each centre."""
    stderr: FloatArray
    """(m,) its error."""
    around: list[dict[int, Pass]]
    """For each peak that is left, the saddles to others."""
    into: IntArray
    """(m,) the peak that each went into, itself where it is left."""
    deaths: list[tuple[int, int, float, float]] = field(default_factory=list)
    """(kept, removed, height of the saddle, significance of the removed), in order."""

    @classmethod
    def of(cls, heights: FloatArray, stderr: FloatArray, saddles: Saddles) -> Merging:
        """Begin with all peaks."""
        around: list[dict[int, Pass]] = [{} for _ in heights]
        rows = (saddles.pairs.tolist(), saddles.heights.tolist(), saddles.stderr.tolist(), saddles.points.tolist())
        for (a, b), height, error, point in zip(*rows, strict=True):
            around[a][b] = around[b][a] = (height, error, point)
        return cls(heights, stderr, around, np.arange(heights.size))

    def significance(self, peak: int, over: Pass) -> float:
        """Return how far a centre stands above a saddle, in errors of both."""
        return significance_of(float(self.heights[peak]), over[0], float(self.stderr[peak]) + over[1])

    def run(self, z: float) -> Merging:
        """Merge pairs of which either centre stands less than z errors above their saddle; z may be infinite."""
        waiting = [
            entry for a, near in enumerate(self.around) for b in near if a < b and (entry := self._entry(a, b, z))
        ]
        heapq.heapify(waiting)
        while waiting:
            _, a, b, over = heapq.heappop(waiting)
            if self.around[a].get(b) is not over:  # merged, or passed at a higher saddle, since
                continue
            first, second = self.significance(a, over), self.significance(b, over)
            kept, removed = (b, a) if first < second else (a, b)
            self.deaths.append((kept, removed, over[0], min(first, second)))
            self.into[removed] = kept
            for other in self._moved(kept, removed):
                if entry := self._entry(min(kept, other), max(kept, other), z):
                    heapq.heappush(waiting, entry)
        return self

    def _entry(self, a: int, b: int, z: float) -> tuple[float, int, int, Pass] | None:
        over = self.around[a][b]
        if math.isinf(z) or any(self.heights[p] - over[0] < z * (self.stderr[p] + over[1]) for p in (a, b)):
            return -over[0], a, b, over
        return None

    def _moved(self, kept: int, removed: int) -> list[int]:
        """Hand the saddles of a removed peak on, where they are higher; return the peaks that they now lead to."""
        changed = []
        for other, over in self.around[removed].items():
            del self.around[other][removed]
            if other == kept:
                continue
            if other not in self.around[kept] or self.around[kept][other][0] < over[0]:
                self.around[kept][other] = self.around[other][kept] = over
                changed.append(other)
        self.around[removed] = {}
        return changed

    def roots(self) -> IntArray:
        """Return (m,) the peak that each belongs to in the end."""
        root = self.into.copy()
        while (root != root[root]).any():
            root = root[root]
        return root

    def left(self) -> Saddles:
        """Return the saddles between peaks that are left."""
        held = [(a, b, *over) for a, near in enumerate(self.around) for b, over in near.items() if a < b]
        held.sort(key=lambda row: row[:2])
        pairs = np.array([row[:2] for row in held], dtype=np.int64).reshape(-1, 2)
        return Saddles(
            pairs,
            np.array([row[2] for row in held], dtype=np.float64),
            np.array([row[3] for row in held], dtype=np.float64),
            np.array([row[4] for row in held], dtype=np.int64),
        )


def significance_of(height: float, saddle: float, errors: float) -> float:
    """Return how far a peak stands above a saddle in units of their errors; without errors any height is beyond all."""
    if errors > 0:
        return (height - saddle) / errors
    return math.inf if height > saddle else 0.0


def tree_of(heights: FloatArray, stderr: FloatArray, saddles: Saddles, *, populations: IntArray) -> FloatArray:
    """Return the (m - 1, 4) dendrogram of m peaks, the highest saddle first: two branches, height, points.

    Branches are numbered as in scipy's linkages: 0 to m - 1 the peaks, m + i what row i joined. What no saddle joins is joined
    last, at minus infinity.
    """
    merging = Merging.of(heights, stderr, saddles).run(math.inf)
    m = heights.size
    branch, points, rows = list(range(m)), populations.astype(np.float64).tolist(), []

    def join(kept: int, removed: int, height: float) -> None:
        points[kept] += points[removed]
        rows.append([*sorted((branch[kept], branch[removed])), height, points[kept]])
        branch[kept] = m + len(rows) - 1

    for kept, removed, height, _ in merging.deaths:
        join(kept, removed, height)
    apart = np.unique(merging.roots())
    for other in apart[1:]:
        join(int(apart[0]), int(other), -math.inf)
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
