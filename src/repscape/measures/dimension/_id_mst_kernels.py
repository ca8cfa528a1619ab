"""Loop kernel of the minimum spanning tree: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def spanning_edges(points, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (m - 1,) with the lengths of the edges of the minimum spanning tree of m points, by Prim's growth."""
    m, d = points.shape
    nearest = np.full(m, np.inf)
    taken = np.zeros(m, dtype=np.bool_)
    last = 0
    taken[0] = True
    for edge in range(m - 1):
        best = -1
        for i in range(m):
            if taken[i]:
                continue
            square = 0.0
            for j in range(d):
                off = points[i, j] - points[last, j]
                square += off * off
            if square < nearest[i]:
                nearest[i] = square
            if best < 0 or nearest[i] < nearest[best]:
                best = i
        out[edge] = np.sqrt(nearest[best])
        taken[best] = True
        last = best
