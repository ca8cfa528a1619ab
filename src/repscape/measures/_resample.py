"""Errors by subsampling without replacement and nulls by shuffling, for any statistic of n examples.

A bootstrap repeats rows, and repeated rows are neighbours at distance zero: half-samples without replacement have no copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

IntArray = npt.NDArray[np.int64]
Statistic = Callable[[IntArray], float]
DRAWS = 20


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard error and 95 % interval of a statistic."""

    stderr: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, value: float, stderr: float, degrees: float) -> Spread:
        """Build the interval from Student's t with so many degrees of freedom."""
        reach = float(stdtrit(degrees, 0.975)) * stderr
        return cls(stderr, (value - reach, value + reach))


def subsample_error(
    statistic: Statistic, n: int, *, value: float, rng: np.random.Generator, size: int | None = None, draws: int = DRAWS
) -> Spread:
    """Return the error of `value` = statistic(all n rows) from `draws` random subsets of `size` (default n // 2) rows.

    The spread between subsets of b of n rows, times sqrt(b / (n - b)), is the spread between samples of n rows.
    """
    b = n // 2 if size is None else size
    values = [statistic(np.sort(rng.permutation(n)[:b])) for _ in range(draws)]
    return Spread.of(value, float(np.std(values, ddof=1)) * (b / (n - b)) ** 0.5, draws - 1)


@dataclass(frozen=True, slots=True)
class Null:
    """A statistic under shuffling."""

    p_value: float
    """Share of the shuffles, the data themselves counted among them, that give at least the value."""
    mean: float
    """What unrelated data give."""


def shuffle_null(
    statistic: Statistic,
    n: int,
    *,
    value: float,
    permutations: int,
    rng: np.random.Generator,
    within: IntArray | None = None,
    less: bool = False,
) -> Null:
    """Compare `value` = statistic(rows in order) with the statistic of shuffled rows; `less` where small values are extreme."""
    drawn = np.array([statistic(order) for order in shuffles(n, permutations, rng=rng, within=within)])
    slack = 1e-12 * max(1.0, abs(value))  # a shuffle that changes nothing must count, whatever the last digit says
    extreme = drawn <= value + slack if less else drawn >= value - slack
    return Null((1 + int(extreme.sum())) / (1 + permutations), float(drawn.mean()))


def shuffles(n: int, draws: int, *, rng: np.random.Generator, within: IntArray | None = None) -> Iterator[IntArray]:
    """Yield `draws` random orders of n rows; rows stay inside their stratum where `within` (n,) names strata."""
    if within is None:
        yield from (rng.permutation(n) for _ in range(draws))
        return
    strata = [np.flatnonzero(within == value) for value in np.unique(within)]
    for _ in range(draws):
        order = np.arange(n)
        for rows in strata:
            order[rows] = rng.permutation(rows)
        yield order
