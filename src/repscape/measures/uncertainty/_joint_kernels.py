"""Loop kernels of nulls that many pairs share: typed arrays in, nothing checked, the lock released."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def score_relabelled(left, right, orders, score, share):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return (draws, a, b) sums over examples of share[c] times the score of their c common neighbours.

    left (a, n, k), right (b, n, k) whose example i becomes example order[i]; score (k, k) is that of a neighbour by its places
    in both lists, share (k + 1,).
    """
    draws, n = orders.shape
    a, _, k = left.shape
    b = right.shape[0]
    out = np.zeros((draws, a, b))
    place = np.full((n, a), -1, dtype=np.int16)
    total = np.zeros(a)
    common = np.zeros(a, dtype=np.int64)
    for draw in range(draws):
        order = orders[draw]
        for i in range(n):
            row = order[i]
            for side in range(a):
                for rank in range(k):
                    place[left[side, row, rank], side] = rank
            for other in range(b):
                total[:] = 0.0
                common[:] = 0
                for rank in range(k):
                    j = order[right[other, i, rank]]
                    for side in range(a):
                        there = place[j, side]
                        if there >= 0:
                            total[side] += score[there, rank]
                            common[side] += 1
                for side in range(a):
                    out[draw, side, other] += total[side] * share[common[side]]
            for side in range(a):
                for rank in range(k):
                    place[left[side, row, rank], side] = -1
    return out
