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
from ..points import IntArray, rows_of
from ..uncertainty import Asked, JointNull, Null, some_examples, surplus_of_pairs
from ._held import FloatArray, Held, held_estimate
from ._joint_null import Flat, Pair, joint_null
from ._pair import Inference, ready
from ._pair_error import PairError, error_by_influence
from ._rdm import dissimilarities

NAME = "sim_distance_correlation"
LEAST = 4


@within_memory
def sim_distance_correlation(
    X: Any,
    Y: Any,
    *,
    estimator: Literal["biased", "unbiased"] = "biased",
    error: Literal["auto", "influence", "subsample"] | None = "auto",
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
    error : {"auto", "influence", "subsample", None}
        "influence": from what each example does to the value, less what the two examples of a pair count twice, at about the
        price of the value. "subsample": over 20 random parts, half of the examples and 500 at most (with `groups`, half of the
        groups). "auto" is "influence".
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
    asked.check(NAME, ("auto", "influence", "subsample", None))
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
        own_error=lambda by: _error(*sides, groups=by),
    )


def _error(first: Held, second: Held, *, groups: IntArray | None) -> PairError:
    """Return the error from what each example, with all its distances, adds to the ratio, less what pairs count twice."""
    a, b, n = first.grids["away"], second.grids["away"], first.n
    value = _correlation(first, second)
    ratio = value if first.fixed["unbiased"] else value**2
    slope = 1.0 if first.fixed["unbiased"] else 1 / (2 * value) if value > 0 else 0.0
    products = [np.einsum("ij,ij->i", *two) for two in ((a, b), (a, a), (b, b))]
    alone = [one.diagonal() * other.diagonal() for one, other in ((a, b), (a, a), (b, b))]
    both, x, y = (product - own / 2 for product, own in zip(products, alone, strict=True))
    influence = 2 * n * (both - ratio / 2 * (x + y))
    rows = some_examples(n, groups)
    k, m = a[np.ix_(rows, rows)], b[np.ix_(rows, rows)]
    h, levels = k * m - ratio / 2 * (k**2 + m**2), influence[rows] / (2 * n * (n - 1))
    units, code = (n, None) if groups is None else (int(groups.max()) + 1, groups[rows])
    twice = slope**2 * surplus_of_pairs(h, levels, n=units, groups=code)
    return error_by_influence("influence", value, slope * influence, extra=-twice, groups=groups)


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
