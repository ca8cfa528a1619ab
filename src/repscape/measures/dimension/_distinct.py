"""Distances to the nearest DISTINCT points, from points or from a graph: what every dimension estimator starts from.

Identical rows put zeros among the distances, and a ratio of distances then means nothing; rows that differ by rounding alone
do nearly the same. "merge" counts them as one point, so that copying rows changes nothing; "drop" leaves out points that have
a copy, as peers do; "raise" refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from ... import _check
from ...errors import DegenerateDataError, GraphDepthError, InputError
from ...graph import NeighborGraph, distinct_graph, distinct_rows, knn_graph
from ..points import graph_as_deep, points_of, rows_in_groups
from ..uncertainty import Surroundings

DUPLICATES = ("merge", "drop", "raise")
LOOKED_AT = 8  # neighbours among which the first that is no copy is looked for


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
    near_copies: int = 0
    """Rows merged although they are not identical: they differ by rounding alone."""
    copy_bound: float = 0.0
    """How near that is."""

    @property
    def n(self) -> int:
        """Points kept."""
        return int(self.lengths.shape[0])

    @property
    def dropped(self) -> int:
        """Rows merged or left out."""
        return self.rows - self.n

    @property
    def conventions(self) -> dict[str, Any]:
        """What a result says of rows that were merged because of rounding; nothing where none were."""
        return _said(self.near_copies, self.copy_bound)

    @property
    def known(self) -> npt.NDArray[np.float64]:
        """(n, at least ranks) all distances that are known."""
        return self.lengths if self.deep is None else self.deep

    def by_row(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return values (n,) of the kept points for every row that came in, NaN where it was left out."""
        return values if self.members is None else np.append(values, np.nan)[self.members]

    def surroundings(self, most: int, *, groups: npt.NDArray[np.int64] | None = None) -> Surroundings | None:
        """Return the neighbours of each point, up to `most` of them, or None where it is not known who they are."""
        if self.indices is None or self.deep is None:
            return None
        known = min(self.indices.shape[1], self.deep.shape[1], most)
        first = np.arange(self.n) if self.members is None else np.unique(self.members, return_index=True)[1]
        return Surroundings(self.indices[:, :known], self.deep[:, :known], first, self.rows, groups)


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


@dataclass(frozen=True, slots=True)
class Apart:
    """Rows of a set of points that are points of their own."""

    rows: npt.NDArray[np.int64]
    """(m,) the first of each set of copies, in order."""
    conventions: dict[str, Any]
    """What a result says of rows that were merged because of rounding; nothing where none were."""


def rows_apart(points: Any) -> Apart:
    """Return the rows that differ from all before them by more than rounding."""
    return graph_apart(points, LOOKED_AT)[0]


def graph_apart(X: Any, k: int) -> tuple[Apart, NeighborGraph | None]:
    """Return the rows that are points of their own, and their graph with k neighbours where there are so many.

    The graph that came with the points serves, where it is one of points of their own; None: there are not three.
    """
    points = points_of(X)
    graph = graph_as_deep(X, k)
    if graph is None or graph.rows != len(points) or _has_copies(graph):
        rows, _ = distinct_rows(points)
        if rows.size < 3:
            return Apart(rows, {}), None
        graph = distinct_graph(points, min(k, rows.size - 1), rounding=True)
    return Apart(rows_in_groups(graph.members, graph.n), merged_by_rounding(graph)), graph


def _has_copies(graph: NeighborGraph) -> bool:
    return graph.members is None and bool((_distances(graph)[:, 0] <= graph.copy_bound).any())


def merged_by_rounding(graph: NeighborGraph) -> dict[str, Any]:
    """Return what a result of a graph says of rows that were merged because of rounding; nothing where none were."""
    return _said(graph.near_copies, graph.copy_bound)


def _said(near_copies: int, bound: float) -> dict[str, Any]:
    return {"near_copies": near_copies, "copy_bound": bound} if near_copies else {}


def _from_points(X: Any, ranks: int, duplicates: str, function: str, deeper: int) -> NearDistances:
    points = _check.points(X, "X", function)
    n = points.shape[0]
    if duplicates != "merge":
        _check.integer(ranks, "the highest neighbour rank", function, low=1, high=n - 1, why="n - 1")
        graph = knn_graph(points, max(ranks, min(deeper, n - 1)))
        return _from_graph(graph, ranks, duplicates, function)
    rows = distinct_rows(points)[0].size
    if rows == 1:
        raise DegenerateDataError(f"{function} needs points that differ. All {n} rows are identical.")
    _enough(rows, ranks, n, function)
    graph = distinct_graph(points, max(ranks, min(deeper, rows - 1)), rounding=True)
    _enough(graph.n, ranks, n, function)
    return _of_distinct(graph, ranks)


def _enough(distinct: int, ranks: int, rows: int, function: str) -> None:
    if distinct < max(3, ranks + 1):
        raise DegenerateDataError(
            f"{function} needs {ranks} distinct neighbours of each point, so at least {max(3, ranks + 1)} distinct "
            f"points. Got {distinct} in {rows} rows."
        )


def _of_distinct(graph: NeighborGraph, ranks: int) -> NearDistances:
    """Return what a graph without copies says."""
    lengths = _distances(graph)
    near = {"near_copies": graph.near_copies, "copy_bound": graph.copy_bound if graph.near_copies else 0.0}
    return NearDistances(lengths[:, :ranks], graph.rows, graph.indices, graph.members, lengths, **near)  # type: ignore[arg-type]


def _distances(graph: NeighborGraph) -> npt.NDArray[np.float64]:
    return np.empty((graph.n, 0)) if graph.distances is None else graph.distances


def _from_graph(graph: NeighborGraph, ranks: int, duplicates: str, function: str) -> NearDistances:
    lengths = _distances(graph)
    if graph.members is not None and ranks > graph.n - 1:
        raise DegenerateDataError(
            f"{function} needs {ranks} distinct neighbours of each point, so at least {ranks + 1} distinct points. "
            f"Got {graph.n} in {graph.rows} rows."
        )
    copied = (lengths[:, 0] <= graph.copy_bound) & (graph.members is None)
    if not copied.any():
        graph.require(function, k=ranks, what=("distances",))
        return _of_distinct(graph, ranks)
    if duplicates == "raise":
        exact = bool((lengths[copied, 0] == 0).all())
        raise InputError(
            f"duplicates='raise' of {function}: {int(copied.sum())} points have an identical copy"
            f"{'' if exact else ' or one that differs by rounding alone'}, the first at row {int(np.flatnonzero(copied)[0])}."
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
    first, point = _groups(lengths, neighbors, graph.copy_bound)
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
    identical = np.unique(_groups(lengths, neighbors, 0.0)[1]).size if graph.copy_bound else first.size
    near = identical - first.size
    return NearDistances(
        deep[:, :ranks],
        graph.rows,
        np.take_along_axis(seen, place, axis=1),
        point,
        deep,
        near_copies=near,
        copy_bound=graph.copy_bound if near else 0.0,
    )


def _groups(
    lengths: npt.NDArray[np.float64], neighbors: npt.NDArray[Any], bound: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return (the first row of each group, the group of each row): rows within the bound of the first of their group."""
    n = lengths.shape[0]
    row, place = np.nonzero(lengths <= bound)
    links = coo_array((np.ones(row.size, dtype=np.int8), (row, neighbors[row, place])), shape=(n, n)).tocsr()
    links = (links + links.T).tocsr()  # a full list may leave out one of two that are near each other
    leader = np.full(n, -1, dtype=np.int64)
    for one in np.unique(row):
        if leader[one] < 0:
            near = links.indices[links.indptr[one] : links.indptr[one + 1]]
            leader[near[leader[near] < 0]] = one
            leader[one] = one
    leader[leader < 0] = np.flatnonzero(leader < 0)
    first, group = np.unique(leader, return_inverse=True)
    return first, group.astype(np.int64)
