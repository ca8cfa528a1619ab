"""Where the order of the rows decides who is a neighbour: neighbours at equal distances stand by index.

Two lists that break their ties by index share an order which no relabelling of the examples has: examples and their ties are
relabelled together. What two representations have in common may then be more than any relabelling gives, though they are
unrelated. A tie on one side alone is harmless: the other side knows nothing of the order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._neighbor_indices import common_places

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
Ties = BoolArray | None


def shared_by_index(
    lists: tuple[npt.NDArray[Any], npt.NDArray[Any]], tied: tuple[Ties, Ties], *, ordered: bool = False
) -> float:
    """Return the most that ties, broken by index on both sides, may add to the share of neighbours in common.

    `lists` (n, k) of both sides; `tied` (n, m) says of each which neighbours are as far as the one before. A neighbour in
    common counts where it is in either list by index alone. A measure that reads the order (`ordered`) may gain from each that
    has its place by index on both sides too, as far as another order would have put it elsewhere.
    """
    one, other = tied
    if one is None or other is None:
        return 0.0
    n, k = map(int, lists[0].shape)
    filled = filled_by_index(one, k), filled_by_index(other, k)
    if ordered:
        return min(1.0, _in_order((one[:, :k], other[:, :k]), lists, filled) / (n * k))
    chosen = [np.arange(k) >= k - by_index[:, None] for by_index in filled]
    return share_in_both(lists, (chosen[0], chosen[1]))


def share_in_both(lists: tuple[npt.NDArray[Any], npt.NDArray[Any]], chosen: tuple[BoolArray, BoolArray]) -> float:
    """Return how many of the chosen entries of two (n, k) lists stand in the same row of both, over n k."""
    if not (chosen[0].any() and chosen[1].any()):
        return 0.0
    n, k = map(int, lists[0].shape)
    one, other = ((np.arange(n)[:, None] * n + held)[some] for held, some in zip(lists, chosen, strict=True))
    return float(np.intersect1d(one, other, assume_unique=True).size) / (n * k)


def filled_by_index(tied: BoolArray, k: int) -> IntArray:
    """Return (n,) how many of the first k places go by index: those as far as the k-th, where more stand there than find room.

    Where neighbour k + 1 is not known, two equal ones at the end are taken for such a tie.
    """
    n = len(tied)
    if k >= n - 1:
        return np.zeros(n, dtype=np.int64)
    run = tied[:, :k][:, ::-1].argmin(axis=1) + 1  # the first neighbour is tied with none before it
    over = tied[:, k] if tied.shape[1] > k else run > 1
    return np.where(over, run, 0).astype(np.int64)


def _in_order(
    tied: tuple[BoolArray, BoolArray],
    lists: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    filled: tuple[IntArray, IntArray],
) -> float:
    """Return how many shared neighbours are where they are by index on both sides: of a run of m, 1 - 1 / m of each."""
    k = lists[0].shape[1]
    rows = np.flatnonzero(np.logical_and(*(side.any(axis=1) | (r > 0) for side, r in zip(tied, filled, strict=True))))
    place = common_places(lists[0][rows], lists[1][rows])
    chosen = [np.arange(k) >= k - by_index[rows, None] for by_index in filled]
    runs = [_run_lengths(side[rows]) for side in tied]
    there = np.maximum(place, 0)
    by_index = chosen[0] & np.take_along_axis(chosen[1], there, axis=1)
    shorter = np.minimum(runs[0], np.take_along_axis(runs[1], there, axis=1))
    return float(np.where(place < 0, 0.0, np.where(by_index, 1.0, 1 - 1 / shorter)).sum())


def _run_lengths(tied: BoolArray) -> IntArray:
    """Return (n, k) how many neighbours stand at the distance of each, itself among them."""
    n, k = tied.shape
    first = np.where(tied, 0, np.arange(k))
    start = np.maximum.accumulate(first, axis=1) + np.arange(n)[:, None] * k
    lengths: IntArray = np.bincount(start.ravel(), minlength=n * k)[start]
    return lengths
