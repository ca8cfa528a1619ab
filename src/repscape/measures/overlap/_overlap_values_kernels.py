"""Loop kernels of the overlap with values: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def nearest_places(ordered, places):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """places[i, r] = where, among (n,) ascending values, the r-th nearest other value of value i stands.

    The nearest stand side by side around it, so two ends walk outwards; of two at one distance the lower comes first.
    """
    n = ordered.shape[0]
    for i in range(n):
        low = high = i  # the nearest so far stand at low ... high
        for rank in range(places.shape[1]):
            falls = low > 0 and (high == n - 1 or ordered[i] - ordered[low - 1] <= ordered[high + 1] - ordered[i])
            if falls:
                low -= 1
            else:
                high += 1
            places[i, rank] = low if falls else high


@njit(cache=True, nogil=True)
def count_within(ordered, reach, inside, tied):  # type: ignore[no-untyped-def]
    """How many other values are nearer to each of (n,) ascending ones than reach, and how many are at it, by halving.

    Rounding keeps the order of distances along the values, so those within a distance stand side by side.
    """
    for i in range(ordered.shape[0]):
        left_in, left_at = first_within(ordered, i, reach[i], True), first_within(ordered, i, reach[i], False)
        right_in, right_at = last_within(ordered, i, reach[i], True), last_within(ordered, i, reach[i], False)
        inside[i] = max(right_in - left_in, 0)
        tied[i] = right_at - left_at - inside[i]


@njit(nogil=True, cache=True)
def first_within(ordered, i, far, strictly):  # type: ignore[no-untyped-def]
    """Lowest place up to i whose value is within `far` of value i; i + 1 where not even its own is (strictly within 0)."""
    low, high = 0, i + 1
    while low < high:
        middle = (low + high) // 2
        gap = ordered[i] - ordered[middle] if middle <= i else 0.0
        if gap < far or (gap == far and not strictly):
            high = middle
        else:
            low = middle + 1
    return low


@njit(nogil=True, cache=True)
def last_within(ordered, i, far, strictly):  # type: ignore[no-untyped-def]
    """Highest place from i whose value is within `far` of value i; i - 1 where not even its own is."""
    low, high = i - 1, ordered.shape[0] - 1
    while low < high:
        middle = (low + high + 1) // 2
        gap = ordered[middle] - ordered[i] if middle >= i else 0.0
        if gap < far or (gap == far and not strictly):
            low = middle
        else:
            high = middle - 1
    return low


@njit(cache=True, nogil=True)
def shared_credit(indices, values, reach, share, out):  # type: ignore[no-untyped-def]
    """out[i] = credit of the neighbours listed in row i: 1 for each nearer in value than reach[i], share[i] for each at it."""
    for i in range(indices.shape[0]):
        total = 0.0
        for rank in range(indices.shape[1]):
            gap = abs(values[indices[i, rank]] - values[i])
            if gap < reach[i]:
                total += 1.0
            elif gap == reach[i]:
                total += share[i]
        out[i] = total
