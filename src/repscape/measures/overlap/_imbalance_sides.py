"""Two representations and the exact ranks in one of the neighbours in the other, with what each point adds to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...graph import NeighborGraph, knn_graph, knn_rows, listed_ranks, neighbor_ranks
from ..points import filled_by_index, neighbor_indices
from ..uncertainty import DRAWS, replicates_of_influence, subsets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "information_imbalance"
QUARTER = 0.25
LOOKED_AT = 100
"""Examples whose ties are counted, of those that have some."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One representation: its neighbours, and its points where ranks may be counted."""

    graph: NeighborGraph
    points: npt.NDArray[Any] | None
    prepared: list[Side] = field(default_factory=list)
    """Random quarters of the examples, once they are asked for."""

    def quarters(self, k: int) -> list[Side]:
        """Return the quarters with their graphs; none of what is a graph alone, or too small."""
        points = self.points
        if not self.prepared and points is not None and self.n >= 4 * (k + 3):
            drawn = subsets(self.n, draws=DRAWS, share=QUARTER)
            self.prepared.extend([prepare(points[rows], {"k": k}) for rows in drawn])
        return self.prepared

    @property
    def n(self) -> int:
        """Examples."""
        return self.graph.n

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        points = 0 if self.points is None else self.points.nbytes
        return int(points * (1 + DRAWS * QUARTER) + self.graph.n * self.graph.k * 12)  # with the quarters

    def ranks(self, indices: Any) -> tuple[IntArray, IntArray]:
        """Return the ranks of given neighbours here, 0 where unknown, and how often each point is nearer than they are."""
        if self.points is None:
            return listed_ranks(self.graph, indices, function=NAME)
        return neighbor_ranks(self.points, indices, function=NAME)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X_or_g") -> Side:
    """Find the neighbours of one representation."""
    k = options["k"]
    if isinstance(X, NeighborGraph):
        neighbor_indices(X, k, name=name, function=NAME)
        return Side(X, None)
    points = _check.points(X, name, NAME)
    _check.integer(k, "k", NAME, low=1, high=len(points) - 1, why="n - 1")
    return Side(knn_graph(points, min(k + 1, len(points) - 1)), points)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """One direction."""

    per_point: FloatArray
    influence: FloatArray | None
    """(n,) what each point adds to the value, by leaving it out; None where neighbour k + 1 is not known."""

    @property
    def value(self) -> float:
        return float(self.per_point.mean())

    @property
    def stderr(self) -> float | None:
        if self.influence is None:
            return None
        return float(self.influence.std(ddof=1)) / math.sqrt(self.influence.size)

    @property
    def replicates(self) -> FloatArray | None:
        return None if self.influence is None else replicates_of_influence(self.influence)


def imbalance(source: Side, target: Side, k: int) -> Imbalance | None:
    """Return the imbalance from source to target, or None where the target does not know a rank."""
    indices = source.graph.indices[:, : k + 1]  # type: ignore[index]
    ranks, passed = target.ranks(indices)
    if not ranks[:, :k].all():
        return None
    per_point = 2 / source.n * ranks[:, :k].mean(axis=1)
    spare = indices.shape[1] > k and bool(ranks[:, k].all())
    return Imbalance(per_point, _influence(indices, ranks, passed, k) if spare else None)


def _influence(indices: npt.NDArray[Any], ranks: IntArray, passed: IntArray, k: int) -> FloatArray:
    """Return (n - 1) (value - value without point l); column k has the neighbour that follows when one is left out."""
    n = len(indices)
    # Without point l its own ranks go, every rank that it stood below falls by one, and where it was itself among the
    # nearest the next neighbour takes its place, with a rank that falls by one if l stood below that too.
    change = -ranks[:, :k].sum(axis=1) - passed[:, :k].sum(axis=1)
    follows = ranks[:, k, None] - (ranks[:, :k] < ranks[:, k, None]) - ranks[:, :k]
    np.add.at(change, indices[:, :k].ravel(), follows.ravel())
    total = ranks[:, :k].sum()
    without = 2 / (n - 1) ** 2 * (total + change) / k
    return (n - 1) * (2 / n**2 * total / k - without)  # type: ignore[no-any-return]


def moved_by_ties(source: Side, target: Side, k: int) -> float:
    """Return the most that ties, broken by index in both, may take off the imbalance from source to target.

    Where the nearest are chosen by index, and have their rank in the target by index among others as far away, the rank is the
    lowest of theirs and not the middle one.
    """
    tied = source.graph.ties()
    by_index = np.zeros(source.n, dtype=np.int64) if tied is None else filled_by_index(tied, k)
    rows = np.flatnonzero(by_index)
    if not rows.size:
        return 0.0
    looked_at = rows[np.unique(np.linspace(0, rows.size - 1, min(rows.size, LOOKED_AT)).astype(np.int64))]
    chosen = np.asarray(source.graph.indices)
    most = [_beside(target, int(row), chosen[row, k - by_index[row] : k]) for row in looked_at]
    return float(np.mean(most)) * rows.size / source.n / (k * source.n)


def _beside(target: Side, row: int, chosen: npt.NDArray[Any]) -> int:
    """Return how many others are as far from an example as each of some, in all."""
    graph = target.graph if target.points is None else knn_rows(target.points, target.n - 1, start=row, stop=row + 1)
    if graph.distances is None or graph.indices is None:
        return 0
    place = row if target.points is None else 0
    away, listed = graph.distances[place], graph.indices[place, : graph.distances.shape[1]]
    return sum(int((away == away[listed == one]).sum()) - 1 for one in chosen if (listed == one).any())
