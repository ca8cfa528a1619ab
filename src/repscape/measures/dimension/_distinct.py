"""Distances to the nearest DISTINCT points, from points or from a graph: what every dimension estimator starts from.

Identical rows put zeros among the distances, and a ratio of distances then means nothing. "merge" counts identical rows as
one point, so that copying rows changes nothing; "drop" leaves out points that have a copy, as peers do; "raise" refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ... import _check
from ...errors import DegenerateDataError, GraphDepthError, InputError
from ...graph import NeighborGraph, distinct_rows, knn_graph
from ..uncertainty import Surroundings

DUPLICATES = ("merge", "drop", "raise")


@dataclass(frozen=True, slots=True)
class NearDistances:
    """Distances from each kept point to its nearest distinct points."""

    lengths: npt.NDArray[np.float64]
    """(n, ranks), positive, not decreasing along a row."""
    rows: int
    """Rows that came in."""
    indices: npt.NDArray[Any] | None = None
    """(n, at least ranks) the neighbours, as places among the kept points and as many as are known; None where they are not."""
    members: npt.NDArray[np.int64] | None = None
    """(rows,) the kept point that each row stands for, -1 where it was left out; None where all rows are kept."""
    deep: npt.NDArray[np.float64] | None = None
    """(n, known) distances of `indices`, of all that are known."""

    @property
    def n(self) -> int:
        """Points kept."""
        return int(self.lengths.shape[0])

    @property
    def dropped(self) -> int:
        """Rows merged or left out."""
        return self.rows - self.n

    def by_row(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return values (n,) of the kept points for every row that came in, NaN where it was left out."""
        return values if self.members is None else np.append(values, np.nan)[self.members]

    def surroundings(self, most: int) -> Surroundings | None:
        """Return the neighbours of each point, up to `most` of them, or None where it is not known who they are."""
        if self.indices is None or self.deep is None:
            return None
        known = min(self.indices.shape[1], self.deep.shape[1], most)
        first = np.arange(self.n) if self.members is None else np.unique(self.members, return_index=True)[1]
        return Surroundings(self.indices[:, :known], self.deep[:, :known], first, self.rows)


def near_distances(g_or_X: Any, ranks: int, *, duplicates: str, function: str, deeper: int = 0) -> NearDistances:
    """Return the distances to the first `ranks` distinct neighbours of each point that is kept.

    From points `deeper` neighbours are looked up where there are so many; a graph has as many as it has.
    """
    _check.choice(duplicates, "duplicates", function, DUPLICATES)
    if isinstance(g_or_X, NeighborGraph):
        g_or_X.require(function, k=1, what=("distances",))
        near = _from_graph(g_or_X, ranks, duplicates, function)
    else:
        near = _from_points(g_or_X, ranks, duplicates, function, deeper)
    if near.n and (near.lengths[:, 0].min() <= 0 or not np.isfinite(near.lengths).all()):
        raise InputError(
            f"X of {function} has distinct points whose squared distances are 0 or infinite in float64. Rescale it, for "
            "instance by its largest absolute value: a dimension does not depend on the unit."
        )
    if near.n < 3:
        raise DegenerateDataError(
            f"{function} needs at least 3 distinct points. Got {near.n} (of {near.rows} rows; duplicates={duplicates!r})."
        )
    return near


def _from_points(X: Any, ranks: int, duplicates: str, function: str, deeper: int) -> NearDistances:
    points = _check.points(X, "X", function)
    n = points.shape[0]
    if duplicates != "merge":
        _check.integer(ranks, "the highest neighbour rank", function, low=1, high=n - 1, why="n - 1")
        graph = knn_graph(points, max(ranks, min(deeper, n - 1)))
        return _from_graph(graph, ranks, duplicates, function)
    rows, members = distinct_rows(points)
    if rows.size == 1:
        raise DegenerateDataError(f"{function} needs points that differ. All {n} rows are identical.")
    if rows.size < max(3, ranks + 1):
        raise DegenerateDataError(
            f"{function} needs {ranks} distinct neighbours of each point, so at least {max(3, ranks + 1)} distinct "
            f"points. Got {rows.size} in {n} rows."
        )
    graph = knn_graph(points if rows.size == n else points[rows], max(ranks, min(deeper, rows.size - 1)))
    lengths = _distances(graph)
    return NearDistances(lengths[:, :ranks], n, graph.indices, members if rows.size < n else None, lengths)


def _distances(graph: NeighborGraph) -> npt.NDArray[np.float64]:
    return np.empty((graph.n, 0)) if graph.distances is None else graph.distances


def _from_graph(graph: NeighborGraph, ranks: int, duplicates: str, function: str) -> NearDistances:
    lengths = _distances(graph)
    if graph.members is not None and ranks > graph.n - 1:
        raise DegenerateDataError(
            f"{function} needs {ranks} distinct neighbours of each point, so at least {ranks + 1} distinct points. "
            f"Got {graph.n} in {graph.rows} rows."
        )
    copied = (lengths[:, 0] == 0) & (graph.members is None)
    if not copied.any():
        graph.require(function, k=ranks, what=("distances",))
        return NearDistances(lengths[:, :ranks], graph.rows, graph.indices, graph.members, lengths)
    if duplicates == "raise":
        raise InputError(
            f"duplicates='raise' of {function}: {int(copied.sum())} points have an identical copy, the first at row "
            f"{int(np.flatnonzero(copied)[0])}."
        )
    if duplicates == "drop":
        graph.require(function, k=ranks, what=("distances",))
        kept = np.where(copied, -1, np.cumsum(~copied) - 1)
        return NearDistances(lengths[~copied, :ranks], graph.rows, members=kept)
    return _merged(graph, ranks, function)


def _merged(graph: NeighborGraph, ranks: int, function: str) -> NearDistances:
    """Walk each row of a graph that holds copies and keep the first distance to each distinct point."""
    if graph.indices is None:
        raise GraphDepthError(
            f"{function} cannot merge identical points from distances alone: the graph holds no indices. "
            "Give the points, a graph with indices, or duplicates='drop'."
        )
    lengths = _distances(graph)
    width = min(lengths.shape[1], graph.indices.shape[1])
    lengths, neighbors = lengths[:, :width], graph.indices[:, :width]
    row, col = np.nonzero(lengths == 0)
    links = coo_array((np.ones(row.size, dtype=np.int8), (row, neighbors[row, col])), shape=(graph.n, graph.n))
    _, point = connected_components(links, directed=False)
    first = np.unique(point, return_index=True)[1]
    if first.size < 2:
        raise DegenerateDataError(f"{function} needs points that differ. All {graph.n} points are identical.")
    seen = point[neighbors[first]]
    new = seen != point[first][:, None]
    # A distinct point counts where it is met first: mark repeats by a stable sort of the points met in each row.
    order = np.argsort(seen, axis=1, kind="stable")
    in_order = np.take_along_axis(seen, order, axis=1)
    repeat = np.zeros_like(new)
    np.put_along_axis(repeat, order[:, 1:], in_order[:, 1:] == in_order[:, :-1], axis=1)
    new &= ~repeat
    found = new.sum(axis=1)
    if found.min() < ranks:
        raise GraphDepthError(
            f"{function} with duplicates='merge' needs {ranks} distinct neighbours of each point; copies fill the graph's "
            f"{width} places and leave {int(found.min())} for some point. Give the points, a deeper graph, "
            "or duplicates='drop'."
        )
    place = np.argsort(~new, axis=1, kind="stable")[:, : found.min()]
    deep = np.take_along_axis(lengths[first], place, axis=1)
    return NearDistances(
        deep[:, :ranks], graph.rows, np.take_along_axis(seen, place, axis=1), point.astype(np.int64), deep
    )
