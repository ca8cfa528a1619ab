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
def shared_alignment(columns, values, others, other_values, order, place):  # type: ignore[no-untyped-def]
    """Return (trace, sum of K, sum of L, crossed, entries) of two sparse matrices where both have an entry.

    columns and values (n, k) are the entries of K; L holds those of `others` with example order[i] in the place of i, and
    place[order[i]] = i. trace is sum K_ij L_ji, crossed sum_j (sum_i K_ij) (sum_i L_ji).
    """
    n, k = columns.shape
    seen, mark = np.zeros(n), np.full(n, -1, dtype=np.int64)
    there, down, along = np.zeros((n, k)), np.zeros(n), np.zeros(n)
    shared = np.zeros((n, k), dtype=np.bool_)
    starts = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        row = order[i]
        for rank in range(others.shape[1]):
            j = place[others[row, rank]]
            mark[j], seen[j] = i, other_values[row, rank]
        for rank in range(k):
            j = columns[i, rank]
            if mark[j] == i:
                shared[i, rank], there[i, rank] = True, seen[j]
                down[j] += values[i, rank]
                along[i] += seen[j]
                starts[j + 1] += 1
    starts = starts.cumsum()
    rows, turned = np.empty(starts[n], dtype=np.int64), np.empty(starts[n])
    free = starts[:n].copy()
    for i in range(n):
        for rank in range(k):
            if shared[i, rank]:
                at = free[columns[i, rank]]
                rows[at], turned[at] = i, there[i, rank]
                free[columns[i, rank]] += 1
    mark[:] = -1
    trace = 0.0
    for i in range(n):
        for at in range(starts[i], starts[i + 1]):
            mark[rows[at]], seen[rows[at]] = i, turned[at]
        for rank in range(k):
            j = columns[i, rank]
            if shared[i, rank] and mark[j] == i:
                trace += values[i, rank] * seen[j]
    return trace, down.sum(), along.sum(), (down * along).sum(), starts[n]


@njit(cache=True, nogil=True)
def found_again(here, there, order, place):  # type: ignore[no-untyped-def]
    """Return how many examples are among the neighbours `here` of their neighbours `there`.

    Both (n, k); example order[i] of `there` stands in the place of i, and place[order[i]] = i.
    """
    n, k = here.shape
    count = 0
    for i in range(n):
        again = False
        for rank in range(there.shape[1]):
            j = place[there[order[i], rank]]
            for other in range(k):
                if here[j, other] == i:
                    again = True
                    break
            if again:
                break
        count += again
    return count
