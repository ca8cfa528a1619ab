"""Loops over pairs of points, compiled: typed arrays in, `out` filled, no checks, no Python objects, no global lock.

Neighbours are ordered by (value, index) everywhere, so the order in which pairs are visited never shows in an answer.
Arrays are never sliced nor handed to small helpers inside the loops (helpers are inlined): each hand-over costs atomic
counts that are dearer than a short row.
"""

from __future__ import annotations

import numba

REORDER = {"reassoc", "contract", "nsz", "nnan"}  # sums may be vectorised; inputs hold no NaN


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def squared(a, i, b, j):  # type: ignore[no-untyped-def]
    """Squared difference of a[i] and b[j], in float64."""
    total = 0.0
    for t in range(a.shape[1]):
        gap = numba.float64(a[i, t]) - numba.float64(b[j, t])
        total += gap * gap
    return total


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def compare(a, b, kind, out):  # type: ignore[no-untyped-def]
    """out[i, j]: what a[i] and b[j] are compared by, in float64 from their differences; `kind` as in Metric."""
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            if kind == 0:
                total = squared(a, i, b, j)
            else:
                total = 0.0
                for t in range(a.shape[1]):
                    gap = abs(numba.float64(a[i, t]) - numba.float64(b[j, t]))
                    if kind == 1:
                        total += gap
                    elif kind == 2:
                        total = gap if gap > total else total
                    else:
                        total += 1.0 if gap > 0.0 else 0.0
            out[i, j] = total


@numba.njit(nogil=True, inline="always")
def sink(values, ids, row, place, length):  # type: ignore[no-untyped-def]
    """Restore the heap of a row (largest (value, index) on top) below `place`."""
    value, index = values[row, place], ids[row, place]
    while True:
        child = 2 * place + 1
        if child >= length:
            break
        right = child + 1
        if right < length and (
            values[row, right] > values[row, child]
            or (values[row, right] == values[row, child] and ids[row, right] > ids[row, child])
        ):
            child = right
        if values[row, child] < value or (values[row, child] == value and ids[row, child] <= index):
            break
        values[row, place], ids[row, place] = values[row, child], ids[row, child]
        place = child
    values[row, place], ids[row, place] = value, index


@numba.njit(nogil=True, cache=True)
def sort_heaps(values, ids):  # type: ignore[no-untyped-def]
    """Turn every row's heap into ascending order, in place."""
    for row in range(values.shape[0]):
        for last in range(values.shape[1] - 1, 0, -1):
            values[row, 0], values[row, last] = values[row, last], values[row, 0]
            ids[row, 0], ids[row, last] = ids[row, last], ids[row, 0]
            sink(values, ids, row, 0, last)


@numba.njit(nogil=True, cache=True)
def offer_block(compared, own, first, values, ids):  # type: ignore[no-untyped-def]
    """Offer points first, first + 1, ... with their compared values to the heap of each query; own[q] is left out."""
    for q in range(compared.shape[0]):
        for j in range(compared.shape[1]):
            value = compared[q, j]
            index = first + j
            if own[q] == index or value > values[q, 0] or (value == values[q, 0] and index > ids[q, 0]):
                continue
            values[q, 0], ids[q, 0] = value, index
            sink(values, ids, q, 0, values.shape[1])
