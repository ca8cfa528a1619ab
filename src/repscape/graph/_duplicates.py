"""Identical rows: which rows are copies, and the graph of the distinct points only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DegenerateDataError, MemoryBudgetError
from ..machine import memory_available
from . import _points
from ._knn import knn_graph
from ._neighbor_graph import NeighborGraph
from ._points import Points
from ._rounding import rounding_bound, rows_within, separated_bound

IntArray = npt.NDArray[np.int64]
HASH_ENTRIES = 1 << 17  # of rows hashed together: their words stay in cache


def distinct_rows(X: Any) -> tuple[IntArray, IntArray]:
    """Find identical rows, by exact equality of values (-0.0 equals 0.0).

    Rows are hashed block by block and only rows of equal hash are compared, so memory stays O(n) beside one block,
    and X may be a memory-map or anything that gives rows by slices.

    Parameters
    ----------
    X : (n, d) array of numbers
        The points.

    Returns
    -------
    rows : (m,) int64
        The first of each set of identical rows, in order of appearance.
    members : (n,) int64
        Which distinct point each row is: X[rows][members] equals X.

    Raises
    ------
    InputError
        If X is not a finite (n, d) array of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from repscape.graph import distinct_rows
    >>> rows, members = distinct_rows(np.array([[1.0], [2.0], [1.0], [3.0]]))
    >>> rows.tolist(), members.tolist()
    ([0, 1, 3], [0, 1, 0, 2])
    """
    points = _points.read(X, "X", "distinct_rows", least=1, hold=0)
    first = _first_equal(points, _hashes(points))
    rows = np.flatnonzero(first == np.arange(points.n))
    place = np.empty(points.n, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return rows, place[first]


def distinct_graph(
    X: Any, k: int, *, rounding: bool = False, build: Callable[..., NeighborGraph] | None = None, **options: Any
) -> NeighborGraph:
    """Return the graph of the distinct rows of X; `members` says which point each row of X is.

    Parameters
    ----------
    X : (n, d) array of numbers
        The points.
    k : int
        Neighbours of each distinct point.
    rounding : bool, default False
        Whether rows that differ by rounding alone are one point too, the first of them: all within the graph's `copy_bound` of
        it. The graph then has at most as many neighbours as there are other points.
    build : callable, optional
        What builds each graph in place of :func:`repscape.knn_graph`, called like it.
    **options
        As :func:`repscape.knn_graph` takes them.

    Returns
    -------
    NeighborGraph
        Of the m distinct points in order of first appearance; `members` is None where no two rows are equal.

    Raises
    ------
    InputError
        As knn_graph; k may go up to m - 1.

    Examples
    --------
    >>> import numpy as np
    >>> from repscape.graph import distinct_graph
    >>> g = distinct_graph(np.array([[1.0], [2.0], [1.0], [4.0]]), k=1)
    >>> g.n, g.indices.tolist(), g.members.tolist()
    (3, [[1], [0], [1]], [0, 1, 0, 2])
    """
    build = build or knn_graph
    rows, members = distinct_rows(X)
    repeated = len(rows) < len(members)
    points = _points.read(X, "X", "distinct_graph", least=1, hold=0) if repeated or rounding else None
    if repeated and points is not None:
        _check_room(len(rows), points)
    graph = build(X if points is None or not repeated else points.take(rows).whole, k, **options)
    graph = replace(graph, members=members) if repeated else graph
    if not rounding or points is None:
        return graph
    distances = np.asarray(graph.distances)
    bound = separated_bound(rounding_bound(X), distances)
    near = np.flatnonzero(distances[:, 0] <= bound)
    if not len(near):
        return graph
    return _without_near_copies(points, rows, replace(graph, copy_bound=bound), near, partial(build, **options))


def _without_near_copies(
    points: Points, rows: IntArray, graph: NeighborGraph, near: IntArray, build: Callable[..., NeighborGraph]
) -> NeighborGraph:
    """Return the graph in which rows within the bound of the first of their group are that one; `near` may be such."""
    leader = np.arange(len(rows))
    leader[near] = np.searchsorted(rows, rows_within(points, rows[near], graph.copy_bound))
    kept = np.flatnonzero(leader == np.arange(len(rows)))
    if len(kept) < 3:
        raise DegenerateDataError(
            f"distinct_graph needs at least 3 points that differ by more than rounding. Got {len(kept)} in {points.n} rows."
        )
    found = build(points.take(rows[kept]).whole, min(graph.k, len(kept) - 1))
    place = np.searchsorted(kept, leader)
    return replace(
        found,
        members=place if graph.members is None else place[graph.members],
        copy_bound=graph.copy_bound,
        near_copies=len(rows) - len(kept),
    )


def _check_room(distinct: int, points: Points) -> None:
    needed = distinct * points.d * points.dtype.itemsize
    if needed > (free := memory_available()):
        raise MemoryBudgetError(
            f"distinct_graph would need {needed / 2**30:.2f} GiB for its {distinct} distinct points. "
            f"{free / 2**30:.2f} GiB are free. Take fewer points."
        )


def _hashes(points: Points) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each row, a random linear form of its words; whatever block it is in."""
    weights = np.random.default_rng(0).integers(1, 2**63, size=points.d, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    out = np.empty(points.n, dtype=np.uint64)
    step = max(1, HASH_ENTRIES // points.d)
    for start in range(0, points.n, points.block_rows):
        block = points.block(start, min(start + points.block_rows, points.n))
        for first in range(0, len(block), step):
            some = block[first : first + step] + 0.0  # a fresh array in which -0.0 is 0.0
            words = some.view(np.uint32 if some.itemsize == 4 else np.uint64).astype(np.uint64)
            words ^= words >> np.uint64(29)
            words *= weights
            out[start + first : start + first + len(some)] = words.sum(axis=1, dtype=np.uint64)
    return out


def _first_equal(points: Points, hashes: npt.NDArray[np.uint64]) -> IntArray:
    """For each row, the first row equal to it."""
    first = np.arange(points.n)
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, points.n])
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        group = order[start : start + size]  # ascending: the sort is stable
        while len(group) > 1:  # more than one turn only where different rows share a hash
            head = points.block(group[0], group[0] + 1)[0]
            same = np.array([np.array_equal(points.block(row, row + 1)[0], head) for row in group])
            first[group[same]] = group[0]
            group = group[~same]
    return first
