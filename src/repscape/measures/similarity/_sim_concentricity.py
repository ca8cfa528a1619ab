"""Concentricity difference: whether examples lie equally close in direction to their mean, in two representations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of, unit_rows
from ._held import FloatArray, Held, difference_of_sides
from ._pair import Inference

NAME = "sim_concentricity"


@within_memory
def sim_concentricity(
    X: Any,
    Y: Any,
    *,
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Difference between the mean cosines of the examples with their mean.

    A representation whose examples point one way has concentricity near 1, one that surrounds the origin near 0 [1]_.

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
        value in [0, 2]; higher means less alike. details: "x", "y", of each side by itself.

    Raises
    ------
    InputError
        If permutations are asked for, a row is zero, or the sides are of different numbers of examples.
    DegenerateDataError
        If the mean of a side is zero.

    References
    ----------
    .. [1] Wang, Rao, Guo, Wang, Liu, Guan (2022). Towards understanding the instability of network embedding. IEEE TKDE
       34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> rs.sim_concentricity(X + 50, X).value > 0.8
    True
    """
    options: dict[str, Any] = {}
    asked = Inference(error, permutations, rng, groups, within)
    return difference_of_sides(X, Y, prepare, function=NAME, asked=asked, options=options, bounds=(0.0, math.inf))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Return the mean cosine with the mean example."""
    source = rows_of(X, name, NAME, axis="examples")
    unit = unit_rows(source.astype(np.float64), name, NAME, centre=False)
    mean: FloatArray = source.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    if not length > 1e-14 * float(np.abs(source).max()):
        raise DegenerateDataError(f"{name} of {NAME} must have a mean with a direction: it is 0.")
    along = unit @ mean / length
    value = float(along.mean())
    # An example has its own cosine, and turns the mean that all are compared with.
    turned = (source - mean) @ (unit.mean(axis=0) - value * mean / length) / length
    influence = {"influence": along + turned}
    return Held(source, lambda rows: prepare(rows, options, name), rows=influence, fixed={"value": value})
