"""The loops of a graph whose products are all held at once, compiled: each pair that may matter is compared once, for both.

`scores` of `_kernels_screen` are made on the fly: g[i, j] - bias[i] - bias[j] bounds the nearness of i and j from above.
"""

from __future__ import annotations

import numba
import numpy as np

from ._kernels import REORDER
from ._kernels_screen import cut


@numba.njit(nogil=True, cache=True)
def put(tile, square, row, column):  # type: ignore[no-untyped-def]
    """Write a tile into a symmetric matrix, and its mirror image; sixteen columns together, which fill a line of memory."""
    for first in range(0, tile.shape[1], 16):
        last = min(first + 16, tile.shape[1])
        for i in range(tile.shape[0]):
            for j in range(first, last):
                square[row + i, column + j] = tile[i, j]
        if row != column:
            for j in range(first, last):
                for i in range(tile.shape[0]):
                    square[column + j, row + i] = tile[i, j]


@numba.njit(nogil=True, cache=True)
def mark_nearest(square, bias, first, last, keep, marks):  # type: ignore[no-untyped-def]
    """Mark about the `keep` best scores of rows first to last, at both places of each pair."""
    n = square.shape[0]
    line = np.empty((1, n), square.dtype)
    for i in range(first, last):
        for j in range(n):
            line[0, j] = square[i, j] - bias[j] - bias[i]
        line[0, i] = line[0, n - 1]  # a point is not its own neighbour: the last takes its place
        low, _ = cut(line, 0, n - 1, keep, 1 + keep // 32)
        for j in range(n):
            if square[i, j] - bias[j] - bias[i] >= low and j != i:
                marks[i, j] = 1
                marks[j, i] = 1


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def squares_of(points, i, others, number, out):  # type: ignore[no-untyped-def]
    """out[t]: squared difference of point i and point others[t]; room for three more of both.

    Four are compared together, which hides the wait for memory; all in one way, so that equal points have equal values.
    """
    for t in range(3):
        others[number + t] = others[max(number - 1, 0)]
    own = points[i]
    for p in range(0, number, 4):
        a, b, c, d = points[others[p]], points[others[p + 1]], points[others[p + 2]], points[others[p + 3]]
        sum_a = sum_b = sum_c = sum_d = 0.0
        for t in range(own.shape[0]):
            x = numba.float64(own[t])
            gap_a, gap_b = x - numba.float64(a[t]), x - numba.float64(b[t])
            gap_c, gap_d = x - numba.float64(c[t]), x - numba.float64(d[t])
            sum_a += gap_a * gap_a
            sum_b += gap_b * gap_b
            sum_c += gap_c * gap_c
            sum_d += gap_d * gap_d
        out[p], out[p + 1], out[p + 2], out[p + 3] = sum_a, sum_b, sum_c, sum_d


@numba.njit(nogil=True, cache=True)
def compare_marked(points, marks, first, last, squares):  # type: ignore[no-untyped-def]
    """Compare what is marked in rows first to last, each pair once; written at both of its places."""
    n = points.shape[0]
    others, found = np.empty(n + 4, np.int64), np.empty(n + 4)
    for i in range(first, last):
        number = 0
        for j in range(i + 1, n):
            others[number] = j
            number += 1 if marks[i, j] else 0
        squares_of(points, i, others, number, found)
        for t in range(number):
            squares[i, others[t]] = found[t]
            squares[others[t], i] = found[t]


@numba.njit(nogil=True, cache=True)
def in_order(values, ids, number, keys, order):  # type: ignore[no-untyped-def]
    """Write the places of the first `number` values (at most 2^12) into `order`, by (value, index).

    Bits of numbers that are not negative are in their order: the place goes where their last 12 were, and what those decide
    is put right afterwards.
    """
    bits = values.view(np.int64)
    for t in range(number):
        keys[t] = bits[t] & ~np.int64(4095) | t
    keys[:number].sort()
    for t in range(number):
        place = keys[t] & 4095
        s = t - 1
        while s >= 0:
            before = order[s]
            if values[before] < values[place] or (values[before] == values[place] and ids[before] < ids[place]):
                break
            order[s + 1] = before
            s -= 1
        order[s + 1] = place


@numba.njit(nogil=True, cache=True)
def settle(points, square, bias, marks, squares, first, last, shrink, values, nearest):  # type: ignore[no-untyped-def]
    """Fill `values` and `nearest` for rows first to last: from what was compared, and what no bound puts beyond the k-th of it.

    shrink * -score is a certain lower bound of the squared difference. Returns how many compared pairs broke it; a row with
    fewer than k compared, as scores that are no numbers leave it, breaks it too and is not filled.
    """
    n, k = points.shape[0], values.shape[1]
    ids, found, order = np.empty(n + 4, np.int64), np.empty(n + 4), np.empty(n + 4, np.int64)
    more, of_more, keys = np.empty(n + 4, np.int64), np.empty(n + 4), np.empty(n + 4, np.int64)
    broken = 0
    for i in range(first, last):
        number = 0
        for j in range(n):
            if marks[i, j]:
                ids[number], found[number] = j, squares[i, j]
                number += 1
        if number < k:
            broken += 1
            continue
        in_order(found, ids, number, keys, order)
        limit = found[order[k - 1]]
        extra = 0
        for j in range(n):
            least = -shrink * (square[i, j] - bias[j] - bias[i])
            if marks[i, j]:
                broken += 1 if squares[i, j] < least else 0
            elif least <= limit and j != i:
                more[extra] = j
                extra += 1
        if extra > 0:
            squares_of(points, i, more, extra, of_more)
            for t in range(extra):
                broken += 1 if of_more[t] < -shrink * (square[i, more[t]] - bias[more[t]] - bias[i]) else 0
                ids[number], found[number] = more[t], of_more[t]
                number += 1
            in_order(found, ids, number, keys, order)
        for t in range(k):
            values[i, t], nearest[i, t] = found[order[t]], ids[order[t]]
    return broken


@numba.njit(nogil=True, cache=True)
def nearest_in_subset(points, rows, among, values, nearest):  # type: ignore[no-untyped-def]
    """Fill (m, k) squared differences and indices of the nearest of `among` to each of `rows`, itself left out."""
    others, found = np.empty(among.shape[0] + 4, np.int64), np.empty(among.shape[0] + 4)
    last = values.shape[1] - 1
    for r in range(rows.shape[0]):
        number = 0
        for t in range(among.shape[0]):
            others[number] = among[t]
            number += 1 if among[t] != rows[r] else 0
        squares_of(points, rows[r], others, number, found)
        values[r], nearest[r] = np.inf, -1
        for t in range(number):
            if found[t] >= values[r, last]:
                continue
            place = last
            while place > 0 and values[r, place - 1] > found[t]:
                values[r, place], nearest[r, place] = values[r, place - 1], nearest[r, place - 1]
                place -= 1
            values[r, place], nearest[r, place] = found[t], others[t]
