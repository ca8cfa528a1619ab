"""The direct path: every pair compared in float64 by differences. The last resort of the engine, and the whole
way for metrics that are not made of products. Costs n^2 d comparisons, memory O(n k).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..machine import Crew
from . import _kernels, _kernels_few
from ._points import Points

QUERY_ROWS = 64  # queries that go through one block of points together, so that the block is read from memory once
BLOCK_ROWS = 4096
BLOCK_WORK = 1 << 24  # comparisons of single features in one step: short, so that Ctrl-C is heard

Found = tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]


def heaps(rows: int, k: int) -> Found:
    """Heaps of k places for each row, all still free."""
    return np.full((rows, k), np.inf), np.full((rows, k), np.iinfo(np.int32).max, dtype=np.int32)


def nearest(points: Points, queries: Points, k: int, *, own: npt.NDArray[np.int64], kind: int, crew: Crew) -> Found:
    """Return (compared values, indices), each (m, k), of the points nearest to each query.

    own[q] is the point that query q leaves out, or -1.
    """
    values, ids = heaps(queries.n, k)
    step = max(1, min(points.block_rows, BLOCK_ROWS, BLOCK_WORK // (QUERY_ROWS * points.d)))

    def work(start: int, _: None) -> None:
        part = slice(start, min(start + QUERY_ROWS, queries.n))
        held = queries.block(part.start, part.stop)
        compared = np.empty((len(held), step))
        for first in range(0, points.n, step):
            block = points.block(first, min(first + step, points.n))
            out = compared[:, : len(block)]
            _kernels.compare(held, block, kind, out)
            _kernels.offer_block(out, own[part], first, values[part], ids[part])
            crew.check()
        _kernels.sort_heaps(values[part], ids[part])

    crew.map(work, range(0, queries.n, QUERY_ROWS), what="direct")
    return values, ids


def nearest_given(points: Points, k: int, *, crew: Crew) -> Found:
    """Return (distances, indices), each (n, k), from rows of given distances; each point leaves itself out."""
    values, ids = heaps(points.n, k)

    def work(start: int, _: None) -> None:
        part = slice(start, min(start + QUERY_ROWS, points.n))
        given = points.block(part.start, part.stop).astype(np.float64)
        if (given < 0).any():
            row, column = np.argwhere(given < 0)[0]
            raise InputError(
                "X of knn_graph must hold no negative distance where metric='precomputed'. "
                f"Got {given[row, column]} at index ({start + row}, {column})."
            )
        _kernels.offer_block(given, np.arange(part.start, part.stop), 0, values[part], ids[part])
        _kernels.sort_heaps(values[part], ids[part])

    crew.map(work, range(0, points.n, QUERY_ROWS), what="direct")
    return values, ids


def nearest_within(points: Points, rows: npt.NDArray[np.int64], among: npt.NDArray[np.int64], *, k: int) -> Found:
    """Return (distances, indices), each (m, k), from some of the points to their nearest others among some of them.

    All pairs are compared, in the calling thread: for few of them. `among` is ascending, and holds more than k points.
    """
    held = points.block(0, points.n)
    values, ids = np.empty((rows.size, k)), np.empty((rows.size, k), np.int32)
    _kernels_few.nearest_in_subset(held, rows, among, values, ids)
    return np.sqrt(values, out=values), ids
