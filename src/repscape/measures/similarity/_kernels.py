"""Loop kernels of the similarities: typed arrays in, changed in place, nothing checked, the lock released."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_inversions(values, space):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Sort `values` (m,) by merging and return how many pairs stood in the wrong order; `space` (m,) is scratch."""
    m = values.size
    inversions = 0
    width = 1
    while width < m:
        for start in range(0, m, 2 * width):
            middle, stop = min(start + width, m), min(start + 2 * width, m)
            i, j = start, middle
            for place in range(start, stop):
                if i < middle and (j >= stop or values[i] <= values[j]):
                    space[place] = values[i]
                    i += 1
                else:
                    space[place] = values[j]
                    j += 1
                    inversions += middle - i
        values[:] = space
        width *= 2
    return inversions


@njit(cache=True, nogil=True)
def sort_runs(values, starts, stops):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Sort each run of `values` in place and return the number of equal pairs inside the runs."""
    equal = 0
    for run in range(starts.size):
        part = values[starts[run] : stops[run]]
        part.sort()
        length = 1
        for place in range(1, part.size):
            if part[place] == part[place - 1]:
                equal += length
                length += 1
            else:
                length = 1
    return equal


@njit(cache=True, nogil=True)
def add_by_condition(a, b, more, spread, weight, row, column, sums):  # type: ignore[no-untyped-def]
    """Add a b - spread (a^2 + b^2) + weight more of each pair to both of its conditions in sums (n,).

    Pairs of a piece follow (row, column) in the order (0, 1), (0, 2), ... (1, 2), ...; the place after the last is returned.
    """
    n = sums.size
    for p in range(a.size):
        part = a[p] * b[p] - spread * (a[p] * a[p] + b[p] * b[p]) + weight * more[p]
        sums[row] += part
        sums[column] += part
        column += 1
        if column == n:
            row += 1
            column = row + 1
    return row, column


@njit(cache=True, nogil=True)
def sum_above(places, values, bins, out):  # type: ignore[no-untyped-def]
    """out[p] = sum of the values whose place is larger than that of p, and half of those that share it; bins hold zeros."""
    for p in range(places.size):
        bins[places[p]] += values[p]
    total = 0.0
    for place in range(bins.size - 1, -1, -1):
        own = bins[place]
        bins[place] = total + own / 2
        total += own
    for p in range(places.size):
        out[p] = bins[places[p]]


@njit(cache=True, nogil=True)
def take_pairs(right, order, out):  # type: ignore[no-untyped-def]
    """Fill out (pairs, b) with rows of right (pairs, b): pair (i, j) gets that of (order[i], order[j]).

    Pairs stand in the order (0, 1), (0, 2) ... (1, 2) ... of a condensed matrix of n examples.
    """
    n = order.size
    columns = right.shape[1]
    place = 0
    for i in range(n):
        one = order[i]
        for j in range(i + 1, n):
            other = order[j]
            low, high = (one, other) if one < other else (other, one)
            source = low * n - low * (low + 1) // 2 + high - low - 1
            for column in range(columns):
                out[place, column] = right[source, column]
            place += 1


@njit(cache=True, nogil=True)
def score_relabelled(left, right, orders, score, share):  # type: ignore[no-untyped-def]
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
