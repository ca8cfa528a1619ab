"""A random subset's own neighbours, read from the graph of all points.

The neighbours of a point within a subset are those of its neighbours in the whole that were drawn, in the same order. A graph
that is deep enough holds them, so a hundred subsets cost one pass each over a stored graph and no distance is computed again.

How far the spread between subsets is the spread between fresh samples depends on how the statistic is made. Of the points, a
subset of N f shares a part f with another; of the PAIRS of points it shares f^2. A dimension is made of pairs: single points
say nothing about it, since it does not depend on the unit. So the standard deviation over subsets is scaled by
sqrt(f / (1 - f^2)), where a mean of single contributions would take sqrt(f / (1 - f)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ._resample import REPLICATES, subsets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LEAST_SHARE = 0.9
LEAST_POINTS = 10
STEPS = 8


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Indices and distances of each point's neighbours, as deep as they are known."""

    indices: npt.NDArray[Any]
    """(n, k)"""
    lengths: FloatArray
    """(n, k)"""
    first: IntArray
    """(n,) the row that came in which each point stands at: of identical rows the first."""
    rows: int
    """Rows that came in."""
    groups: IntArray | None = None
    """(rows,) which rows come and go together: subsets are then of whole groups."""

    @property
    def k(self) -> int:
        """Neighbours known."""
        return int(self.indices.shape[1])

    def within(self, drawn: npt.NDArray[np.bool_], ranks: IntArray, *, points: IntArray | None = None) -> FloatArray:
        """Return the distances (points, ranks) to the neighbours of these ranks among the drawn, NaN where that is not known.

        From `points`, else from the drawn ones.
        """
        of = np.flatnonzero(drawn) if points is None else points
        lengths = np.full((of.size, ranks.size), np.nan)
        distances_in_subset(self.indices, self.lengths, of, drawn, ranks, lengths)
        return lengths

    def subsets(self, share: float, draws: int) -> Iterator[npt.NDArray[np.bool_]]:
        """Yield which points (n,) are drawn, again and again: those whose first row is in a subset of the rows.

        The subsets of rows depend on their number alone, and so are the same for all layers of a study.
        """
        units = self.rows if self.groups is None else int(self.groups.max()) + 1
        for chosen in subsets(units, draws=draws, share=share):
            mask = np.zeros(units, dtype=np.bool_)
            mask[chosen] = True
            yield mask[self.first] if self.groups is None else mask[self.groups[self.first]]


@dataclass(frozen=True, slots=True)
class Deviations:
    """A statistic over random subsets."""

    scaled: FloatArray
    """(draws,) or (draws, m) deviations from their mean, whose standard deviation is a standard error."""
    mean: FloatArray
    """() or (m,) mean over the subsets."""
    part: float
    """Which part of the points was drawn."""
    share: float
    """Which part of the drawn points had enough neighbours."""


def deviations(
    around: Surroundings | None,
    statistic: Callable[[FloatArray], float | FloatArray],
    *,
    share: float,
    ranks: IntArray,
    draws: int = REPLICATES,
) -> Deviations | None:
    """Return what statistic(distances to these ranks) does over random subsets, or None where the graph cannot say.

    None: without indices, or where a subset has fewer than 10 points, or less than 90 % of its points have enough neighbours.
    """
    n = 0 if around is None else around.first.size
    if around is None or n * share < LEAST_POINTS or around.k < ranks[-1]:
        return None
    # A hundred passes: the rows of a graph that is deeper lie too far apart.
    dense = np.ascontiguousarray(around.indices), np.ascontiguousarray(around.lengths)
    around = replace(around, indices=dense[0], lengths=dense[1])
    values, drawn_points, kept_points = [], 0, 0
    for drawn in around.subsets(share, draws):
        lengths = around.within(drawn, ranks)
        drawn_points += lengths.shape[0]
        lengths = lengths[np.isfinite(lengths[:, -1])]
        kept_points += lengths.shape[0]
        if lengths.shape[0] < LEAST_POINTS * LEAST_SHARE:
            return None
        values.append(statistic(lengths))
    if kept_points < LEAST_SHARE * drawn_points:
        return None
    part = drawn_points / (n * draws)
    found = np.array(values, dtype=np.float64)
    shared = part**2 if around.groups is None else part  # what a whole group says by itself is no matter of two
    scaled = (found - found.mean(axis=0)) * (part / (1 - shared)) ** 0.5
    return Deviations(scaled, found.mean(axis=0), part, kept_points / drawn_points)


@njit(cache=True, nogil=True)
def distances_in_subset(indices, lengths, of, drawn, ranks, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (of, ranks) with the distances from the points `of` to their drawn neighbours, as far as those are known.

    Where the drawn ones stand is written down a few steps at a time, without a branch, which would be a coin toss to the
    processor.
    """
    deepest, known = ranks[-1], indices.shape[1]
    place = np.empty(known + 1, np.int64)
    for row in range(of.size):
        i = of[row]
        met, step = 0, 0
        while step < known and met < deepest:
            last = min(step + STEPS, known)
            while step < last:
                place[met] = step
                met += drawn[indices[i, step]]
                step += 1
        for column in range(ranks.size):
            if ranks[column] <= met:
                out[row, column] = lengths[i, place[ranks[column] - 1]]
