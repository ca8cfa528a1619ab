"""Outputs of two networks on the same examples: what measures of behaviour share, and what unrelated outputs read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from ... import _check
from ...errors import InputError
from .._result import Estimate
from ..points import IntArray, rows_of
from ..uncertainty import Null, Spread
from ._held import Held
from ._pair import Inference, pair_estimate
from ._pair_error import PairError, error_by_influence

FloatArray = npt.NDArray[np.float64]
Outputs = Literal["scores", "probabilities"]
PerExample = Callable[[Held, Held], FloatArray]
LOOSE = 1e-4
"""How far the probabilities of an example may add up from 1: float16 outputs do."""


def held_outputs(
    X: Any, outputs: str, *, name: str, function: str, again: Callable[[npt.NDArray[Any]], Held]
) -> tuple[npt.NDArray[Any], FloatArray, Callable[[npt.NDArray[Any]], Held]]:
    """Return the checked rows, the probability of every class, and what prepares other rows."""
    _check.choice(outputs, "outputs", function, ("scores", "probabilities"))
    source = rows_of(X, name, function, axis="examples")
    if source.shape[1] < 2:
        raise InputError(
            f"{name} of {function} must have a column for each of at least 2 classes. Got shape {source.shape}; a single "
            "probability p is np.column_stack([1 - p, p])."
        )
    given = source.astype(np.float64)
    if outputs == "scores":
        return source, np.asarray(softmax(given, axis=1)), again
    sums = given.sum(axis=1)
    wrong = np.flatnonzero((given.min(axis=1) < 0) | (np.abs(sums - 1) > LOOSE))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"{name} of {function} must hold probabilities with outputs='probabilities': none below 0, rows adding up to 1. "
            f"Row {row} has {given[row].min():.3g} as its least and adds up to {sums[row]:.6g}; logits go with "
            "outputs='scores'."
        )
    return source, given / sums[:, None], again


def outputs_estimate(  # house: the comparison, and all that a result says of it
    sides: tuple[Held, Held],
    per_example: PerExample,
    *,
    function: str,
    asked: Inference,
    options: Mapping[str, Any],
    details: Mapping[str, Any],
    best: float,
    closed: Callable[[], Null | None],
    interval: Callable[[float, int], tuple[float, float]] | None = None,
) -> Estimate:
    """Return the mean over examples, with its error, its null and the examples' own values.

    `interval` gives, of a mean and a number of examples, a better interval than the normal one, where nothing is grouped.
    """
    asked.check(function, ("auto", "influence", "subsample", None))
    first, second = sides
    _check.same_rows(first.n, second.n, ("X", "Y"), function)
    widths = first.source.shape[1], second.source.shape[1]
    if widths[0] != widths[1]:
        raise InputError(
            f"X and Y of {function} must have a column for each of the same classes, in one order. Got {widths[0]} and "
            f"{widths[1]} columns; it compares outputs, and no hidden layers."
        )
    values = per_example(first, second)
    value = float(values.mean())

    def error(groups: IntArray | None) -> PairError | None:
        if first.n < 2:
            return None
        found = error_by_influence("influence", value, values - value, groups=groups)
        if groups is None and interval is not None:
            return replace(found, spread=Spread(found.spread.stderr, interval(value, first.n)))
        return found

    found = pair_estimate(
        sides,
        lambda a, b: float(per_example(a, b).mean()),
        function=function,
        value=value,
        asked=asked,
        options=options,
        details=details,
        own_error=error,
        bounds=(0.0, best),
        closed=closed,
        less=True,
    )
    return replace(found, per_point=values)


def null_of_costs(costs: FloatArray, first: FloatArray, second: FloatArray) -> Null:
    """Return the null of a mean of costs[kind, kind'] when the examples of one side are relabelled freely.

    `first` and `second` say how many examples of either side are of each kind. Mean and spread are those of a sum over a random
    permutation (Hoeffding 1951), which hold whatever the data.
    """
    n = float(first.sum())
    rows, columns = costs @ second / n, first @ costs / n
    mean = float(first @ rows) / n
    away = costs - rows[:, None] - columns + mean
    variance = float(first @ (away**2) @ second) / (n - 1) / n**2
    return Null.of_moments(mean, math.sqrt(max(0.0, variance)), less=True)
