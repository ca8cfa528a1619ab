"""Errors by subsampling without replacement, for any statistic of n examples.

A bootstrap repeats rows, and repeated rows are neighbours at distance zero: half-samples without replacement have no copies.
Results keep their deviations over subsets that depend on the number of examples alone, so that two results on the same examples
can be compared draw by draw.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[IntArray], float]
DRAWS = 20
REPLICATES = 100
BLOCKS = 512


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


@functools.lru_cache(maxsize=4)
def _blocks(n: int) -> npt.NDArray[np.int16]:
    """Deal n examples into at most BLOCKS random blocks of equal size; subsets are made of whole blocks.

    A mean over a subset is then a mean over blocks: a hundred subsets of a million examples cost one pass over them.
    """
    dealt = np.random.default_rng(n).permutation(n) % min(n, BLOCKS)
    return dealt.astype(np.int16)


@functools.lru_cache(maxsize=16)
def _chosen(n: int, draws: int, share: float) -> npt.NDArray[np.bool_]:
    """Choose the blocks of each draw, (draws, blocks)."""
    blocks = min(n, BLOCKS)
    taken = np.arange(blocks) < min(max(round(blocks * share), 1), blocks - 1)
    return np.random.default_rng([n, 1]).permuted(np.tile(taken, (draws, 1)), axis=1)


def subsets(n: int, *, draws: int = REPLICATES, share: float = 0.5) -> Iterator[IntArray]:
    """Yield the sorted rows of `draws` random subsets of about n share examples; they depend on n, draws and share alone."""
    block = _blocks(n)
    for chosen in _chosen(n, draws, share):
        yield np.flatnonzero(chosen[block])


def replicates_of(
    statistic: Callable[[IntArray], float | FloatArray], n: int, *, draws: int = DRAWS, share: float = 0.25
) -> FloatArray:
    """Return the deviations of statistic(rows) over the shared subsets, (draws,) or (draws, m) where it gives m numbers.

    Scaled by sqrt(b / (n - b)), so that their standard deviation is a standard error of the statistic of all n rows.
    """
    rows = list(subsets(n, draws=draws, share=share))
    values = np.array([statistic(some) for some in rows], dtype=np.float64)
    scale = np.array([(some.size / (n - some.size)) ** 0.5 for some in rows])
    return (values - values.mean(axis=0)) * scale.reshape(-1, *[1] * (values.ndim - 1))  # type: ignore[no-any-return]


def replicates_of_influence(
    influence: FloatArray, *, stderr: float | None = None, draws: int = REPLICATES
) -> FloatArray:
    """Return the (draws,) deviations of a statistic that is, to first order, the mean of influence (n,).

    Two statistics of the same examples deviate together as far as their influences go together. `stderr`: the standard error
    that they stand for, where it is more than sd(influence) / sqrt(n).
    """
    n = influence.size
    block, chosen = _blocks(n), _chosen(n, draws, 0.5)
    sums, sizes = np.bincount(block, weights=influence), np.bincount(block)
    b = chosen @ sizes
    deviations = (chosen @ sums / b - influence.mean()) * np.sqrt(b / (n - b))
    if stderr is None:
        return deviations  # type: ignore[no-any-return]
    plain = float(influence.std(ddof=1)) / n**0.5
    return deviations * (stderr / plain if plain > 0 else 0.0)  # type: ignore[no-any-return]


def spread_of(replicates: FloatArray, value: float) -> Spread:
    """Return the error of `value` that its replicates say: few draws, so Student's t."""
    return Spread.of(value, float(replicates.std(ddof=1)), replicates.shape[0] - 1)
