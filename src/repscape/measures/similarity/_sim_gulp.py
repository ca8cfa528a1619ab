"""GULP: how differently the best linear predictors on two representations predict, whatever is asked of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.linalg import eigh

from ... import _check
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import centred, compact
from ..uncertainty import Asked, JointNull
from ._crossed_null import crossed_null, squares
from ._held import FloatArray, Held, held_estimate
from ._pair import Inference, ready

NAME = "sim_gulp"
ROUNDING = 1e-10  # eigenvalues below this share of the largest are none


@within_memory
def sim_gulp(
    X: Any,
    Y: Any,
    *,
    ridge: float = 0.0,
    root: bool = True,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Distance between the ridge predictors that two representations lead to, over all tasks of bounded size.

    With covariances A, B and cross-covariance C of centred sides of total variance 1, and P = (A + ridge I)^-1, Q = (B +
    ridge I)^-1, the squared distance is tr(A P A P) + tr(B Q B Q) - 2 tr(P C Q C') [1]_.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    ridge : float
        Penalty of the predictors, beside covariances of total variance 1. 0: the value depends on the canonical correlations
        alone, and n has to exceed both widths by far.
    root : bool
        The distance; False: its square, as released code returns it.
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
        value of at least 0; higher means less alike. details: "square_x", "square_y" (the first two terms) and "shared" (the
        third without its factor).

    Raises
    ------
    InputError
        If ridge is negative, the sides are of different numbers of examples, or, without a ridge, one has no more examples than
        dimensions.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Boix-Adsera, Lawrence, Stepaniants, Rigollet (2022). GULP: a prediction-based metric between representations.
       NeurIPS 35.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> rs.sim_gulp(X, X @ np.diag([1, 2, 3, 4])).value < 1e-6, round(rs.sim_gulp(X, X[:, :2]).value, 6)
    (True, 1.414214)
    """
    options = {"ridge": ridge, "root": root}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.choice(root, "root", NAME, (True, False))
    shared = _shared(*sides)

    def compare(first: Held, second: Held) -> float:
        square = max(0.0, first.fixed["square"] + second.fixed["square"] - 2 * _shared(first, second))
        return math.sqrt(square) if root else square

    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options=options,
        details={"square_x": sides[0].fixed["square"], "square_y": sides[1].fixed["square"], "shared": shared},
        bounds=(0.0, math.inf),
        less=True,
    )


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""

    def value(first: Held, second: Held, found: FloatArray) -> FloatArray:
        square = first.fixed["square"] + second.fixed["square"] - 2 * found / first.n**2
        cut: FloatArray = np.maximum(square, 0.0)
        return np.sqrt(cut) if options["root"] else cut

    rows: Any = {"rows": lambda side: side.rows["whitened"], "reduce": squares}
    return crossed_null(sides, pairs, asked=asked, value=value, **rows)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side: the points times (A + ridge I)^-1/2."""
    ridge = _check.number(options["ridge"], "ridge", NAME, low=0)
    found = centred(X, name, NAME, precision="float64")
    thin = compact(found)
    points = thin.block(0, thin.n)
    points *= math.sqrt(found.n) / float(np.linalg.norm(points))
    variances, vectors = eigh(points.T @ points / found.n, check_finite=False)
    kept = variances > ROUNDING * variances[-1]
    variances, vectors = variances[kept], vectors[:, kept]
    if ridge == 0 and variances.size >= found.n - 1:
        raise InputError(
            f"{name} of {NAME} must have more examples than dimensions: with {variances.size} dimensions of {found.n} examples "
            "every prediction can be made, and distances say nothing. Take ridge=0.1, fewer dimensions (PCA), or more examples."
        )
    whitened: FloatArray = points @ (vectors / np.sqrt(variances + ridge))
    fixed = {"square": float(((variances / (variances + ridge)) ** 2).sum())}
    return Held(found.source, lambda rows: prepare(rows, options, name), rows={"whitened": whitened}, fixed=fixed)


def _shared(first: Held, second: Held) -> float:
    """Return tr(P C Q C')."""
    product = first.rows["whitened"].T @ second.rows["whitened"] / first.n
    return float(np.vdot(product, product))
