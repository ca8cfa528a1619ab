"""Loop kernels that compare two ordered lists of neighbours: typed arrays in, `out` filled, nothing checked, the lock released.

All take (n, k) indices of two graphs and go row by row. The entries of a row differ from each other, so that a neighbour has
at most one place in the other list: `place` holds it for one row at a time, and `stamp` says which row that was, so that
nothing need be cleared.
"""

from __future__ import annotations

import numpy as np
from numba import njit

ONE, ZERO = np.uint64(1), np.uint64(0)
WORD = 64


@njit(nogil=True, inline="always")
def find_places(a, b, i, place, stamp, found):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """found[r] = rank in row i of `a` of the r-th neighbour in row i of `b`, or -1."""
    for rank in range(a.shape[1]):
        place[a[i, rank]] = rank
        stamp[a[i, rank]] = i
    for rank in range(b.shape[1]):
        found[rank] = place[b[i, rank]] if stamp[b[i, rank]] == i else -1


@njit(cache=True, nogil=True)
def rank_biased(a, b, weights, out):  # type: ignore[no-untyped-def]
    """out[i] = sum over depths of weights[depth] times the number of neighbours shared down to that depth.

    weights[d] belongs to the first d + 1 places. A neighbour first shared at depth d counts at every depth from there on.
    """
    n, k = a.shape
    place, stamp = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    found = np.empty(k, dtype=np.int64)
    from_here = weights[::-1].cumsum()[::-1].copy()
    for i in range(n):
        find_places(a, b, i, place, stamp, found)
        total = 0.0
        for rank in range(k):
            if found[rank] >= 0:
                total += from_here[max(rank, found[rank])]
        out[i] = total


@njit(cache=True, nogil=True)
def longest_common(a, b, out):  # type: ignore[no-untyped-def]
    """out[i] = length of the longest common subsequence of row i of `a` and `b`.

    As no entry repeats, that is the longest increasing run of places: tail[m] is the smallest last place of such a run of
    m + 1 entries, and each entry extends the longest run it fits (k log k steps a row).
    """
    n, k = a.shape
    place, stamp = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    found, tail = np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64)
    for i in range(n):
        find_places(a, b, i, place, stamp, found)
        length = 0
        for rank in range(k):
            if found[rank] < 0:
                continue
            low, high = 0, length
            while low < high:
                middle = (low + high) // 2
                if tail[middle] < found[rank]:
                    low = middle + 1
                else:
                    high = middle
            tail[low] = found[rank]
            length = max(length, low + 1)
        out[i] = length


@njit(cache=True, nogil=True)
def edit_distance(a, b, out):  # type: ignore[no-untyped-def]
    """out[i] = Levenshtein distance of row i of `a` and `b`: the fewest insertions, deletions and replacements.

    Myers' bit-parallel table in Hyyro's form: a column of k cells is kept as the bits of its steps up and down, 64 cells to a
    word, and the words of a column hand on the step at their border (k^2 / 64 steps a row).
    """
    n, k = a.shape
    place, stamp = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    found = np.empty(k, dtype=np.int64)
    words = (k + WORD - 1) // WORD
    up, down = np.empty(words, dtype=np.uint64), np.empty(words, dtype=np.uint64)
    last_bit = np.uint64((k - 1) % WORD)
    for i in range(n):
        find_places(a, b, i, place, stamp, found)
        up[:] = ~ZERO  # the first column counts 1, 2, 3, ...: every step goes up
        down[:] = ZERO
        distance = k
        for column in range(k):
            # The step along the top row of the table is +1 in every column; each word hands its own to the next.
            step_up, step_down = ONE, ZERO
            for word in range(words):
                equal = ZERO
                if found[column] >= 0 and found[column] // WORD == word:
                    equal = ONE << np.uint64(found[column] % WORD)
                vertical = equal | down[word]
                equal |= step_down
                across = (((equal & up[word]) + up[word]) ^ up[word]) | equal
                gain = down[word] | ~(across | up[word])
                loss = up[word] & across
                top = last_bit if word == words - 1 else np.uint64(WORD - 1)
                next_up, next_down = (gain >> top) & ONE, (loss >> top) & ONE
                gain = (gain << ONE) | step_up
                loss = (loss << ONE) | step_down
                up[word] = loss | ~(vertical | gain)
                down[word] = gain & vertical
                step_up, step_down = next_up, next_down
            if step_up == ONE:
                distance += 1
            elif step_down == ONE:
                distance -= 1
        out[i] = distance
