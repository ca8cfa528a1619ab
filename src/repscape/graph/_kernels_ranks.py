"""Loops that count how many points are nearer than given ones: typed arrays in, `out` filled, no checks, no global lock.

Points are ordered by (squared difference in float64, index), as everywhere in the engine.
"""

from __future__ import annotations

import numba

from ._kernels import squared


@numba.njit(nogil=True, cache=True)
def compare_given(points, indices, out):  # type: ignore[no-untyped-def]
    """out[i, r]: squared difference of point i and point indices[i, r]."""
    for i in range(indices.shape[0]):
        for r in range(indices.shape[1]):
            out[i, r] = squared(points, i, points, indices[i, r])


@numba.njit(nogil=True, inline="always")
def count_one(points, i, j, span, limits, indices, furthest, nearer, passed):  # type: ignore[no-untyped-def]
    """Count point j where it is nearer to i than indices[i, r]; span holds a lower and an upper bound of its square."""
    if span[0] > furthest[i]:
        return
    exact = -1.0
    for r in range(limits.shape[1]):
        limit = limits[i, r]
        if span[1] < limit:
            closer = True
        elif span[0] > limit:
            closer = False
        else:  # too close to call from the product
            if exact < 0.0:
                exact = squared(points, i, points, j)
            closer = exact < limit or (exact == limit and j < indices[i, r])
        if closer:
            nearer[i, r] += 1
            passed[j, r] += 1


@numba.njit(nogil=True, cache=True)
def count_tile(  # type: ignore[no-untyped-def]  # house: one tile, its two blocks and what is counted
    points, products, first, second, low, high, floor, limits, indices, furthest, nearer, passed
):
    """Count over the pairs of two blocks of rows, both ways round.

    products[a, b] is the computed product of centred rows first + a and second + b; low and high are lower and upper bounds
    of their squared lengths, wide enough for what product and centring lose, up to `floor`.
    """
    for a in range(products.shape[0]):
        i = first + a
        for b in range(products.shape[1]):
            j = second + b
            twice = 2.0 * products[a, b]
            span = (low[i] + low[j] - twice - floor, high[i] + high[j] - twice + floor)
            if i != j:
                count_one(points, i, j, span, limits, indices, furthest, nearer, passed)
                if first != second:
                    count_one(points, j, i, span, limits, indices, furthest, nearer, passed)


@numba.njit(nogil=True, cache=True)
def count_direct(points, first, stop, limits, indices, nearer, passed):  # type: ignore[no-untyped-def]
    """The same for rows first to stop with all points, every pair compared by differences."""
    for i in range(first, stop):
        for j in range(points.shape[0]):
            if i == j:
                continue
            exact = squared(points, i, points, j)
            for r in range(limits.shape[1]):
                if exact < limits[i, r] or (exact == limits[i, r] and j < indices[i, r]):
                    nearer[i, r] += 1
                    passed[j, r] += 1


@numba.njit(nogil=True, cache=True)
def find_in_lists(lists, indices, ranks, passed):  # type: ignore[no-untyped-def]
    """ranks[i, r]: place of indices[i, r] in row i of the lists, from 1, or 0 where it is not there; passed as above."""
    for i in range(indices.shape[0]):
        for r in range(indices.shape[1]):
            for place in range(lists.shape[1]):
                if lists[i, place] == indices[i, r]:
                    ranks[i, r] = place + 1
                    break
            for place in range(ranks[i, r] - 1):
                passed[lists[i, place], r] += 1
