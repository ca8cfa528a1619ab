"""The error of a similarity: from the influence of single examples, or from random parts of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ...errors import DegenerateDataError, InputError
from .._result import normal_interval
from ..points import IntArray
from ..uncertainty import (
    DRAWS,
    Spread,
    by_group,
    by_unit,
    effective_examples,
    few_examples,
    few_parts,
    influence_stderr,
    jackknife,
    replicates_of_influence,
    subsets,
)

FloatArray = npt.NDArray[np.float64]
LEAST_EXAMPLES, LEAST_GROUPS = 12, 8
MOST = 500
"""Examples of a part, where parts need not be halves: of many examples parts then cost less than the value."""


@dataclass(frozen=True, slots=True)
class PairError:
    """An error that a measure has on the way, and what it rests on."""

    name: str
    spread: Spread
    replicates: FloatArray | None = None
    n_eff: float = math.nan
    few: Mapping[str, str] = field(default_factory=dict)
    """The option that says it rests on few examples, where it does; errors by random parts cannot tell."""


@dataclass(frozen=True, slots=True)
class Parts:
    """How random parts of the examples stand in for other samples of them."""

    relative: bool = False
    """Whether deviations are taken relative to what the parts read themselves: the value depends on the number of examples."""
    halves: bool = False
    """Whether parts are halves of however many examples: k neighbours are too large a share of smaller ones."""
    auto: bool = True
    """Whether error="auto" gives an error by parts; not where they do not show how far the value varies."""


HALVES, PARTS = Parts(halves=True), Parts()


def error_by_influence(
    name: str,
    value: float,
    influence: FloatArray,
    *,
    extra: float = 0.0,
    n: int | None = None,
    groups: IntArray | None = None,
) -> PairError:
    """Return the error from the influence of each example, or of evenly spaced ones of n.

    `extra`: variance that no single example shows, of pairs; or, below 0, of pairs that single examples show twice (of what is
    shown no more than two thirds is taken away: three times is the most that anything is counted).
    """
    count = influence.size if n is None else n
    own = influence_stderr(influence, groups) * math.sqrt(influence.size / count)
    stderr = math.sqrt(max(own**2 + extra, own**2 / 3))
    scores = by_unit(influence, groups)
    n_eff = effective_examples(scores)
    return PairError(
        name,
        Spread(stderr, normal_interval(value, stderr)),
        replicates_of_influence(by_group(influence, groups), stderr=stderr),
        n_eff,
        few_examples(n_eff, scores.size),
    )


def error_by_jackknife(name: str, value: float, without: Sequence[float]) -> PairError:
    """Return the error from the values without each part of the examples; where one part decides, they are few."""
    spread, replicates = jackknife(value, without)
    return PairError(name, spread, replicates, few=few_parts(replicates))


@functools.lru_cache(maxsize=4)
def parts_of(n: int, halves: bool) -> tuple[IntArray, ...]:
    """Return 20 random parts of n examples (or groups); they depend on n alone, so that values of the same can be compared."""
    return tuple(subsets(n, draws=DRAWS, share=0.5 if halves else min(0.5, MOST / n)))


def error_by_parts(  # house: what is measured, and how parts of it are
    of: Callable[[IntArray], float],
    n: int,
    *,
    function: str,
    value: float,
    parts: Parts,
    groups: IntArray | None,
    must: bool,
) -> PairError | None:
    """Return the error of `value` = of(all n examples) from random parts, with `groups` (n,) of whole groups.

    The spread between parts of b of n, times sqrt(b / (n - b)), is the spread between samples of n. None where there are too
    few, or parts have no value; an error if it `must` be had.
    """
    units = n if groups is None else int(groups.max()) + 1
    if units < (LEAST_EXAMPLES if groups is None else LEAST_GROUPS) and not must:
        return None
    # A part of groups is half of them: how many examples it holds is theirs to say.
    drawn = parts_of(units, parts.halves or groups is not None)
    try:
        found = np.array([of(some if groups is None else np.flatnonzero(np.isin(groups, some))) for some in drawn])
    except (InputError, DegenerateDataError) as problem:  # a part may be too small, or all alike
        if not must:
            return None
        of_them = (
            "halves of the groups"
            if groups is not None
            else f"{'halves' if n <= 2 * MOST else 'parts'} of the examples"
        )
        raise InputError(
            f"error='subsample' of {function} looks at {of_them}, and one of these cannot be measured. Got {n} examples; take "
            f"error=None, or more of them. There: {problem}"
        ) from problem
    sizes = np.array([some.size for some in drawn])
    mean = float(found.mean())
    relative = value / mean if parts.relative and mean * value > 0 else 1.0
    replicates = (found - mean) * relative * np.sqrt(sizes / (units - sizes))
    stderr = float(replicates.std(ddof=1))
    return PairError("subsample", Spread.of(value, stderr, min(DRAWS, units) - 1), replicates)
