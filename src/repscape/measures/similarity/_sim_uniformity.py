"""Uniformity difference: whether examples are spread equally, in two representations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of
from ._held import Held, difference_of_sides
from ._kernels import add_by_condition
from ._pair import Inference
from ._rdm import dissimilarities

NAME = "sim_uniformity"


@within_memory
def sim_uniformity(
    X: Any,
    Y: Any,
    *,
    t: float = 2.0,
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Difference between the uniformities of two representations.

    Uniformity is log of the mean of exp(-t ||x_i - x_j||^2) over all pairs of examples, each with itself among them [1]_:
    near 0 where all are close, far below where they keep apart. It knows no scale of its own: bring the sides to one first
    (rows of length 1).

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    t : float
        How fast a pair stops counting as it gets farther apart.
    error : {"auto", "influence", "subsample", None}
        "influence": from what each example does to the value, at about the price of the value.
        "subsample": over 20 random parts, half of the examples and 500 at most (with `groups`, half of the groups). "auto" is
        "influence".
    permutations : int
        0: relabelling the examples changes nothing of it, so that there is no such null; anything else is refused.
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
        value of at least 0; higher means less alike. details: "x", "y", of each side by itself.

    Raises
    ------
    InputError
        If permutations are asked for, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Wang, Isola (2020). Understanding contrastive representation learning through alignment and uniformity on the
       hypersphere. ICML 37.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> X /= np.linalg.norm(X, axis=1, keepdims=True)
    >>> rs.sim_uniformity(X, X[:, ::-1]).value < 1e-12 < rs.sim_uniformity(X, 0.1 * X).value
    True
    """
    options = {"t": t}
    asked = Inference(error, permutations, rng, groups, within)
    return difference_of_sides(X, Y, prepare, function=NAME, asked=asked, options=options, bounds=(0.0, math.inf))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Return the uniformity of one side, block by block."""
    t = _check.number(options["t"], "t", NAME, low=0, open_ends="l")
    source = rows_of(X, name, NAME, axis="examples")
    n = source.shape[0]
    near, row, column = np.zeros(n), 0, 1
    for piece in dissimilarities(source, name, NAME, metric="sqeuclidean", axis="examples").pieces():
        close = np.exp(-t * piece)
        row, column = add_by_condition(close, np.ones_like(close), close, 0.0, 0.0, row, column, near)
    total = float(near.sum()) + n
    value = math.log(total / n**2)
    influence = {"influence": n * (2 * near + 1) / total}
    return Held(source, lambda rows: prepare(rows, options, name), rows=influence, fixed={"value": value})
