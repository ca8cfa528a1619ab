"""Errors of statistics that are, to first order, means of one number for each example."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._result import Curve, Estimate, normal_interval
from ._resample import Spread, replicates_of_influence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
FEW = 20
"""Below so many effective examples a number rests on few of them."""
MOMENTS = 100
"""Below so many the error of a third or fourth moment is not known: it rests on the sixth or eighth."""
LEAST_GROUPS = 8
ROUGH = 30
"""Scores of pairs and products have kurtosis 9 to 15, so that of n of them n_eff is n / 9 to n / 15: below n / 30 are few."""
LEAD = 2
"""Below so many effective parts or examples one decides; twenty normal parts fall below it in 1 of 40,000 samples."""
ResultT = TypeVar("ResultT", Estimate, Curve)
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


def by_unit(influence: FloatArray, groups: IntArray | None) -> FloatArray:
    """Return the scores of what comes and goes as one: those of the examples, or sums over their groups (n,)."""
    return influence if groups is None else np.bincount(groups, weights=influence - influence.mean()).astype(np.float64)


def few_examples(n_eff: float, units: int | None = None) -> dict[str, str]:
    """Return the option that says a number rests on few examples; nothing where it does not.

    `units`: how many examples, or groups of them, there are: of a hundred the limit is lower.
    """
    limit = FEW if units is None else min(FEW, units / ROUGH)
    return {"rests_on": "few examples"} if n_eff < limit else {}


def few_parts(replicates: FloatArray) -> dict[str, str]:
    """Return the same of a jackknife's (parts,) replicates: few examples decide where one part outweighs all others."""
    return {"rests_on": "few examples"} if effective_examples(replicates) < LEAD else {}


def marked(found: ResultT, influence: FloatArray, groups: IntArray | None = None) -> ResultT:
    """Return a result with details["n_eff"] and, where it has an error that rests on few examples, options["rests_on"].

    `influence` (n,), or (n, m) of the m values of a curve; `groups` (n,) come and go as wholes.
    """
    if isinstance(found, Estimate):
        scores = by_unit(influence, groups)
        n_eff = effective_examples(scores)
        if math.isnan(n_eff):  # nothing varies
            return found
        said = {} if found.stderr is None else few_examples(n_eff, scores.size)
        return replace(found, options={**found.options, **said}, details={**found.details, "n_eff": n_eff})
    units = [by_unit(column, groups) for column in influence.T]
    each = np.array([effective_examples(scores) for scores in units])
    places = np.array([bool(few_examples(one, scores.size)) for one, scores in zip(each, units, strict=True)])
    said = {}
    if found.stderr is not None and places.any():
        at = ", ".join(f"{x:g}" for x in found.x[places])
        said = {"rests_on": f"few examples at {found.x_name} {at}"}
    details = {**found.details, "n_eff": each, "rests_on_few": places}
    return replace(found, options={**found.options, **said}, details=details)


def heavy_tailed(value: float, influence: FloatArray, groups: IntArray | None = None) -> tuple[Spread, float]:
    """Return the error of a mean of scores that a few examples may lead, and the effective examples.

    The squares whose mean is the variance are led by the same few; their own spread leaves 2 n_eff degrees of freedom
    (Satterthwaite), and Student's t allows for it.
    """
    n_eff = effective_examples(by_unit(influence, groups))
    degrees = max(2 * n_eff, 1.0) if n_eff == n_eff else math.inf
    return Spread.of(value, influence_stderr(influence, groups), degrees), n_eff
