"""From candidates to certified neighbours: exact re-ranking, and the ladder that rows climb which are not certified.

A row is screened at one precision and its candidates are compared exactly; where the certificate does not reach, the next
precision screens it again; at last float64 differences are taken with every point that the float64 bound cannot exclude,
or, where there is no such bound, with every point there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..machine import Crew
from . import _direct, _few, _kernels, _kernels_screen, _screen
from ._audit import Audit
from ._candidates_numpy import NumpyProducts
from ._certify import Encoded, FloatArray, Frame, Products
from ._direct import Found
from ._points import Points
from ._screen import Buffers

RERANK_ROWS = 256
RANGE_ENTRIES = 1 << 20  # of rows that one task looks through
FEW = 4  # rows for which going through all points directly is cheaper than encoding all points once more
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Problem:
    """Find the k nearest of `points` to each of `queries` by squared difference."""

    points: Points
    queries: Points
    own: IntArray
    """(m,) the point that each query leaves out, or -1."""
    k: int
    crew: Crew
    part_rows: int
    """Encoded rows to hold at a time, a multiple of the largest tile."""

    def of(self, rows: IntArray) -> Problem:
        """The same for some of the queries."""
        return Problem(
            self.points,
            self.queries.take(rows),
            self.own[rows],
            self.k,
            self.crew,
            min(self.part_rows, _screen.TILE * 8),
        )


def solve(
    problem: Problem, frame: Frame | None, ladder: Iterable[tuple[Products, int]]
) -> tuple[Found, dict[str, int]]:
    """Return (squared distances, indices) of each query's neighbours, nearest first, and how many rows each rung certified.

    `ladder` gives products and the number of candidates to keep, cheapest first.
    """
    values, ids = np.empty((problem.queries.n, problem.k)), np.empty((problem.queries.n, problem.k), np.int32)
    left = np.arange(problem.queries.n)
    certified: dict[str, int] = {}
    for products, keep in ladder:
        if frame is None or (len(left) <= FEW and problem.queries.n > FEW):
            break
        part = problem if len(left) == problem.queries.n else problem.of(left)
        audit = Audit(products)
        (better, nearer), sure = _climbed(part, frame, audit, keep)
        audit.warn()
        if part is problem:
            values, ids = better, nearer
        else:
            values[left], ids[left] = better, nearer
        certified[products.name] = int(sure.sum())
        left = left[~sure]
    if len(left):
        certified["direct"] = len(left)
        for rows in np.array_split(left, -(-len(left) // problem.part_rows)):
            limit = values[rows, -1] if certified.keys() - {"direct"} else np.full(len(rows), np.inf)
            part = problem.of(rows)
            found = _finished(part, frame, limit)
            values[rows], ids[rows] = found if frame is None else _summed_alike(part, found[1])
    return (values, ids), certified


def _summed_alike(problem: Problem, ids: npt.NDArray[np.int32]) -> Found:
    """Neighbours with their distances summed in the order in which candidates are compared.

    Loops of another shape may add the same squares in another order. The last bits of a row must not depend on the rung that
    was sure of it: fewer queries at one time have other rungs.
    """
    count = np.full(problem.queries.n, problem.k)
    alike = Buffers(np.zeros(ids.shape, np.float32), ids, count, np.full(len(ids), -np.inf), problem.k, 0)
    values, nearest = _direct.heaps(problem.queries.n, problem.k)
    _compare(problem, alike, 1.0, into=(values, nearest))
    return values, nearest


def _climbed(problem: Problem, frame: Frame, audit: Audit, keep: int) -> tuple[Found, npt.NDArray[np.bool_]]:
    """What one rung finds, and of which rows it is certain."""
    if problem.queries is problem.points and not audit.products.cheap and _few.suits(problem.points):
        found = _few.nearest(problem.points, problem.k, frame, audit=audit, crew=problem.crew)
        return found, np.full(problem.points.n, not audit.broken)
    return _reranked(problem, _candidates(problem, frame, audit, keep), audit, frame)


def frame_of(problem: Problem) -> Frame | None:
    """Centre and scale of all points and queries; None where squares would leave float64."""
    total, low, high = _ranges(problem.points, problem.crew)
    centre = total / problem.points.n
    if problem.queries is not problem.points:
        _, lowest, highest = _ranges(problem.queries, problem.crew)
        low, high = np.minimum(low, lowest), np.maximum(high, highest)
    return Frame.around(centre, float(np.maximum(high - centre, centre - low).max()))


def _ranges(points: Points, crew: Crew) -> FloatArray:
    """Sum, smallest and largest entry of each column: (3, d). Parts are the same for any number of threads."""
    step = points.block_rows if points.whole is None else max(1, RANGE_ENTRIES // points.d)
    parts = np.zeros((-(-points.n // step), 3, points.d))
    parts[:, 1], parts[:, 2] = np.inf, -np.inf

    def work(part: int, _: None) -> None:
        block = points.block(part * step, min((part + 1) * step, points.n))
        _kernels_screen.column_ranges(block, *parts[part])

    crew.map(work, range(len(parts)), what="ranges")
    return np.array([parts[:, 0].sum(axis=0), parts[:, 1].min(axis=0), parts[:, 2].max(axis=0)])


def needed(problem: Problem, frame: Frame, products: Products, *, most: int) -> IntArray:
    """How many candidates each query must keep to be certified by these products; more than `most` where that is not enough."""
    audit = Audit(products)
    found = _candidates(problem, frame, audit, most)
    (values, _), sure = _reranked(problem, found, audit, frame)
    audit.warn()
    shrink = products.bound.shrink(frame.scale, problem.points.d)
    held = np.arange(found.width) < found.count[:, None]
    scores = np.where(held, found.scores, -np.inf).astype(np.float64)  # what is not held was never written
    within = (-shrink * scores <= values[:, -1:]).sum(axis=1)
    return np.where(sure, within, most + 1)


def _candidates(problem: Problem, frame: Frame, audit: Audit, keep: int) -> Buffers:
    points, queries, crew, part_rows = problem.points, problem.queries, problem.crew, problem.part_rows
    if queries is points:
        return _screen.among_themselves(points, frame, audit, keep=keep, part_rows=part_rows, crew=crew)
    return _screen.of_queries(
        points, queries, frame, audit=audit, own=problem.own, keep=keep, part_rows=part_rows, crew=crew
    )


def _reranked(problem: Problem, found: Buffers, audit: Audit, frame: Frame) -> tuple[Found, npt.NDArray[np.bool_]]:
    """Neighbours among the candidates, by exact comparison, and which rows are certified."""
    shrink = audit.products.bound.shrink(frame.scale, problem.points.d)
    values, ids = _direct.heaps(problem.queries.n, problem.k)
    audit.note(_compare(problem, found, shrink, into=(values, ids)))
    sure = values[:, -1] < -shrink * found.floor.astype(np.float64)
    if audit.broken:  # products that miss their bound certify nothing
        sure[:] = False
    return (values, ids), sure


def _compare(problem: Problem, found: Buffers, shrink: float, *, into: Found) -> int:
    """Compare candidates exactly; return how many broke the bound."""
    points, queries = problem.points, problem.queries
    broken: list[int] = []
    # Points that are read by blocks are gone through once for each step: then for more rows at one time.
    step = RERANK_ROWS if points.whole is not None else max(RERANK_ROWS, points.block_rows)

    def work(start: int, _: None) -> None:
        rows = slice(start, min(start + step, queries.n))
        held = queries.block(rows.start, rows.stop)
        heap = into[0][rows], into[1][rows]
        candidates = found.scores[rows], found.ids[rows], found.count[rows]
        for first, block in points.blocks():
            broken.append(_kernels_screen.rerank(held, block, first, *candidates, shrink, *heap))
            problem.crew.check()
        _kernels.sort_heaps(*heap)

    problem.crew.map(work, range(0, queries.n, step), what="exact distances")
    return sum(broken)


def _finished(problem: Problem, frame: Frame | None, limit: npt.NDArray[np.float64]) -> Found:
    """Compare exactly with every point that float64 products cannot put beyond `limit`; with all where that is no help."""
    points, queries, crew = problem.points, problem.queries, problem.crew
    if frame is None or queries.n <= FEW:
        return _direct.nearest(points, queries, problem.k, own=problem.own, kind=0, crew=crew)
    audit = Audit(NumpyProducts("float64", points.d))
    products = audit.products
    shrink = products.bound.shrink(frame.scale, points.d)
    values, ids = _direct.heaps(queries.n, problem.k)
    asked = _screen.encode(queries, frame, products, start=0, stop=queries.n, crew=crew)
    size = _screen.tile_rows(queries.n, crew.threads)
    for start in range(0, points.n, problem.part_rows):
        part = _screen.encode(
            points, frame, products, start=start, stop=min(start + problem.part_rows, points.n), crew=crew
        )

        def work(first: int, room: npt.NDArray[np.float64], part: Encoded = part) -> None:
            a = asked.part(first, first + size)
            rows = slice(first, first + len(a.bias))
            held = queries.block(rows.start, rows.stop)
            for low in range(0, len(part.bias), size):
                b = part.part(low, low + size)
                tile = audit.multiply(a, b, room)
                block = points.block(b.start, b.start + len(b.bias))
                heap = limit[rows], values[rows], ids[rows]
                own = problem.own[rows]
                audit.note(
                    _kernels_screen.scan_exact(tile, a.bias, b.bias, held, block, b.start, own, shrink, *heap)
                )  # fmt: skip
                crew.check()

        crew.map(work, range(0, queries.n, size), what="direct", workspace=lambda: products.tile(size))
    audit.warn()
    if audit.broken:
        return _direct.nearest(points, queries, problem.k, own=problem.own, kind=0, crew=crew)
    _kernels.sort_heaps(values, ids)
    return values, ids
