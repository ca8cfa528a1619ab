"""PWCCA: canonical correlations weighed by how much of one representation each canonical direction accounts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy.linalg import svd

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._canonical import ERRORS, Basis, Left, basis, correlation_details, enough_examples, jackknife_error
from ._pair import Inference, pair_estimate, ready

NAME = "sim_pwcca"


@within_memory
def sim_pwcca(
    X: Any,
    Y: Any,
    *,
    weigh: Literal["first", "second"] = "first",
    error: Literal["auto", "jackknife", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Projection-weighted mean canonical correlation of two representations of the same examples.

    sum_i a_i rho_i / sum_i a_i with a_i = sum_j abs(<h_i, x_j>), where h_i are the canonical variables and x_j the centred
    features of the side that weighs [1]_. Which side weighs matters and public codes differ; here it is named.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row; n > d + p, not counting directions without variance.
    weigh : {"first", "second"}
        The side whose features weigh the correlations.
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
        value in [0, 1]; higher means more alike. details: "weights" (min(d, p),), "rho", "mean_rho", "mean_rho2", "rank_x",
        "rank_y".

    Raises
    ------
    InputError
        If n <= d + p, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Morcos, Raghu, Bengio (2018). Insights on representational similarity in neural networks with canonical
       correlation. NeurIPS 31.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 3))
    >>> Y = np.column_stack([X[:, 0], noise[:, 0]])
    >>> rs.sim_pwcca(X * [9, 1, 1], Y).value > 0.8 > rs.sim_cca(X * [9, 1, 1], Y).value
    True
    """
    options = {"weigh": weigh}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ERRORS)
    _check.choice(weigh, "weigh", NAME, ("first", "second"))
    sides = ready(X, Y, kind=Basis, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)

    def compare(first: Basis, second: Basis) -> float:
        rho, weights = _weighed(first, second, weigh)
        return float(rho @ weights)

    def left(product: np.ndarray, first: Left, second: Left) -> float:
        """Return the value of what is left: canonical variables meet the features of the side that weighs."""
        one, rho, other = svd(product, full_matrices=False, check_finite=False)
        side, turns, part = (sides[0], one.T, first) if weigh == "first" else (sides[1], other, second)
        weights = np.abs(((turns @ part.back) * side.values) @ side.turn).sum(axis=1)
        return float(np.clip(rho, 0.0, 1.0) @ weights / weights.sum())

    rho, weights = _weighed(*sides, weigh)
    return pair_estimate(
        sides,
        compare,
        function=NAME,
        value=float(rho @ weights),
        asked=asked,
        own_error=lambda by: jackknife_error(*sides, float(rho @ weights), compare=left, groups=by),
        bounds=(0.0, 1.0),
        options=options,
        details={"weights": weights, **correlation_details(rho, *sides)},
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Basis:
    """Do all that does not depend on the other side, or on the options."""
    return basis(X, name, NAME)


def _weighed(first: Basis, second: Basis, weigh: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the correlations and their weights, which add up to 1."""
    enough_examples(first, second, function=NAME, advice="Take rs.sim_svcca, or fewer dimensions (PCA).")
    left, rho, right = svd(first.directions.T @ second.directions, full_matrices=False, check_finite=False)
    side, turns = (first, left.T) if weigh == "first" else (second, right)
    weights = np.abs((turns * side.values) @ side.turn).sum(axis=1)
    return np.clip(rho, 0.0, 1.0), weights / weights.sum()
