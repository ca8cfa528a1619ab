"""Errors by subsampling without replacement and nulls by shuffling, for any statistic of n examples.

A bootstrap repeats rows, and repeated rows are neighbours at distance zero: half-samples without replacement have no copies.
Results keep their deviations over subsets that depend on the number of examples alone, so that two results on the same examples
can be compared draw by draw.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from ... import _check
from ...errors import InputError

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


@dataclass(frozen=True, slots=True)
class Null:
    """A statistic under shuffling."""

    p_value: float
    """Share of the shuffles, the data themselves counted among them, that give at least the value."""
    mean: float
    """What unrelated data give."""
    sd: float = 0.0
    """How much that varies."""

    @classmethod
    def of(cls, value: float, drawn: FloatArray, *, less: bool = False) -> Null:
        """Compare a value with what shuffles gave; `less` where small values are extreme."""
        slack = 1e-12 * max(1.0, abs(value))  # a shuffle that changes nothing must count, whatever the last digit says
        extreme = drawn <= value + slack if less else drawn >= value - slack
        return cls((1 + int(extreme.sum())) / (1 + drawn.size), float(drawn.mean()), float(drawn.std()))

    def details(self, value: float) -> dict[str, float]:
        """Return what a result tells of its null; "partial" is what the value, of at most 1, has beyond it."""
        partial = (value - self.mean) / (1 - self.mean) if self.mean < 1 else math.nan
        return {"null_mean": self.mean, "null_sd": self.sd, "partial": partial}


@dataclass(frozen=True, slots=True)
class Exchanges:
    """What may change places with what, when examples are shuffled."""

    groups: IntArray | None
    """(n,) groups that move as one."""
    within: IntArray | None
    """(n,) strata that nothing leaves."""

    @property
    def name(self) -> str:
        """What is shuffled, for the options of a result."""
        return ("examples" if self.groups is None else "groups") + (" within strata" if self.within is not None else "")


def exchanges(n: int, groups: Any, within: Any, *, function: str) -> Exchanges:
    """Check groups and strata of a null; a group must lie in one stratum."""
    group, stratum = (
        None if column is None else _check.codes(column, name, function, n=n)[1]
        for name, column in (("groups", groups), ("within", within))
    )
    if group is not None and stratum is not None:
        whole_groups(stratum, group, name="within", function=function)
    return Exchanges(group, stratum)


def whole_groups(code: IntArray, group: IntArray, *, name: str, function: str) -> IntArray:
    """Return the (groups,) code of each group; refuse a code that differs within a group."""
    of_group = np.zeros(int(group.max()) + 1, dtype=np.int64)
    of_group[group] = code
    mixed = np.flatnonzero(of_group[group] != code)
    if mixed.size:
        raise InputError(
            f"{name} of {function} must be the same within each of the groups, which are shuffled whole. "
            f"Row {mixed[0]} differs from another row of its group."
        )
    return of_group


def shuffle_null(
    statistic: Statistic,
    n: int,
    *,
    value: float,
    permutations: int,
    rng: np.random.Generator,
    within: IntArray | None = None,
    groups: IntArray | None = None,
    less: bool = False,
) -> Null:
    """Compare `value` = statistic(rows in order) with the statistic of shuffled rows; `less` where small values are extreme."""
    orders = shuffles(n, permutations, rng=rng, within=within, groups=groups)
    return Null.of(value, np.array([statistic(order) for order in orders]), less=less)


def shuffles(
    n: int, draws: int, *, rng: np.random.Generator, within: IntArray | None = None, groups: IntArray | None = None
) -> Iterator[IntArray]:
    """Yield `draws` random orders of n rows.

    Rows stay inside their stratum where `within` (n,) names strata. Where `groups` (n,) names groups, whole groups change
    places with others of their size, their rows in order.
    """
    if within is None and groups is None:
        yield from (rng.permutation(n) for _ in range(draws))
        return
    blocks = _exchangeable(n, within, groups)
    if max(len(rows) for rows in blocks) < 2:
        raise InputError(
            "groups and within leave nothing to exchange: no stratum has two groups of one size, or two rows."
        )
    for _ in range(draws):
        order = np.arange(n)
        for rows in blocks:
            order[rows] = rng.permutation(rows)
        yield order


def _exchangeable(n: int, within: IntArray | None, groups: IntArray | None) -> list[IntArray]:
    """Return arrays (groups, size) of rows, one for each stratum and size of group; single rows are groups of one."""
    stratum = np.zeros(n, dtype=np.int64) if within is None else within
    if groups is None:
        return [np.flatnonzero(stratum == value)[:, None] for value in np.unique(stratum)]
    sizes = np.bincount(groups)
    by_group = np.split(np.argsort(groups, kind="stable"), np.cumsum(sizes)[:-1])
    kinds: dict[tuple[int, int], list[IntArray]] = {}
    for rows in by_group:
        kinds.setdefault((int(stratum[rows[0]]), rows.size), []).append(rows)
    return [np.stack(alike) for alike in kinds.values()]


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
