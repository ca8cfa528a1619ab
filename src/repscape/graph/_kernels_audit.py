"""Loops that hold a tile of products against what it must be, compiled: own sums in float64, no library's product.

NaN is never assumed away here: a product that was not written may be one.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.extending import overload

SUMS = {"reassoc", "contract", "nsz"}  # sums may be vectorised; NaN stays NaN


def decoded(x: Any) -> Any:
    """A stored entry as float64; uint16 are the bits of bf16."""
    return np.float64(np.uint32(np.uint32(x) << 16).view(np.float32)) if isinstance(x, np.uint16) else np.float64(x)


@overload(decoded, inline="always")
def _decoded(x):  # type: ignore[no-untyped-def]
    if x == numba.uint16:
        return lambda x: np.float64(np.uint32(np.uint32(x) << np.uint32(16)).view(np.float32))
    return lambda x: np.float64(x)


@numba.njit(nogil=True, cache=True, fastmath=SUMS)
def folded(rows, step, weights, out):  # type: ignore[no-untyped-def]
    """Add all rows to `out`, each times its step and its weight."""
    for j in range(rows.shape[0]):
        factor = weights[j] * step[j]
        for t in range(rows.shape[1]):
            out[t] += factor * decoded(rows[j, t])


@numba.njit(nogil=True, cache=True, fastmath=SUMS)
def weighed(tile, row, weights):  # type: ignore[no-untyped-def]
    """Return the weighted sum of a row of the tile, and that of its absolute values."""
    total, size = 0.0, 0.0
    for j in range(tile.shape[1]):
        one = np.float64(tile[row, j]) * weights[j]
        total += one
        size += abs(one)
    return total, size


@numba.njit(nogil=True, cache=True, fastmath=SUMS)
def along(rows, i, direction):  # type: ignore[no-untyped-def]
    """Product of rows[i] with a vector in float64."""
    total = 0.0
    for t in range(rows.shape[1]):
        total += decoded(rows[i, t]) * direction[t]
    return total


@numba.njit(nogil=True, cache=True, fastmath=SUMS)
def product(a, i, b, j):  # type: ignore[no-untyped-def]
    """Product of a[i] and b[j] in float64."""
    total = 0.0
    for t in range(a.shape[1]):
        total += decoded(a[i, t]) * decoded(b[j, t])
    return total


@numba.njit(nogil=True, cache=True)
def products(a, b, out):  # type: ignore[no-untyped-def]
    """out: all products of the rows of a with those of b, where a library's are not to be had."""
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            out[i, j] = product(a, i, b, j)


@numba.njit(nogil=True, cache=True)
def missed(  # type: ignore[no-untyped-def]
    tile, a, a_step, a_norm, b, b_step, b_norm, weights, fold, own, relative, absolute, tiny, drawn, seed
):
    """Count the rows and the drawn pairs of a tile that miss their bound.

    A product may be off by `relative` of itself, `absolute` of the lengths of its two rows, and `tiny`. The weighted sum of
    each row of the tile is compared with one product, of the row with the weighted sum of all columns (`fold`), which `own`
    rounds; and `drawn` entries of each row are computed again.
    """
    mass, heavy = 0.0, 0.0
    for j in range(tile.shape[1]):
        mass += weights[j] * b_norm[j]
        heavy += weights[j]
    count = 0
    state = np.uint64(seed)
    for i in range(tile.shape[0]):
        total, size = weighed(tile, i, weights)
        slack = relative * size + (absolute + own) * a_norm[i] * mass + tiny * heavy
        if not abs(total - a_step[i] * along(a, i, fold)) <= slack < np.inf:
            count += 1
        for _ in range(drawn):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            place = np.int64((state >> np.uint64(33)) % np.uint64(tile.shape[1]))
            g = np.float64(tile[i, place])
            slack = relative * abs(g) + (absolute + own) * a_norm[i] * b_norm[place] + tiny
            if not abs(g - a_step[i] * b_step[place] * product(a, i, b, place)) <= slack < np.inf:
                count += 1
    return count
