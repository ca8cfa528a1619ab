"""Loop kernels of the overlap measures: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_shared(a, b, shared, by_rank):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Count common neighbours of two (n, k) index arrays.

    shared (n,) gets the number of common entries of each row; by_rank (k,) the number, over all rows, of common entries whose
    later rank in the two rows is that rank: its running sum at r counts what the first r + 1 neighbours share.
    """
    n, k = a.shape
    # rank_of[j] says where row i of `a` lists j; a stamp of the row makes clearing it unnecessary.
    rank_of = np.empty(n, dtype=np.int32)
    stamp = np.full(n, -1, dtype=np.int32)
    for i in range(n):
        for rank in range(k):
            rank_of[a[i, rank]] = rank
            stamp[a[i, rank]] = i
        common = 0
        for rank in range(k):
            j = b[i, rank]
            if stamp[j] == i:
                common += 1
                by_rank[max(rank, rank_of[j])] += 1
        shared[i] = common


@njit(cache=True, nogil=True)
def count_relabelled(a, b, k, order, stamp):  # type: ignore[no-untyped-def]
    """Return how many common entries the first k columns have when example i of `b` becomes example order[i].

    Rows and entries are renamed alike. stamp (n,) holds -1 on entry and on return.
    """
    common = 0
    for i in range(a.shape[0]):
        row = order[i]
        for rank in range(k):
            stamp[a[row, rank]] = i
        for rank in range(k):
            common += stamp[order[b[i, rank]]] == i
    stamp[:] = -1
    return common
