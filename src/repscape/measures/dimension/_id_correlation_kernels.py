"""Loop kernel of the correlation dimension: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def count_within(products, rows, columns, edges, diagonal, by_row, by_column):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Count, for one tile of pairs, the partners of each point by the first of the squared radii they lie within.

    products (a, b) are inner products, rows (a,) and columns (b,) the squared norms, edges (m,) the squared radii, increasing.
    by_row (a, m) and by_column (b, m) are added to; on the diagonal only pairs above it count.
    """
    a, b = products.shape
    last = edges.size - 1
    for i in range(a):
        for j in range(i + 1 if diagonal else 0, b):
            squared = rows[i] + columns[j] - 2.0 * products[i, j]
            if squared <= edges[last]:
                place = last
                while place > 0 and squared <= edges[place - 1]:
                    place -= 1
                by_row[i, place] += 1
                by_column[j, place] += 1
