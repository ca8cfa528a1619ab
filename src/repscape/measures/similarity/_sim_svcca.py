"""SVCCA: canonical correlations between the leading principal directions of two representations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.linalg import svdvals

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import Asked, JointNull
from ._canonical import ERRORS, Basis, Left, basis, correlation_details, correlations, enough_examples, jackknife_error
from ._crossed_null import crossed_null
from ._pair import Inference, pair_estimate, ready

NAME = "sim_svcca"


@within_memory
def sim_svcca(
    X: Any,
    Y: Any,
    *,
    variance: float = 0.99,
    error: Literal["auto", "jackknife", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Mean canonical correlation between the principal directions that hold most of the variance of each side.

    Each side is first cut to its leading principal directions, as few as hold the share `variance` of the variance, that is
    of the SQUARED singular values [1]_ (public code that sums the singular values themselves keeps more directions).

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row; n must exceed the number of directions kept on both sides.
    variance : float in (0, 1]
        Share of the variance that is kept.
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
        value in [0, 1], the mean over the smaller number of directions; higher means more alike. details: "rho", "mean_rho",
        "mean_rho2", "rank_x" and "rank_y" (directions kept).

    Raises
    ------
    InputError
        If n does not exceed the directions kept, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Raghu, Gilmer, Yosinski, Sohl-Dickstein (2017). SVCCA. NeurIPS 30.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3)) * [5, 5, 0.1]
    >>> found = rs.sim_svcca(X, X[:, :2] @ [[1, 2], [-2, 1]])
    >>> round(found.value, 9), found.details["rank_x"]
    (1.0, 2)
    """
    options = {"variance": variance}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ERRORS)
    sides = ready(X, Y, kind=Basis, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)
    rho = _rho(*sides)
    return pair_estimate(
        sides,
        lambda first, second: float(_rho(first, second).mean()),
        function=NAME,
        value=float(rho.mean()),
        asked=asked,
        own_error=lambda by: jackknife_error(*sides, float(rho.mean()), compare=_left, groups=by),
        bounds=(0.0, 1.0),
        options=options,
        details=correlation_details(rho, *sides),
    )


def nulls(
    sides: Mapping[int, Basis], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; None where there are too few examples."""
    if not all(sides[i].n > sides[i].rank + sides[j].rank for i, j in pairs):
        return None

    def reduce(products: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.clip(np.linalg.svd(products, compute_uv=False), 0.0, 1.0).mean(axis=-1)
        return found

    return crossed_null(
        sides, pairs, asked=asked, rows=lambda side: side.directions, reduce=reduce, value=lambda a, b, found: found
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Basis:
    """Do all that does not depend on the other side."""
    share = _check.number(options["variance"], "variance", NAME, low=0, high=1, open_ends="l")
    return basis(X, name, NAME, variance=share)


def _left(product: np.ndarray, first: Left, second: Left) -> float:
    """Return the mean over the smaller number of directions of what is left."""
    return float(svdvals(product).sum()) / max(min(first.count, second.count), 1.0)


def _rho(first: Basis, second: Basis) -> np.ndarray:
    enough_examples(first, second, function=NAME, advice="Take a smaller variance, or more examples.")
    return correlations(first, second)
