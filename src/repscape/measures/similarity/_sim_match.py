"""Correlation matching: how well the units of two representations pair off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of
from ..uncertainty import Asked, JointNull
from ._crossed_null import crossed_null
from ._held import FloatArray, Held, constant, held_estimate, refuse_constant
from ._pair import Inference, ready

NAME = "sim_match"


@within_memory
def sim_match(
    X: Any,
    Y: Any,
    *,
    form: Literal["hard", "soft"] = "hard",
    absolute: bool = False,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Mean correlation of matched units.

    Which unit is like which: the correlations of all units of one side with all of the other, over the examples, are matched
    one to one or freely, and the mean is taken over the matches [1]_. A rotation changes it: it asks about the units
    themselves.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    form : {"hard", "soft"}
        "hard": every unit of the narrower side is paired with one of the other, so that the correlations add up to the most
        there can be. "soft": every unit of either side takes the best there is, as often as it likes.
    absolute : bool
        Whether a unit and its negative match.
    error : {"auto", "subsample", None}
        "subsample": over 20 random parts, half of the examples and 500 at most (with `groups`, half of the groups), that are
        the same for all values of n examples. "auto" is that.
    permutations : int
        Shuffles of the examples of Y, for p_value, chance and calibrated; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size.
    within : (n,) array, optional
        Strata: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value in [-1, 1]; higher means more alike. Chance rises with the number of units and falls with examples: read it, or
        calibrated, from permutations. details: "partner", for each unit of X the one of Y that it is matched with, -1 where
        it has none, and "correlation" of that match.

    Raises
    ------
    InputError
        If a unit is constant (it has no correlation), or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Li, Yosinski, Clune, Lipson, Hopcroft (2016). Convergent learning: do different neural networks learn the same
       representations? ICLR.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> found = rs.sim_match(X, X[:, [2, 0, 1]])
    >>> round(found.value, 9), found.details["partner"].tolist()
    (1.0, [1, 2, 0, -1, -1, -1])
    """
    options = {"form": form, "absolute": absolute}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.choice(form, "form", NAME, ("hard", "soft"))
    _check.choice(absolute, "absolute", NAME, (True, False))

    def compare(first: Held, second: Held) -> float:
        return _matched(_correlations(first, second, absolute), form)

    partner, correlation = _partners(_correlations(*sides, absolute), form)
    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options=options,
        details={"partner": partner, "correlation": correlation},
        bounds=(-1.0, 1.0),
    )


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""

    def reduce(products: FloatArray) -> FloatArray:
        found = np.clip(products, -1.0, 1.0)
        return np.array([_matched(np.abs(one) if options["absolute"] else one, options["form"]) for one in found])

    return crossed_null(
        sides, pairs, asked=asked, rows=lambda side: side.rows["units"], reduce=reduce, value=lambda a, b, found: found
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    source = rows_of(X, name, NAME, axis="examples")
    units = source.astype(np.float64)
    units -= units.mean(axis=0)
    lengths = np.linalg.norm(units, axis=0)
    refuse_constant(constant(lengths, np.abs(source).max(axis=0)), name=name, function=NAME)
    return Held(source, lambda rows: prepare(rows, options, name), rows={"units": units / lengths})


def _correlations(first: Held, second: Held, absolute: bool) -> FloatArray:
    found = np.clip(first.rows["units"].T @ second.rows["units"], -1.0, 1.0)
    return np.abs(found) if absolute else found


def _matched(correlations: FloatArray, form: str) -> float:
    if form == "soft":
        return float(correlations.max(axis=1).mean() + correlations.max(axis=0).mean()) / 2
    return float(correlations[linear_sum_assignment(correlations, maximize=True)].mean())


def _partners(correlations: FloatArray, form: str) -> tuple[FloatArray, FloatArray]:
    """Return the partner of each unit of the first side, and their correlation, NaN where there is none."""
    count = correlations.shape[0]
    mine, theirs = np.arange(count), correlations.argmax(axis=1)
    if form == "hard":
        mine, theirs = linear_sum_assignment(correlations, maximize=True)
    partner, correlation = np.full(count, -1), np.full(count, np.nan)
    partner[mine], correlation[mine] = theirs, correlations[mine, theirs]
    return partner, correlation
