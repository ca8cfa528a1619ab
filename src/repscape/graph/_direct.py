"""The direct path: every pair compared in float64 by differences. The last resort of the engine, and the whole
way for metrics that are not made of products. Costs n^2 d comparisons, memory O(n k).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import _kernels
from ._points import Points
from ._threads import Crew

QUERY_ROWS = 64  # queries that go through one block of points together, so that the block is read from memory once
BLOCK_WORK = 1 << 24  # comparisons of single features in one step: short, so that Ctrl-C is heard

Found = tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]


def nearest(
    points: Points, queries: Points, k: int, *, rows: npt.NDArray[np.int64], own: bool, kind: int, crew: Crew, what: str
) -> Found:
    """Return (compared values, indices), each (len(rows), k), of the points nearest to the given rows of `queries`.

    `own` says that queries are the points themselves, so that each leaves itself out.
    """
    values = np.full((len(rows), k), np.inf)
    ids = np.full((len(rows), k), np.iinfo(np.int64).max, dtype=np.int64)
    step = max(1, min(points.block_rows, 1 << 12, BLOCK_WORK // (QUERY_ROWS * points.d)))

    def work(start: int) -> None:
        part = slice(start, min(start + QUERY_ROWS, len(rows)))
        mine = rows[part]
        held = np.concatenate([queries.block(row, row + 1) for row in mine])
        excluded = mine if own else np.full(len(mine), -1)
        compared = np.empty((len(mine), step))
        for first in range(0, points.n, step):
            block = points.block(first, min(first + step, points.n))
            out = compared[:, : len(block)]
            _kernels.compare(held, block, kind, out)
            _kernels.offer_block(out, excluded, first, values[part], ids[part])
            crew.check()
        _kernels.sort_heaps(values[part], ids[part])

    crew.map(work, range(0, len(rows), QUERY_ROWS), what)
    return values, ids
