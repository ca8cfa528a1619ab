"""Loop kernels of label overlap: lists of neighbours, what each point's absence changes, and labels shuffled many at a time.

A permutation test asks the same question of every link under a thousand orders of the labels. The labels of LANES orders lie
side by side, pack (n, LANES) of one byte each, so that one visit of a link answers for all of them in one vector comparison.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LANES = 64


@njit(cache=True, nogil=True)
def outside_own_group(indices, group, lists, lengths):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill lists (n, depth) with each row's first neighbours of other groups, and lengths (n,) with how many there are."""
    n, depth = lists.shape
    for i in range(n):
        found = 0
        for rank in range(indices.shape[1]):
            if found < depth and group[indices[i, rank]] != group[i]:
                lists[i, found] = indices[i, rank]
                found += 1
        lengths[i] = found


@njit(cache=True, nogil=True)
def count_hits(lists, code, wanted, hits):  # type: ignore[no-untyped-def]
    """hits (n,): how many of the first wanted[i] neighbours share the label."""
    for i in range(wanted.size):
        found = 0
        for rank in range(wanted[i]):
            found += code[lists[i, rank]] == code[i]
        hits[i] = found


@njit(cache=True, nogil=True)
def add_absence(lists, code, wanted, following, weight, among, influence):  # type: ignore[no-untyped-def]
    """Add to influence (n,) what each point's absence takes from the lists that hold it.

    List l counts weight[l], and among[l] once a point of its own class is gone; the neighbour that moves up shares l's label
    with probability following[l] (0 or 1 where known).
    """
    for i in range(wanted.size):
        for rank in range(wanted[i]):
            j = lists[i, rank]
            if code[j] == code[i]:
                influence[j] += among[i] * (1.0 - following[i])
            else:
                influence[j] -= weight[i] * following[i]


@njit(cache=True, nogil=True)
def shuffle_lanes(units, rows, starts, unit, seed, pack):  # type: ignore[no-untyped-def]
    """Fill each lane of pack (n, LANES) with units[unit], the entries of `units` shuffled within strata.

    Stratum s holds the units rows[starts[s]:starts[s + 1]]. Random numbers: splitmix64 from `seed`, 32 bits for each exchange.
    """
    mixed = np.empty_like(units)
    placed = np.empty_like(units)
    state = np.uint64(seed)
    for lane in range(pack.shape[1]):
        for t in range(rows.size):
            mixed[t] = units[rows[t]]
        for stratum in range(starts.size - 1):
            first = starts[stratum]
            for last in range(starts[stratum + 1] - 1, first, -1):
                state += np.uint64(0x9E3779B97F4A7C15)
                word = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                word = (word ^ (word >> np.uint64(31))) >> np.uint64(32)
                place = first + np.int64((word * np.uint64(last - first + 1)) >> np.uint64(32))
                mixed[last], mixed[place] = mixed[place], mixed[last]
        for t in range(rows.size):
            placed[rows[t]] = mixed[t]
        for i in range(unit.size):
            pack[i, lane] = placed[unit[i]]


@njit(cache=True, nogil=True)
def count_labels(pack, counts):  # type: ignore[no-untyped-def]
    """counts (classes, LANES): how many points carry each label in each lane."""
    for i in range(pack.shape[0]):
        for lane in range(pack.shape[1]):
            counts[pack[i, lane], lane] += 1


@njit(cache=True, nogil=True)
def sum_hits(lists, depth, pack, weight, out):  # type: ignore[no-untyped-def]
    """Add to out (LANES,) each point's weight[label, lane] times how many of its first `depth` neighbours share its label."""
    own = np.empty(LANES, dtype=pack.dtype)
    found = np.empty(LANES, dtype=np.uint8)
    flushed = np.zeros(LANES, dtype=np.int64)
    for i in range(lists.shape[0]):
        for lane in range(LANES):
            own[lane] = pack[i, lane]
            flushed[lane] = 0
        for first in range(0, depth, 255):  # a byte counts to 255
            found[:] = 0
            for rank in range(first, min(first + 255, depth)):
                j = np.uint64(lists[i, rank])
                for lane in range(LANES):
                    found[lane] += np.uint8(pack[j, lane] == own[lane])
            for lane in range(LANES):
                flushed[lane] += found[lane]
        for lane in range(LANES):
            out[lane] += weight[own[lane], lane] * flushed[lane]


@njit(cache=True, nogil=True)
def sum_hits_to_depth(lists, lengths, pack, weight, wanted, out):  # type: ignore[no-untyped-def]
    """The same where the label decides how many neighbours are looked at: the first wanted[label, lane] (positive), but at most
    lengths[i]; the sum is of shares."""
    own = np.empty(LANES, dtype=np.int32)
    last = np.empty(LANES, dtype=np.int32)
    found = np.empty(LANES, dtype=np.int32)
    for i in range(lists.shape[0]):
        deepest = 0
        for lane in range(LANES):
            own[lane] = pack[i, lane]
            last[lane] = min(wanted[pack[i, lane], lane], lengths[i])
            deepest = max(deepest, last[lane])
            found[lane] = 0
        for rank in range(deepest):
            j = np.uint64(lists[i, rank])
            for lane in range(LANES):
                found[lane] += (np.int32(pack[j, lane]) == own[lane]) & (rank < last[lane])
        for lane in range(LANES):
            out[lane] += weight[own[lane], lane] * found[lane] / max(last[lane], 1)
