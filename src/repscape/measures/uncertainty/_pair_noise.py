"""What leaving out each point counts more than once of the noise that belongs to pairs.

Whether two neighbours share a label is partly chance of that pair alone. Such noise e of a pair enters the sum once, but the
influence of both its points, so that their squares hold it twice; and the pair of a point and the neighbour that would move
up enters the influence of all the neighbours that may make way, though the sum does not hold it at all. On labels that
follow their place loosely (d = 10, k = 10) the squares come to one and a half times the variance. The surplus is worked out
pair by pair: e is what is left of h when the levels of its two points are taken off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

LEAST_PAIRS = 2
"""Pairs for each point, below which levels cannot be told from noise."""


def pair_surplus(
    lists: npt.NDArray[Any],
    code: npt.NDArray[np.int64],
    *,
    wanted: npt.NDArray[np.int64],
    stored: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64],
    own: npt.NDArray[np.float64],
) -> float:
    """Return what sum(influence^2) holds beyond the variance of the sum.

    lists (n, depth): point i looks at its first wanted[i] neighbours and, where stored[i], at the one after them. Each counts
    weight[i] times (1 if it shares the label, else 0) - own[i]. 0 where there are too few pairs to tell. Time O(n depth).
    """
    twice, above, pairs = noise_of_pairs(lists, code, wanted, stored, weight, own)
    n = code.size
    if pairs < LEAST_PAIRS * n:
        return 0.0
    return float((twice + above) * pairs / (pairs - n))  # each point's level takes away what one pair says


@njit(cache=True, nogil=True)
def noise_of_pairs(lists, code, wanted, stored, weight, own):  # type: ignore[no-untyped-def]  # house: numba takes the types
    """Return the squares of the noise in the lists, of the neighbours that would move up, and how many pairs are linked."""
    n = wanted.size
    begins = np.zeros(n + 1, dtype=np.int64)
    level, links, around = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        for rank in range(wanted[i]):
            j = lists[i, rank]
            begins[j + 1] += 1
            counted = weight[i] * ((1.0 if code[i] == code[j] else 0.0) - own[i])
            level[i] += counted
            level[j] += counted
            links[i] += 1
            links[j] += 1
    level /= links
    for j in range(n):
        begins[j + 1] += begins[j]
    ending = np.empty(begins[n], dtype=np.int32)  # the lists in which a point stands
    place = begins[:n].copy()
    for i in range(n):
        for rank in range(wanted[i]):
            j = lists[i, rank]
            ending[place[j]] = i
            place[j] += 1
            around[i] += level[j]
            around[j] += level[i]
    level -= around / links / 2  # so that the levels of two points add up to what their surroundings share
    stamp = np.full(n, -1, dtype=np.int64)
    twice, above, pairs = 0.0, 0.0, 0
    for i in range(n):
        for t in range(begins[i], begins[i + 1]):
            stamp[ending[t]] = i
        for rank in range(wanted[i] + stored[i]):
            j = lists[i, rank]
            same, levels = (1.0 if code[i] == code[j] else 0.0), level[i] + level[j]
            noise = weight[i] * (same - own[i]) - levels
            if rank == wanted[i]:
                above += wanted[i] * noise**2
            elif stamp[j] != i:
                twice += noise**2
                pairs += 1
            elif i < j:  # each stands in the other's list: one pair, counted both ways
                twice += (noise + weight[j] * (same - own[j]) - levels) ** 2
                pairs += 1
    return twice, above, pairs
