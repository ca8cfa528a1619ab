"""Canonical correlation analysis: how well linear maps of two representations can be made to agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from scipy.linalg import svdvals

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import Asked, JointNull
from ._canonical import (
    ERRORS,
    Basis,
    Left,
    basis,
    correlation_details,
    correlations,
    enough_examples,
    jackknife_error,
    shares,
)
from ._crossed_null import crossed_null
from ._pair import Inference, pair_estimate, ready

NAME = "sim_cca"


@within_memory
def sim_cca(
    X: Any,
    Y: Any,
    *,
    average: Literal["rho", "rho2"] = "rho",
    ridge: float = 0.0,
    error: Literal["auto", "jackknife", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Mean canonical correlation of two representations of the same examples.

    The mean of rho_i, or of rho_i^2, over the min(d, p) canonical correlations [1]_ [2]_. Every linear direction counts the
    same, however little variance it holds.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row; n > d + p, not counting directions without variance.
    average : {"rho", "rho2"}
        "rho": mean correlation. "rho2": mean squared correlation, whose value for unrelated data is known.
    ridge : float
        Added to the diagonal of each covariance, as a multiple of its mean eigenvalue; above 0 it lifts the bound on n, and
        linear maps do change the value.
    error : {"auto", "jackknife", "subsample", None}
        "jackknife": from the values without each of 20 random parts of the examples, Student's t. "subsample": 20 random halves
        of the examples, which may be too few for so many dimensions. "auto" is "jackknife" where there are at least twice as
        many examples as dimensions on both sides together, else None.
    permutations : int
        Shuffles of the examples of Y, for p_value and chance; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size. Copies that are shuffled one by one reject a true null always.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value in [0, 1]; higher means more alike, 1 where one side is a linear image of the other. chance: max(d, p) / (n - 1)
        for "rho2" without ridge, else the mean over the shuffles. details: "rho" (min(d, p),), "mean_rho", "mean_rho2",
        "rank_x", "rank_y".

    Raises
    ------
    InputError
        If n <= d + p without ridge, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Hotelling (1936). Relations between two sets of variates. Biometrika 28.
    .. [2] Kornblith, Norouzi, Lee, Hinton (2019). Similarity of neural network representations revisited. ICML 36.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(rs.sim_cca(X, X @ [[1, 2, 0], [0, 1, 5], [3, 0, 1]]).value, 9)
    1.0
    """
    options = {"average": average, "ridge": ridge}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ERRORS)
    _check.choice(average, "average", NAME, ("rho", "rho2"))
    sides = ready(X, Y, kind=Basis, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)

    def compare(first: Basis, second: Basis) -> float:
        return float((_rho(first, second, ridge) ** (1 if average == "rho" else 2)).mean())

    def left(product: np.ndarray, *_: Left) -> float:
        return float((np.clip(svdvals(product), 0.0, 1.0) ** (1 if average == "rho" else 2)).mean())

    rho = _rho(*sides, ridge)
    details = correlation_details(rho, *sides)
    expected = max(side.rank for side in sides) / (sides[0].n - 1)
    return pair_estimate(
        sides,
        compare,
        function=NAME,
        value=details[f"mean_{average}"],
        asked=asked,
        own_error=lambda by: jackknife_error(*sides, details[f"mean_{average}"], compare=left, groups=by),
        bounds=(0.0, 1.0),
        options=options,
        details=details,
        chance=expected if average == "rho2" and ridge == 0 else None,
    )


def nulls(
    sides: Mapping[int, Basis], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; None where there are too few examples."""
    if options["ridge"] == 0 and not all(sides[i].n > sides[i].rank + sides[j].rank for i, j in pairs):
        return None
    power = 1 if options["average"] == "rho" else 2

    def reduce(products: np.ndarray) -> np.ndarray:
        found: np.ndarray = (np.clip(np.linalg.svd(products, compute_uv=False), 0.0, 1.0) ** power).mean(axis=-1)
        return found

    return crossed_null(
        sides, pairs, asked=asked, rows=lambda side: side.directions, reduce=reduce, value=lambda a, b, found: found
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Basis:
    """Do all that does not depend on the other side."""
    ridge = _check.number(options["ridge"], "ridge", NAME, low=0)
    return shrunk(basis(X, name, NAME), ridge)


def shrunk(found: Basis, ridge: float) -> Basis:
    """Let directions of little variance count for less: each by s / sqrt(s^2 + ridge * mean s^2)."""
    if ridge == 0:
        return found
    weighed, again = found.directions * shares(found.values, ridge), found.again
    return replace(found, directions=weighed, ridge=ridge, again=lambda rows: shrunk(again(rows), ridge))


def _rho(first: Basis, second: Basis, ridge: float) -> np.ndarray:
    if ridge == 0:
        enough_examples(first, second, function=NAME, advice="Take ridge=0.1, rs.sim_svcca, or fewer dimensions (PCA).")
    return correlations(first, second)
