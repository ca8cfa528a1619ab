"""Distance correlation: whether distances in one representation go with distances in another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.spatial.distance import squareform

from ... import _check
from ...errors import DegenerateDataError
from ...machine import check_memory, within_memory
from .._result import Estimate
from ..points import rows_of
from ..uncertainty import Asked, JointNull, Null
from ._held import FloatArray, Held, held_estimate
from ._joint_null import Flat, Pair, joint_null
from ._pair import Inference, ready
from ._rdm import dissimilarities

NAME = "sim_distance_correlation"
LEAST = 4


@within_memory
def sim_distance_correlation(
    X: Any,
    Y: Any,
    *,
    estimator: Literal["biased", "unbiased"] = "biased",
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Distance correlation of two representations of the same examples.

    The distances of every two examples are centred in rows and columns; their inner product over that of each side with
    itself is 0 for independent representations alone, of whatever kind the dependence is [1]_.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    estimator : {"biased", "unbiased"}
        "biased": the square root of the ratio of distance covariances of centred distances; unrelated representations of many
        units come out far above 0. "unbiased": the ratio itself, of the unbiased estimates, 0 on average for unrelated ones
        and at times slightly negative.
    error : {"auto", "subsample", None}
        "subsample": over 20 random halves of the examples (with `groups`, without parts made of whole groups). "auto" is that
        up to 300 examples, else None, since it costs ten times the value.
    permutations : int
        Shuffles of the examples of Y, for p_value, chance and calibrated; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size.
    within : (n,) array, optional
        Strata: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the halves and the shuffles.

    Returns
    -------
    Estimate
        value in [0, 1], of "unbiased" in [-1, 1]; higher means more alike. chance: 0 for "unbiased", whose null has standard
        deviation sqrt(2 / (n (n - 3))), else from permutations.

    Raises
    ------
    InputError
        If the sides are of different numbers of examples, or n is below 4.
    DegenerateDataError
        If all examples of a side are equally far from each other.

    References
    ----------
    .. [1] Szekely, Rizzo, Bakirov (2007). Measuring and testing dependence by correlation of distances. Annals of
       Statistics 35.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 30))
    >>> round(rs.sim_distance_correlation(X, 2 * X).value, 9)
    1.0
    >>> rs.sim_distance_correlation(X, noise).value > 0.4
    True
    >>> abs(rs.sim_distance_correlation(X, noise, estimator="unbiased").value) < 0.1
    True
    """
    options = {"estimator": estimator}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.choice(estimator, "estimator", NAME, ("biased", "unbiased"))
    unbiased = estimator == "unbiased"

    def closed() -> Null:
        return Null.of_moments(*_moments(*sides))

    return held_estimate(
        sides,
        _correlation,
        function=NAME,
        asked=asked,
        options=options,
        bounds=(-1.0 if unbiased else 0.0, 1.0),
        closed=closed if unbiased else None,
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side: distances, centred and scaled."""
    unbiased = _check.choice(options["estimator"], "estimator", NAME, ("biased", "unbiased")) == "unbiased"
    source = rows_of(X, name, NAME, axis="examples")
    n = _check.integer(source.shape[0], "the number of examples", NAME, low=LEAST)
    check_memory(16 * n**2, f"{NAME}, for the distances of {n:,} examples,")
    pieces = dissimilarities(source, name, NAME, metric="euclidean", axis="examples").pieces()
    away = squareform(np.concatenate(list(pieces)))
    sums = away.sum(axis=1)
    if unbiased:
        away += sums.sum() / ((n - 1) * (n - 2)) - sums / (n - 2) - sums[:, None] / (n - 2)
        np.fill_diagonal(away, 0.0)
    else:
        away += sums.sum() / n**2 - sums / n - sums[:, None] / n
    norm = float(np.linalg.norm(away))
    if not norm > 1e-12 * max(1e-300, float(sums.max())):
        raise DegenerateDataError(
            f"{name} of {NAME} must hold points at different distances: all {n} are equally far apart."
        )
    fixed = {"unbiased": unbiased}
    return Held(source, lambda rows: prepare(rows, options, name), grids={"away": away / norm}, fixed=fixed)


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[Pair], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; of many examples the root of the biased form has none."""
    some = next(iter(sides.values()))
    if not some.fixed["unbiased"] and asked.rows(some.n) is not None:
        return None
    found = joint_null(
        sides,
        pairs,
        n=some.n,
        asked=asked,
        flatten=_flat,
        moments=_moments,
        reduced=lambda side, rows: side.subset(rows),
        weights=lambda side: (side.grids["away"] ** 2).sum(axis=1),
    )
    if found is None or some.fixed["unbiased"]:
        return found
    return JointNull(np.sqrt(np.maximum(found.values, 0.0)), found.name)


def _flat(side: Held) -> Flat:
    away = side.grids["away"]
    return Flat(math.sqrt(2.0) * away[np.triu_indices(side.n, 1)], away.diagonal().copy())


def _moments(first: Held, second: Held) -> tuple[float, float]:
    del second
    return 0.0, math.sqrt(2 / (first.n * (first.n - 3)))


def _correlation(first: Held, second: Held) -> float:
    a: FloatArray = first.grids["away"]
    product = min(1.0, float(np.vdot(a, second.grids["away"])))
    return product if first.fixed["unbiased"] else math.sqrt(max(0.0, product))
