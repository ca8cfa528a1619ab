"""Information imbalances of sums of squared distances, and their errors over subsets.

Distances over a set of features are sums of squares over single ones, so that a set grows by one feature at the price of one
more sum. Matrices of n x n are held: a few thousand examples.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import neighbor_ranks
from ..uncertainty import DRAWS, IntArray, jackknife, parts_of_groups

FloatArray = npt.NDArray[np.float64]


def square(column: FloatArray) -> FloatArray:
    """Return (n, n) squared distances along one feature."""
    away: FloatArray = column[:, None] - column
    return away**2


def all_squares(points: FloatArray) -> FloatArray:
    """Return (n, n) squared distances of points."""
    total = np.zeros((len(points), len(points)))
    for column in points.T:
        total += square(column)
    return total


def all_ranks(target: Any, *, function: str) -> IntArray:
    """Return (n, n) the rank of every example as a neighbour of every other, from 1."""
    points = np.asarray(target, dtype=np.float64)
    n = len(points)
    others = np.array([np.delete(np.arange(n), i) for i in range(n)])
    ranks = np.zeros((n, n), dtype=np.int64)
    np.put_along_axis(ranks, others, np.asarray(neighbor_ranks(points, others, function=function)[0]), axis=1)
    return ranks


def imbalance_of_sums(squares: FloatArray, ranks: IntArray, k: int) -> float:
    """Return 2 / n times the mean rank of the k nearest by these squared distances, ties by index."""
    away = squares.copy()
    np.fill_diagonal(away, np.inf)
    nearest = np.argsort(away, axis=1, kind="stable")[:, :k] if k > 1 else away.argmin(axis=1)[:, None]
    return float(2 / len(ranks) * np.take_along_axis(ranks, nearest, axis=1).mean())


def error_of(
    statistic: Callable[[IntArray], float],
    n: int,
    *,
    value: float,
    k: int,
    groups: IntArray | None,
    rng: np.random.Generator,
    relative: bool = False,
) -> tuple[str | None, float]:
    """Return the error's name and size, over random halves or, where there are groups, without parts made of whole groups.

    None and NaN where a subset is too small to look for k neighbours in. `relative`: to what halves read, where neighbours are
    farther away.
    """
    if groups is None:
        rows = [np.sort(rng.permutation(n)[: n // 2]) for _ in range(DRAWS)]
    else:
        rows = [np.setdiff1d(np.arange(n), part) for part in parts_of_groups(groups)]
    if len(rows) < 2 or min(some.size for some in rows) <= k + 1:
        return None, math.nan
    found = [statistic(some) for some in rows]
    if groups is not None:
        return "jackknife over groups", jackknife(value, found)[0].stderr
    spread, mean = float(np.std(found, ddof=1)), float(np.mean(found))
    if relative:
        return "subsample", spread * value / mean if mean > 0 else 0.0
    return "subsample", spread * math.sqrt((n // 2) / (n - n // 2))
