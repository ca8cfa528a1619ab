"""Magnitude difference: whether two representations lie equally far from the origin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of
from ._held import FloatArray, Held, difference_of_sides
from ._pair import Inference

NAME = "sim_magnitude"


@within_memory
def sim_magnitude(
    X: Any,
    Y: Any,
    *,
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Difference between the lengths of the mean examples of two representations.

    ``| norm(mean of X) - norm(mean of Y) |``, in the units of the representations [1]_. Whether single examples go together
    is not asked.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
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
    .. [1] Wang, Rao, Guo, Wang, Liu, Guan (2022). Towards understanding the instability of network embedding. IEEE TKDE
       34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.full((3, 2), 3.0) + [[1, 0], [0, 0], [-1, 0]]
    >>> round(rs.sim_magnitude(X, 2 * X, error=None).value, 6)  # 3 sqrt(2)
    4.242641
    """
    options: dict[str, Any] = {}
    asked = Inference(error, permutations, rng, groups, within)
    return difference_of_sides(X, Y, prepare, function=NAME, asked=asked, options=options, bounds=(0.0, math.inf))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Return the length of the mean example."""
    source = rows_of(X, name, NAME, axis="examples")
    mean: FloatArray = source.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    influence = {"influence": source @ mean / length if length > 0 else np.zeros(len(source))}
    return Held(source, lambda rows: prepare(rows, options, name), rows=influence, fixed={"value": length})
