"""The error of neighbourhood overlap from what each point does to the lists of others.

Lists of neighbours overlap so far that the products of the neighbour sandwich are mostly noise, as for Gride at larger
ranks. What each point does to the sum of all shares is counted instead: its own, and what its presence does to the lists
of others. The squares of that hold what single points say once, and the noise of pairs and of larger groups several times, for
every point that has part in it. What single points say is known by itself: it is what two random halves of the points agree on,
at half of k, hence at the same scale. The rest is divided by how often it is counted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ._influence import by_group
from ._resample import subsets

FloatArray = npt.NDArray[np.float64]
LEAST_K = 10
"""Below, half of k is no neighbour at all."""
TIMES = 10 / 3
"""How often noise that belongs to no single point is counted: pairs 2 to 3 times, larger groups more often. Simulated
(docs/calibration.md): with it errors are .95 to 1.2 times the spread on tori, Gaussians and mixtures, N = 300 to 4,000."""
TWICE = 2
"""Of whole groups, whose noise is mostly that of two of them: each counts it."""
LEAST_KNOWN = 0.9


def influence_error(
    a: npt.NDArray[Any], b: npt.NDArray[Any], k: int, *, groups: npt.NDArray[np.int64] | None = None
) -> tuple[float, FloatArray] | None:
    """Return the standard error of the overlap of two graphs (n, depth), and the influence (n,) of each point.

    `groups` (n,): points that come and go together; halves are then of whole groups, and what belongs to no single group counts
    half. None where a graph holds no neighbour beyond the k-th, or too few to find k / 2 of them in half of the points.
    """
    n = a.shape[0]
    if min(a.shape[1], b.shape[1]) <= k:
        return None
    drawn = np.ones(n, dtype=np.bool_)
    influence = presence(a, b, k, drawn=drawn) / k
    units = n if groups is None else int(groups.max()) + 1
    taken = np.zeros(units, dtype=np.bool_)
    taken[next(subsets(units, draws=1))] = True
    drawn &= ~(taken if groups is None else taken[groups])
    halves = [presence(a, b, k // 2, drawn=part) / (k // 2) for part in (drawn, ~drawn)]
    known = np.isfinite(halves[0]) & np.isfinite(halves[1])
    if known.mean() < LEAST_KNOWN:
        return None
    if groups is not None:
        for half in halves:
            half[~known] = half[known].mean()
        influence, *halves = (by_group(found, groups) for found in (influence, *halves))
        known[:] = True
    own = max(float(np.cov(halves[0][known], halves[1][known])[0, 1]), 0.0)
    squares = float(influence.var(ddof=1))
    times = TIMES if groups is None else TWICE
    return math.sqrt((own + max(squares - own, 0.0) / times) / n), influence


def presence(a: npt.NDArray[Any], b: npt.NDArray[Any], k: int, *, drawn: npt.NDArray[np.bool_]) -> FloatArray:
    """Return what each point does to the number of common entries among the drawn: by its own, and by being there.

    Lists are the first k drawn neighbours. What a point does by being there is the sum over the drawn with it less that without
    it, whether it was drawn or not. NaN where a graph holds no more than k drawn neighbours.
    """
    out = np.zeros(a.shape[0])
    add_presence(a, b, k, drawn, out)
    return out


@njit(cache=True, nogil=True)
def listed(row, k, drawn, of, stamp, entries):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Note in entries and stamp which points stand in a list or, undrawn, would; return how many, the k-th drawn, the next."""
    met, size, last = 0, 0, -1
    for j in row:
        if drawn[j]:
            if met == k:
                return size, last, j
            met += 1
            last = j
        elif met == k:
            continue
        stamp[j] = of
        entries[size] = j
        size += 1
    return size, last, -1


@njit(cache=True, nogil=True)
def add_presence(a, b, k, drawn, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Add to out (n,) what :func:`presence` says."""
    n = a.shape[0]
    in_a, in_b = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    of_a, of_b = np.empty(a.shape[1], dtype=np.int64), np.empty(b.shape[1], dtype=np.int64)
    for i in range(n):
        size_a, last_a, next_a = listed(a[i], k, drawn, i, in_a, of_a)
        size_b, last_b, next_b = listed(b[i], k, drawn, i, in_b, of_b)
        if next_a < 0 or next_b < 0:
            out[i] = np.nan
            continue
        for place in range(size_a):
            out[i] += drawn[of_a[place]] and in_b[of_a[place]] == i
        if not drawn[i]:
            continue
        # Without a drawn neighbour the next moves up; with one more, the last falls out.
        up_a, up_b = in_b[next_a] == i, in_a[next_b] == i
        up = up_a + up_b + (next_a == next_b)
        out_a, out_b = in_b[last_a] == i, in_a[last_b] == i
        fallen = int(out_a) + int(out_b) - int(last_a == last_b)
        for place in range(size_a):
            j = of_a[place]
            if in_b[j] == i:
                out[j] += 1 - (up if drawn[j] else fallen)
            else:
                out[j] -= up_a if drawn[j] else out_a
        for place in range(size_b):
            j = of_b[place]
            if in_a[j] != i:
                out[j] -= up_b if drawn[j] else out_b
