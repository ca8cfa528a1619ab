"""What stands out of a line of values: the set that may be the highest, the set that may be the lowest, and its p.

A family is one measure, one profile, one kind of sentence. Where a family has several lines (models, sites, parts of the
examples) each line has its share of the 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from ._apart import Difference, Sample
from ._best_set import Joint, best_set, farthest
from ._simultaneous import LEVEL

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standing:
    """Which of some values may be the largest and which the smallest."""

    may_be_high: BoolArray
    """(m,)"""
    may_be_low: BoolArray
    """(m,)"""
    p_value: float
    """That any two of so many equal values would be so far apart; of several lines, times their number."""


def shared_level(lines: int) -> float:
    """Return the level of each of several lines, so that all of them together keep theirs."""
    return 1 - (1 - LEVEL) / max(lines, 1)


def standing(samples: Sequence[Sample], *, lines: int = 1) -> Standing:
    """Compare every value with every other; where one has no error nothing is told."""
    values = np.array([one.value for one in samples])
    every = np.ones(values.size, dtype=np.bool_)
    if values.size < 2 or not all(math.isfinite(one.stderr) and math.isfinite(one.value) for one in samples):
        return Standing(every, every, 1.0)
    joint = Joint.of_samples(samples, np.random.default_rng(0))
    level = shared_level(lines)
    p = joint.p_value(farthest(values, joint.apart), every)
    if p * lines > 1 - LEVEL:  # no two differ
        return Standing(every, every, min(1.0, p * lines))
    high, low = (best_set(sign * values, joint, level=level) for sign in (1, -1))
    return Standing(high, low, p * lines)


def told_apart(found: Sequence[Difference | None], *, lines: int = 1) -> list[bool]:
    """Return which of several differences are none by chance, by Holm's steps over all of them; None differs from nothing."""
    known = [(place, p_value(one)) for place, one in enumerate(found) if one is not None]
    told = [False] * len(found)
    left = len(known) * max(lines, 1)
    for place, p in sorted(known, key=lambda entry: entry[1]):
        if p * left > 1 - LEVEL:
            break
        told[place] = True
        left -= 1
    return told


def least_p(found: Sequence[Difference | None], *, lines: int = 1) -> float:
    """Return how probable the clearest of several differences is by chance, among all of them."""
    each = [p_value(one) for one in found if one is not None]
    return min(1.0, min(each) * len(each) * lines) if each else 1.0


def p_value(found: Difference) -> float:
    """Return how probable so large a difference is by chance."""
    if found.stderr == 0:
        return 1.0 if found.value == 0 else 0.0
    return float(2 * stdtr(min(found.degrees, 1e9), -abs(found.value) / found.stderr))


def holm(p_values: Sequence[float]) -> list[bool]:
    """Return which of several families hold together: their p times how many are left, from the smallest on."""
    order = np.argsort(p_values)
    held = [False] * len(p_values)
    for step, place in enumerate(order.tolist()):
        if math.isnan(p_values[place]) or p_values[place] * (len(p_values) - step) > 1 - LEVEL:
            break
        held[place] = True
    return held
