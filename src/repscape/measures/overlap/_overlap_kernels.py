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


@njit(cache=True, nogil=True)
def count_links(lists):  # type: ignore[no-untyped-def]
    """Return how many links of (n, k) lists go both ways, and the sum over points of in (in - 1), in how many lists it is."""
    n, k = lists.shape
    into = np.zeros(n, dtype=np.int64)
    mutual = 0
    for i in range(n):
        for rank in range(k):
            j = lists[i, rank]
            into[j] += 1
            for other in range(k):
                if lists[j, other] == i:
                    mutual += 1
                    break
    shared = 0
    for i in range(n):
        shared += into[i] * (into[i] - 1)
    return mutual, shared


@njit(cache=True, nogil=True)
def count_relabelled_all(left, right, orders):  # type: ignore[no-untyped-def]
    """Return (draws, a, b) common entries of (a, n, k) with (b, n, k) lists whose example i becomes example order[i].

    a is at most 63: word (n,) has a bit for each left list that holds an example.
    """
    draws, n = orders.shape
    a, _, k = left.shape
    b = right.shape[0]
    counts = np.zeros((draws, a, b), dtype=np.int64)
    word = np.zeros(n, dtype=np.uint64)
    one = np.uint64(1)
    none = np.uint64(0)
    for draw in range(draws):
        order = orders[draw]
        for i in range(n):
            row = order[i]
            for side in range(a):
                bit = one << np.uint64(side)
                for rank in range(k):
                    word[left[side, row, rank]] |= bit
            for other in range(b):
                for rank in range(k):
                    bits = word[order[right[other, i, rank]]]
                    side = 0
                    while bits != none:
                        if bits & one:
                            counts[draw, side, other] += 1
                        bits >>= one
                        side += 1
            for side in range(a):
                for rank in range(k):
                    word[left[side, row, rank]] = none
    return counts


@njit(cache=True, nogil=True)
def add_ranks(ranks, start, nearest, orders, sums):  # type: ignore[no-untyped-def]
    """sums[a, draw] += ranks[order[i] - start, order[nearest[a, i, r]]], over the i whose order[i] is among these rows."""
    rows = ranks.shape[0]
    sides, n, k = nearest.shape
    for draw in range(orders.shape[0]):
        order = orders[draw]
        for i in range(n):
            row = order[i] - start
            if row < 0 or row >= rows:
                continue
            for side in range(sides):
                for rank in range(k):
                    sums[side, draw] += ranks[row, order[nearest[side, i, rank]]]
