"""Nulls by relabelling examples: what may change places with what, the orders, and what a value is beside them.

The orders depend on the number of examples, on `rng`, groups and strata alone. Results on the same examples are therefore
relabelled alike, and their values under each order, kept in `Estimate.null`, may be compared draw by draw: the largest of a
row, a profile or a matrix has a null of its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ... import _check
from ...errors import InputError

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[IntArray], float]
ALPHA = 0.05
"""Level of the threshold from which a calibrated value is counted."""
USUAL = 199
MANY = 1_000_000  # arrangements from here on are as good as infinitely many


@dataclass(frozen=True, slots=True)
class Null:
    """A statistic under shuffling."""

    p_value: float | None
    """Share of the shuffles, the data themselves counted among them, that give at least the value; None of moments alone."""
    mean: float
    """What unrelated data give."""
    sd: float = 0.0
    """How much that varies."""
    threshold: float = math.nan
    """What unrelated data pass in 5 % of samples."""
    drawn: FloatArray = field(default_factory=lambda: np.empty(0))
    """(draws,) the values under the shuffles."""

    @classmethod
    def of(cls, value: float, drawn: FloatArray, *, less: bool = False) -> Null:
        """Compare a value with what shuffles gave; `less` where small values are extreme."""
        slack = 1e-12 * max(1.0, abs(value))  # a shuffle that changes nothing must count, whatever the last digit says
        extreme = drawn <= value + slack if less else drawn >= value - slack
        p_value = (1 + int(extreme.sum())) / (1 + drawn.size)
        return cls(p_value, float(drawn.mean()), float(drawn.std()), threshold(value, drawn, less=less), drawn)

    @classmethod
    def of_moments(cls, mean: float, sd: float, *, less: bool = False) -> Null:
        """Return the normal null of a known mean and standard deviation; skew makes its tail no p-value."""
        reach = -float(ndtri(ALPHA)) * sd
        return cls(None, mean, sd, mean - reach if less else mean + reach)

    def details(self, value: float) -> dict[str, float]:
        """Return what a result tells of its null; "partial" is what the value, of at most 1, has beyond it."""
        partial = (value - self.mean) / (1 - self.mean) if self.mean < 1 else math.nan
        return {"null_mean": self.mean, "null_sd": self.sd, "partial": partial}

    def calibrated(self, value: float, best: float) -> float | None:
        """Return how far a value is from the threshold of its null to the best there can be, in [0, 1]; None of no best."""
        return calibrated(value, self.threshold, best)


def threshold(value: float, drawn: FloatArray, *, less: bool = False) -> float:
    """Return the 1 - alpha quantile of the drawn values and the value itself, the ceil((1 - alpha)(K + 1))-th of them.

    NaN where that is the last of them: of so few draws none says what 5 % pass, and nothing could be beyond itself.
    """
    if 1 / (1 + drawn.size) > ALPHA:
        return math.nan
    sign = -1.0 if less else 1.0
    held = np.sort(sign * np.append(drawn, value))
    return sign * float(held[math.ceil((1 - ALPHA) * held.size - 1e-9) - 1])


def calibrated(value: float, threshold: float, best: float) -> float | None:
    """Return (value - threshold) / (best - threshold), cut to [0, 1]; None where there is no best value or no threshold."""
    if not (math.isfinite(best) and math.isfinite(threshold) and math.isfinite(value)):
        return None
    room = best - threshold
    if abs(room) <= 1e-12 * max(1.0, abs(best)):  # unrelated data reach the best there is: nothing can be beyond them
        return 0.0
    return min(1.0, max(0.0, (value - threshold) / room))


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

    @property
    def free(self) -> bool:
        """Whether every example may take the place of every other."""
        return self.groups is None and self.within is None


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
    enough_arrangements(n, permutations, within=within, groups=groups)
    orders = shuffles(n, permutations, rng=rng, within=within, groups=groups)
    return Null.of(value, np.array([statistic(order) for order in orders]), less=less)


def shuffles(
    n: int, draws: int, *, rng: np.random.Generator, within: IntArray | None = None, groups: IntArray | None = None
) -> Iterator[IntArray]:
    """Yield `draws` random orders of n rows.

    Rows stay inside their stratum where `within` (n,) names strata. Where `groups` (n,) names groups, whole groups change
    places with others of their size, their rows in order. As many draws as there are other arrangements are all of them.

    Raises
    ------
    InputError
        If nothing can change places.
    """
    blocks = _exchangeable(n, within, groups)
    if max(len(rows) for rows in blocks) < 2:
        raise InputError(
            "groups and within leave nothing to exchange: no stratum has two groups of one size, or two rows."
        )
    if draws == _arrangements(blocks) - 1:
        yield from _all_orders(n, blocks)
        return
    for _ in range(draws):
        if within is None and groups is None:
            yield rng.permutation(n)
            continue
        order = np.arange(n)
        for rows in blocks:
            order[rows] = rng.permutation(rows)
        yield order


def enough_arrangements(n: int, draws: int, *, within: IntArray | None = None, groups: IntArray | None = None) -> None:
    """Refuse more draws than there are other arrangements: they would count some twice, and no p can be so small."""
    others = _arrangements(_exchangeable(n, within, groups)) - 1
    if 0 < others < draws:
        what = f"{n} examples" if within is None and groups is None else f"{n} examples under these groups and strata"
        raise InputError(
            f"permutations must be at most {others}: {what} can be arranged in {others + 1} ways, and no p-value can be "
            f"below {1 / (others + 1):.3g}. Got {draws}; permutations={others} takes every arrangement once."
        )


def usual_permutations(n: int, *, within: IntArray | None = None, groups: IntArray | None = None) -> int:
    """Return how many shuffles are usual: 199, or as many other arrangements as there are."""
    return min(USUAL, _arrangements(_exchangeable(n, within, groups)) - 1)


def _arrangements(blocks: list[IntArray]) -> int:
    """Return in how many ways the rows can be arranged, MANY where there are more."""
    found = 1
    for rows in blocks:
        found *= math.factorial(min(len(rows), 20))
        if found >= MANY:
            return MANY
    return found


def _all_orders(n: int, blocks: list[IntArray]) -> Iterator[IntArray]:
    """Yield every arrangement but the one that changes nothing."""
    every = itertools.product(*(itertools.permutations(range(len(rows))) for rows in blocks))
    next(every)
    for chosen in every:
        order = np.arange(n)
        for rows, places in zip(blocks, chosen, strict=True):
            order[rows] = rows[list(places)]
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
