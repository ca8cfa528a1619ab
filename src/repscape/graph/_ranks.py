"""Exact ranks of given neighbours: how many points are nearer than a point's partner, without sorting all distances.

One pass over all pairs counts, for each row, the points below each of its limits. Float64 products with an error bound decide
almost every pair; the few too close to call are compared by differences. Costs n^2 d operations (each pair of blocks is
multiplied once and read both ways) and memory O(n times ranks).
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError, MemoryBudgetError
from ..machine import Crew, memory_available, memory_errors, thread_count, threads_within
from . import _kernels_ranks, _points, _screen
from ._audit import Audit
from ._candidates_numpy import NumpyProducts
from ._certify import Frame
from ._memory import SCRATCH
from ._neighbor_graph import NeighborGraph
from ._points import Points

TILE = 1024
ALONE = 1 << 27  # operations below which threads cost more than they bring
UNIT = 2.0**-53
TINY, HUGE = 1e-100, 1e100  # beyond these, squares of differences may leave float64: no products
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def neighbor_ranks(X: Any, indices: Any, *, function: str, threads: int | None = None) -> tuple[IntArray, IntArray]:
    """Return the place of given points among the neighbours of each point, by Euclidean distance, ties by index.

    Parameters
    ----------
    X : (n, d) array of numbers
        The points.
    indices : (n, m) array of int
        For each point, m other points.
    function : str
        Named in messages.
    threads : int, optional
        As for :func:`knn_graph`.

    Returns
    -------
    ranks : (n, m) int64
        1 for the nearest neighbour, n - 1 for the furthest.
    passed : (n, m) int64
        passed[j, r]: for how many points i is j nearer than indices[i, r].
    """
    described = _points.described(_points.source(X), "X", function)
    given = _given(indices, described.n, function)
    allowed = _threads(described, given, threads, function)
    with memory_errors(function):
        points = _points.read(X, "X", function)
        whole = points.block(0, points.n)
        crew = Crew(allowed if points.n**2 * points.d > ALONE else 1)
        limits = np.empty(given.shape)
        _kernels_ranks.compare_given(whole, given, limits)
        counts = _Counts(given.shape)
        if not _by_products(points, given, limits, crew, counts):
            counts = _Counts(given.shape)
            _directly(whole, given, limits, crew, counts)
        nearer, passed = counts.total()
        return nearer + 1, passed


def listed_ranks(graph: NeighborGraph, indices: Any, *, function: str = "listed_ranks") -> tuple[IntArray, IntArray]:
    """Return the same from the lists of a graph; a rank of 0 says that the list does not hold the point."""
    given = _given(indices, graph.n, function)
    ranks, passed = np.zeros(given.shape, dtype=np.int64), np.zeros(given.shape, dtype=np.int64)
    _kernels_ranks.find_in_lists(graph.indices, given, ranks, passed)
    return ranks, passed


def _given(indices: Any, n: int, function: str) -> npt.NDArray[Any]:
    """The given points as the loops take them: one row for each of n points, all in range."""
    given = np.ascontiguousarray(indices)
    if given.ndim != 2 or len(given) != n or given.dtype.kind not in "iu":
        raise InputError(
            f"indices of {function} must be integers of shape ({n}, m). Got {given.dtype} of shape {given.shape}."
        )
    if given.size and not 0 <= int(given.min()) <= int(given.max()) < n:
        raise InputError(
            f"indices of {function} must lie in [0, {n - 1}]. They go from {given.min()} to {given.max()}."
        )
    return given


def _threads(read: Points, given: npt.NDArray[Any], threads: int | None, function: str) -> int:
    """The threads there is memory for; raise where there is none for one.

    It goes to rows in float64, as they are read and as they are multiplied, and to counts of each thread.
    """
    counts = given.size * 16
    needed, free = read.n * (2 * read.d * 8 + 32) + given.size * 8 + 2 * counts + SCRATCH, memory_available()
    if needed > free:
        raise MemoryBudgetError(
            f"{function} would need {needed / 2**30:.2f} GiB for the exact ranks of {given.shape[1]} partners of "
            f"{read.n} points. {free / 2**30:.2f} GiB are free. Ask for a smaller k, or take fewer points."
        )
    asked = min(thread_count(threads, function), 1 + (free - needed) // 2 // max(1, counts + TILE * TILE * 8))
    return threads_within(asked, (free - needed) // 2)


class _Counts:
    """Counts of each thread, so that none waits for another."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._held: list[tuple[IntArray, IntArray]] = []

    def own(self) -> tuple[IntArray, IntArray]:
        """Arrays for one thread."""
        made = np.zeros(self._shape, dtype=np.int64), np.zeros(self._shape, dtype=np.int64)
        self._held.append(made)
        return made

    def total(self) -> tuple[IntArray, IntArray]:
        return sum(nearer for nearer, _ in self._held), sum(passed for _, passed in self._held)  # type: ignore[return-value]


def _by_products(read: Points, given: Any, limits: FloatArray, crew: Crew, counts: _Counts) -> bool:
    """Count by products; False where squares of the points would leave float64."""
    points = read.block(0, read.n)
    n, d = points.shape
    centre = points.mean(axis=0, dtype=np.float64)
    extent = float(np.maximum(points.max(axis=0) - centre, centre - points.min(axis=0)).max())
    if not TINY < extent < HUGE:
        return False
    audit = Audit(NumpyProducts("float64", d))
    rows = _screen.encode(read, Frame(centre, 1.0), audit.products, start=0, stop=n, crew=crew)
    # With u = 2^-53: a product of rows is within d u |a| |b| of the true one, a squared length within d u |a|^2, centring
    # moves a row by u |a|, and squared differences, on both sides of a comparison, are within (d + 2) u of theirs, which is at
    # most 2 (|a|^2 + |b|^2). All together stays below (8 d + 64) u (|a|^2 + |b|^2), and below `floor` where squares underflow.
    size = np.einsum("ij,ij->i", rows.rows, rows.rows)
    loss = (8 * d + 64) * UNIT
    low, high = size * (1 - loss), size * (1 + loss)
    floor = 8 * d * float(np.finfo(np.float64).tiny)
    furthest = limits.max(axis=1)
    starts = range(0, n, TILE)

    def work(blocks: tuple[int, int], room: tuple[FloatArray, tuple[IntArray, IntArray]]) -> None:
        first, second = blocks
        tile, counted = room
        products = audit.multiply(rows.part(first, first + TILE), rows.part(second, second + TILE), tile)
        _kernels_ranks.count_tile(
            points, products, first, second, low, high, floor, limits, given, furthest, *counted
        )  # fmt: skip
        crew.check()

    pairs = list(itertools.combinations_with_replacement(starts, 2))
    crew.map(work, pairs, what="ranks", workspace=lambda: (audit.products.tile(min(n, TILE)), counts.own()))
    audit.warn()
    return not audit.broken


def _directly(points: Any, given: Any, limits: FloatArray, crew: Crew, counts: _Counts) -> None:
    """Count by differences of every pair."""
    step = 64

    def work(first: int, room: tuple[IntArray, IntArray]) -> None:
        _kernels_ranks.count_direct(points, first, min(first + step, len(points)), limits, given, *room)
        crew.check()

    crew.map(work, range(0, len(points), step), what="ranks", workspace=counts.own)
