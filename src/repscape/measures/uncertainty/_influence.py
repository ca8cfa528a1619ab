"""Errors of statistics that are, to first order, means of one number for each example."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._result import normal_interval
from ._resample import Spread, replicates_of_influence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
FEW = 20
"""Below so many effective examples a number rests on few of them."""
MOMENTS = 100
"""Below so many the error of a third or fourth moment is not known: it rests on the sixth or eighth."""
LEAST_GROUPS = 8
SINGLE = ("model", "naive", "sandwich")  # errors that take examples for single ones


def error_groups(groups: Any, n: int, *, error: str | None, function: str, name: str = "groups") -> IntArray | None:
    """Return the (n,) code of groups that come and go together, for an error over them; None where there are none."""
    if groups is None:
        return None
    names, code = _check.codes(groups, name, function, n=n)
    if names.size < LEAST_GROUPS:
        raise InputError(
            f"{name} of {function} must be {LEAST_GROUPS} at least, for an error over them. Got {names.size}."
        )
    if error in SINGLE:
        raise InputError(f"error={error!r} of {function} takes points for single ones. Take error='auto' with {name}.")
    return code


def spread_by_influence(
    value: float, influence: FloatArray, *, stderr: float | None = None, groups: IntArray | None = None
) -> dict[str, Any]:
    """Return stderr, interval and replicates of an Estimate from the (n,) influence of each example.

    `stderr`: the standard error, where sd(influence) / sqrt(n) is known to be another. `groups` (n,): examples that come and go
    together.
    """
    if stderr is None:
        stderr = influence_stderr(influence, groups)
    return {
        "stderr": stderr,
        "interval": normal_interval(value, stderr),
        "replicates": replicates_of_influence(by_group(influence, groups), stderr=stderr),
    }


def influence_stderr(influence: FloatArray, groups: IntArray | None = None) -> float:
    """Return the standard error of the mean of influence (n,), whose `groups` (n,), if any, come and go as wholes."""
    n = influence.size
    if groups is None:
        return float(influence.std(ddof=1)) / math.sqrt(n)
    sums = np.bincount(groups, weights=influence - influence.mean())
    return math.sqrt(sums.size / max(sums.size - 1, 1) * float(sums @ sums)) / n


def by_group(influence: FloatArray, groups: IntArray | None) -> FloatArray:
    """Return influence (n,) with that of each group, centred, at its first example and 0 at the others.

    Its sum, standard error and replicates are those of examples that come and go by whole groups.
    """
    if groups is None:
        return influence
    sums = np.bincount(groups, weights=influence - influence.mean())
    whole = np.zeros(influence.size)
    whole[np.unique(groups, return_index=True)[1]] = sums
    return whole


def effective_examples(influence: FloatArray) -> float:
    """Return (sum s^2)^2 / sum s^4 of the centred scores s: on how many examples the error, and so the value, rests.

    n / 3 for normal scores; few where a handful of examples decides. NaN where nothing varies.
    """
    centred = influence - influence.mean()
    largest = float(np.abs(centred).max(initial=0.0))
    if largest == 0:
        return math.nan
    squares = (centred / largest) ** 2
    return float(squares.sum() ** 2 / (squares**2).sum())


def few_examples(n_eff: float) -> dict[str, str]:
    """Return the option that says a number rests on few examples; nothing where it does not."""
    return {"rests_on": "few examples"} if n_eff < FEW else {}


def heavy_tailed(value: float, influence: FloatArray, groups: IntArray | None = None) -> tuple[Spread, float]:
    """Return the error of a mean of scores that a few examples may lead, and the effective examples.

    The squares whose mean is the variance are led by the same few; their own spread leaves 2 n_eff degrees of freedom
    (Satterthwaite), and Student's t allows for it.
    """
    whole = influence
    if groups is not None:
        whole = np.bincount(groups, weights=influence - influence.mean()).astype(np.float64)
    n_eff = effective_examples(whole)
    degrees = max(2 * n_eff, 1.0) if n_eff == n_eff else math.inf
    return Spread.of(value, influence_stderr(influence, groups), degrees), n_eff
