"""The loops of one small graph, compiled: every pair once, by differences in float64, no products and no overhead."""

from __future__ import annotations

import numba
import numpy as np

from ._kernels import REORDER, compare


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def squares_after(points, i, out):  # type: ignore[no-untyped-def]
    """out[j], j > i: squared difference of points i and j.

    Four are compared together, which hides the wait for sums; all in one way, so that equal points have equal values.
    """
    n = points.shape[0]
    for j in range(i + 1, n, 4):
        a, b, c, d = j, min(j + 1, n - 1), min(j + 2, n - 1), min(j + 3, n - 1)
        sum_a = sum_b = sum_c = sum_d = 0.0
        for t in range(points.shape[1]):
            x = numba.float64(points[i, t])
            gap_a, gap_b = x - numba.float64(points[a, t]), x - numba.float64(points[b, t])
            gap_c, gap_d = x - numba.float64(points[c, t]), x - numba.float64(points[d, t])
            sum_a += gap_a * gap_a
            sum_b += gap_b * gap_b
            sum_c += gap_c * gap_c
            sum_d += gap_d * gap_d
        out[d], out[c], out[b], out[a] = sum_d, sum_c, sum_b, sum_a


@numba.njit(nogil=True, cache=True)
def keep_nearest(row, own, values, ids):  # type: ignore[no-untyped-def]
    """Fill `values` and `ids` with the smallest entries of a row, in order, ties by place; its own place is left out."""
    last = values.shape[0] - 1
    values[:] = np.inf
    ids[:] = np.iinfo(np.int32).max
    top = np.inf
    for j in range(row.shape[0]):
        value = row[j]
        # What is infinite fills free places, in order.
        if j == own or (value >= top and not (value == top and ids[last] > j)):
            continue
        place = last
        while place > 0 and (values[place - 1] > value or (values[place - 1] == value and ids[place - 1] > j)):
            values[place], ids[place] = values[place - 1], ids[place - 1]
            place -= 1
        values[place], ids[place] = value, j
        top = values[last]


@numba.njit(nogil=True, cache=True)
def nearest_among(points, kind, square, values, ids):  # type: ignore[no-untyped-def]
    """Fill (n, k) values and ids with each point's nearest; square is room for (n, n), `kind` as in Metric."""
    n = points.shape[0]
    if kind != 0:
        compare(points, points, kind, square)
    for i in range(n):
        if kind == 0:
            squares_after(points, i, square[i])
            for j in range(i + 1, n):
                square[j, i] = square[i, j]
        keep_nearest(square[i], i, values[i], ids[i])
