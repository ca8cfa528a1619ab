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

from ._depths import SURROUNDINGS

SAMPLED, LEAST_KEPT = 128, 0.3
REORDER = {"reassoc", "contract", "nsz", "nnan"}  # sums in any order: each waits for no other


def sandwich(
    scores: npt.NDArray[np.float64], indices: npt.NDArray[Any], m: int, *, other: npt.NDArray[Any] | None = None
) -> float:
    """Return the variance V of sum(scores).

    scores (n,) are centred here; i ~ j when either is among the first m neighbours of the other in `indices` (n, k) or, where a
    second graph enters the statistic, in `other` (n, k'). The local mean is over the point and up to 100 neighbours in each; a
    graph that holds k < 100 is walked sqrt(100 / k) times, which reaches about as far.
    Time O(n (m + 100)), memory O(n m). On a handful of points the products may outweigh the squares: the squares stand then.
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
    """Sum e_i e_j over ordered pairs linked in a (n, m), or, where `both`, in a or b: each pair of points once each way."""
    n = a.shape[0]
    listed = np.empty(
        (n, a.shape[1] + (b.shape[1] if both else 0)), dtype=np.int32
    )  # the links that start at a point, once
    lengths = np.zeros(n, dtype=np.int32)
    begins = np.zeros(n + 1, dtype=np.int64)
    stamp = np.full(n, -1, dtype=np.int64)
    for i in range(n):
        found = 0
        for rank in range(listed.shape[1]):
            j = a[i, rank] if rank < a.shape[1] else b[i, rank - a.shape[1]]
            if stamp[j] != i:
                stamp[j] = i
                listed[i, found] = j
                found += 1
                begins[j + 1] += 1
        lengths[i] = found
    for j in range(n):
        begins[j + 1] += begins[j]
    ending = np.empty(begins[n], dtype=np.int32)  # the links that end at a point
    place = begins[:n].copy()
    for i in range(n):
        for rank in range(lengths[i]):
            ending[place[listed[i, rank]]] = i
            place[listed[i, rank]] += 1
    total = 0.0
    for i in range(n):
        around = 0.0
        for rank in range(lengths[i]):
            stamp[listed[i, rank]] = n + i
            around += e[listed[i, rank]]
        for t in range(begins[i], begins[i + 1]):
            if stamp[ending[t]] != n + i:
                around += e[ending[t]]
        total += e[i] * around
    return total


def share_kept(indices: npt.NDArray[Any], m: int, other: npt.NDArray[Any]) -> float:
    """Return which part of its variance the sandwich over two graphs finds, in (0, 1].

    The local mean holds the point itself and those it is linked to, so taking it off makes linked points go apart a little:
    for scores of variance v that follow nothing, E[e_i e_j] = -v (P_ij + P_ji - (P P')_ij) with P the matrix of the local mean.
    Over all links this is a tenth of the variance for three links a point and three tenths for ten. It is worked out on
    128 evenly spaced points. 1 for graphs of fewer than 100 neighbours, whose walks this does not describe.
    """
    if min(indices.shape[1], other.shape[1]) < SURROUNDINGS:
        return 1.0
    drawn = np.arange(0, indices.shape[0], max(1, indices.shape[0] // SAMPLED))
    lost = lost_to_local_means(indices[:, :SURROUNDINGS], other[:, :SURROUNDINGS], m, drawn)
    return max(LEAST_KEPT, 1.0 - float(lost))


@njit(cache=True, nogil=True)
def lost_to_local_means(a, b, m, drawn):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return the mean over the drawn points of P_ij + P_ji - (P P')_ij summed over their links, in both directions."""
    size = 1.0 + a.shape[1] + b.shape[1]
    held = np.zeros(a.shape[0])  # how often each point stands in the local mean of i
    stamp = np.full(a.shape[0], -1, dtype=np.int64)
    total = 0.0
    for i in drawn:
        held[i] += 1
        for rank in range(a.shape[1]):
            held[a[i, rank]] += 1
        for rank in range(b.shape[1]):
            held[b[i, rank]] += 1
        for place in range(2 * m):
            j = a[i, place] if place < m else b[i, place - m]
            if stamp[j] == i:
                continue
            stamp[j] = i
            mutual, back, shared = False, 0.0, held[j]
            for rank in range(a.shape[1]):
                shared += held[a[j, rank]]
                back += a[j, rank] == i
                mutual |= rank < m and a[j, rank] == i
            for rank in range(b.shape[1]):
                shared += held[b[j, rank]]
                back += b[j, rank] == i
                mutual |= rank < m and b[j, rank] == i
            apart = (held[j] + back) / size - shared / size**2
            total += apart if mutual else 2 * apart  # a mutual link is met again from its other end
        held[i] = 0
        for rank in range(a.shape[1]):
            held[a[i, rank]] = 0
        for rank in range(b.shape[1]):
            held[b[i, rank]] = 0
    return total / drawn.size
