"""The variance of a sum over points that share neighbours.

Scores of neighbouring points go together, so the sum of their squares misses part of the variance. The neighbour sandwich
adds the products over linked points, V = sum_i s_i^2 + sum_{i~j} e_i e_j. What s follows slowly over the data (a denser or a
curved part) is no error, and would pile up in the products: e is s minus its mean over the point and its neighbours.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

SURROUNDINGS = 100
REORDER = {"reassoc", "contract", "nsz", "nnan"}  # sums in any order: each waits for no other


def sandwich(
    scores: npt.NDArray[np.float64], indices: npt.NDArray[Any], m: int, *, other: npt.NDArray[Any] | None = None
) -> float:
    """Return the variance V of sum(scores).

    scores (n,) are centred here; i ~ j when either is among the first m neighbours of the other in `indices` (n, k) or, where a
    second graph enters the statistic, in `other` (n, k'). The local mean is over the point and up to 100 neighbours in each; a
    graph that holds k < 100 is walked sqrt(100 / k) times, which reaches about as far.
    Time O(n (m^2 + 100)), memory O(n). On a handful of points the products may outweigh the squares: the squares stand then.
    """
    centred = scores - scores.mean()
    second = indices if other is None else other
    both = other is not None
    shallow = min(indices.shape[1], second.shape[1])
    mean, around = centred, np.empty_like(centred)
    for _ in range(math.ceil(math.sqrt(SURROUNDINGS / shallow))):
        mean_around(mean, indices[:, :SURROUNDINGS], second[:, :SURROUNDINGS], both, around)
        mean, around = around, np.empty_like(centred)
    products = linked_products(centred - mean, indices[:, :m], second[:, :m], both)
    squares = float(centred @ centred)
    return squares + products if products > -squares else squares


@njit(cache=True, nogil=True, fastmath=REORDER)
def mean_around(values, a, b, both, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (n,) with the mean over each point and its neighbours in a (n, k) and, where `both`, in b (n, k')."""
    for i in range(values.size):
        total = values[i]
        for rank in range(a.shape[1]):
            total += values[a[i, rank]]
        if both:
            for rank in range(b.shape[1]):
                total += values[b[i, rank]]
        out[i] = total / (1 + a.shape[1] + (b.shape[1] if both else 0))


@njit(cache=True, nogil=True)
def linked_products(e, a, b, both):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Sum e_i e_j over ordered pairs linked in a (n, m), or, where `both`, in a or b: each pair of points once each way.

    A link that several rows list is counted where it is seen first: in `a` before `b`, at the smaller point before the larger.
    """
    n, m = a.shape
    total = 0.0
    for i in range(n):
        around = 0.0
        for rank in range(m):
            j = a[i, rank]
            known = False
            if j < i:
                for place in range(m):
                    known |= a[j, place] == i
            if not known:
                around += e[j]
        if both:
            for rank in range(b.shape[1]):
                j = b[i, rank]
                known = False
                for place in range(m):
                    known |= (a[i, place] == j) | (a[j, place] == i)
                if j < i and not known:
                    for place in range(b.shape[1]):
                        known |= b[j, place] == i
                if not known:
                    around += e[j]
        total += e[i] * around
    return 2.0 * total
