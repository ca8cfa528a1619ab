"""Loop kernel of the correlation dimension: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def count_within(products, rows, columns, edges, by_row):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Count, for one tile of pairs, the partners of each row by the first of the squared radii they lie within.

    products (a, b) are inner products, rows (a,) and columns (b,) the squared norms, edges (m,) the squared radii, increasing.
    by_row (a, m) is added to.
    """
    a, b = products.shape
    last = edges.size - 1
    for i in range(a):
        for j in range(b):
            squared = rows[i] + columns[j] - 2.0 * products[i, j]
            if squared <= edges[last]:
                place = last
                while place > 0 and squared <= edges[place - 1]:
                    place -= 1
                by_row[i, place] += 1


@njit(cache=True, nogil=True)
def count_lengths(lengths, edges, by_row):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Count neighbours, at lengths (n, k) that do not decrease along a row, by the first squared radius they lie within."""
    for i in range(lengths.shape[0]):
        place = 0
        for t in range(lengths.shape[1]):
            squared = lengths[i, t] * lengths[i, t]
            while place < edges.size and squared > edges[place]:
                place += 1
            if place == edges.size:
                break
            by_row[i, place] += 1
