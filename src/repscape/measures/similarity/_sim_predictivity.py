"""Linear predictivity: how well units are predicted from another representation, on unseen examples, and how well at best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.linalg import eigh

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import centred, compact
from ..uncertainty import Asked, JointNull
from ._held import FloatArray, Held, constant, held_estimate, refuse_constant
from ._joint_null import side_by_side
from ._pair import Inference, ready

NAME = "sim_predictivity"


@within_memory
def sim_predictivity(
    X: Any,
    Y: Any,
    *,
    folds: int = 5,
    ridge: float = 0.01,
    summary: Literal["mean", "median"] = "mean",
    responses: Sequence[Any] | None = None,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Correlation of units with their ridge predictions from another representation, on held-out examples.

    As brain scores have it [1]_: every unit of Y is predicted from X, the held-out predictions of all folds are correlated
    with what it did, and the units are averaged. X -> Y and Y -> X differ, and both are told.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    folds : int in [2, n]
        Random parts of nearly equal size; each is held out once.
    ridge : float above 0
        Penalty as a multiple of the mean eigenvalue of the training covariance.
    summary : {"mean", "median"}
        Over the units of Y.
    responses : sequence of (n, p) arrays, optional
        Repeated measurements of Y, as of neurons: they say how well any model could predict (the noise ceiling). Y should be
        their mean.
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
        value in [-1, 1]; higher means that X tells more about the units of Y. A constant prediction counts 0. details:
        "by_unit" (p,); "reverse", Y -> X, over the units of X that vary, and "reverse_left_out", how many are constant; with
        `responses` "ceiling_by_unit", the square root of the split-half reliability over all halvings (at most 20, corrected to
        all repeats), "ceiling" and "normalised", the value of each unit over its ceiling, averaged over the units whose ceiling
        is above 0.

    Raises
    ------
    InputError
        If options are out of range, responses are of unequal shapes or fewer than two, a unit of Y is constant, or the sides
        are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Schrimpf, Kubilius, Hong, Majaj, Rajalingham, Issa, Kar, Bashivan, Prescott-Roy, Geiger, Schmidt, Yamins,
       DiCarlo (2018). Brain-Score: which artificial neural network for object recognition is most brain-like? bioRxiv 407007.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 4))
    >>> found = rs.sim_predictivity(X, X[:, :2] + noise[:, :2])
    >>> 0.6 < found.value < 0.8, found.details["reverse"] < found.value
    (True, True)
    """
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**32))  # both sides are cut into the same folds
    options = {"folds": folds, "ridge": ridge, "summary": summary}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    _check.choice(summary, "summary", NAME, ("mean", "median"))
    sides = ready(X, Y, kind=Held, prepare=prepare, options={**options, "rng": rng})
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)
    over = np.mean if summary == "mean" else np.median
    by_unit = _correlations(sides[0], _predicted(sides[1]))
    flat = sides[0].fixed["flat"]
    details: dict[str, Any] = {
        "by_unit": by_unit,
        "reverse": float(over(_correlations(sides[1], sides[0].rows["units"][:, ~flat]))),
        "reverse_left_out": int(flat.sum()),
    }
    if responses is not None:
        details |= _ceiling(responses, by_unit, over)
    return held_estimate(
        sides,
        lambda first, second: float(over(_correlations(first, _predicted(second)))),
        function=NAME,
        asked=asked,
        options=options,
        details=details,
        bounds=(-1.0, 1.0),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    found = centred(X, name, NAME, precision="float64")
    folds = _check.integer(options["folds"], "folds", NAME, low=2, high=found.n, why="n")
    ridge = _check.number(options["ridge"], "ridge", NAME, low=0, open_ends="l")
    units = found.block(0, found.n)
    flat = constant(np.linalg.norm(units, axis=0), np.abs(found.source).max(axis=0))
    thin = compact(found)
    points = thin.block(0, thin.n)
    parts = np.array_split(_random.generator(options["rng"], NAME).permutation(found.n), folds)
    maps = [_inverse(points, np.setdiff1d(np.arange(found.n), part), ridge) for part in parts]
    fixed = {"parts": parts, "maps": maps, "points": points, "flat": flat}
    return Held(found.source, lambda rows: prepare(rows, options, name), rows={"units": units}, fixed=fixed)


def _predicted(second: Held) -> FloatArray:
    """Return the units that are predicted; each must vary. Of the side that predicts any may be constant, as dead units are."""
    refuse_constant(second.fixed["flat"], name="Y", function=NAME)
    return second.rows["units"]


def _inverse(points: FloatArray, learned: Any, ridge: float) -> FloatArray:
    away = points[learned] - points[learned].mean(axis=0)
    values, vectors = eigh(away.T @ away, check_finite=False)
    values = np.maximum(values, 0.0)
    inverse: FloatArray = (vectors / (values + ridge * values.mean())) @ vectors.T
    return inverse


def _correlations(first: Held, units: FloatArray) -> FloatArray:
    """Return the correlation of each of the units (n, p) with its held-out prediction from the first side."""
    points = first.fixed["points"]
    predicted = np.empty_like(units)
    for part, inverse in zip(first.fixed["parts"], first.fixed["maps"], strict=True):
        learned = np.setdiff1d(np.arange(first.n), part)
        mean_x, mean_y = points[learned].mean(axis=0), units[learned].mean(axis=0)
        weights = inverse @ ((points[learned] - mean_x).T @ (units[learned] - mean_y))
        predicted[part] = (points[part] - mean_x) @ weights + mean_y
    return _correlation(predicted, units)


def _correlation(a: FloatArray, b: FloatArray) -> FloatArray:
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    lengths = np.linalg.norm(a, axis=0) * np.linalg.norm(b, axis=0)
    found: FloatArray = np.where(lengths > 0, (a * b).sum(axis=0) / np.where(lengths > 0, lengths, 1.0), 0.0)
    return np.clip(found, -1.0, 1.0)


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    over = np.mean if options["summary"] == "mean" else np.median
    return side_by_side(
        sides,
        pairs,
        asked,
        columns=lambda side: side.rows["units"],  # a pair that is refused fails by itself, and takes no other with it
        by_column=lambda side, wide: _correlations(side, wide)[None],
        value=lambda part: float(over(part)),
    )


def _ceiling(responses: Sequence[Any], by_unit: FloatArray, over: Any) -> dict[str, Any]:
    """Return the noise ceiling that repeated measurements set."""
    arrays = [np.asarray(one, dtype=np.float64) for one in responses]
    shapes = {one.shape for one in arrays}
    if len(arrays) < 2 or len(shapes) > 1 or any(one.ndim != 2 or one.shape[1] != by_unit.size for one in arrays):
        said = ", ".join(map(str, [one.shape for one in arrays][:4]))
        raise InputError(
            f"responses of {NAME} must be two or more arrays of one shape, (n, {by_unit.size}): every example measured equally "
            f"often. Got {len(arrays)} of shapes {said}. Where repeats are unequal, leave the surplus out, or take their mean."
        )
    _check.finite(np.stack(arrays), "responses", NAME)
    source, found = _random.generator(0, NAME), []
    for _ in range(20):
        order = source.permutation(len(arrays))
        halves = [np.mean([arrays[i] for i in order[part::2]], axis=0) for part in (0, 1)]
        half = np.maximum(_correlation(*halves), 0.0)
        found.append(2 * half / (1 + half))  # Spearman and Brown: of all repeats, not of half
    ceiling = np.sqrt(np.mean(found, axis=0))
    known = ceiling > 0
    normalised = float(over(by_unit[known] / ceiling[known])) if known.any() else math.nan
    return {"ceiling_by_unit": ceiling, "ceiling": float(over(ceiling)), "normalised": normalised}
