"""Procrustes distance with units that may only change places: no rotation, a permutation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of
from ..uncertainty import Asked, JointNull
from ._crossed_null import assigned, crossed_null
from ._held import Held, held_estimate
from ._pair import Inference, ready
from ._pair_error import Parts

NAME = "sim_permutation"


@within_memory
def sim_permutation(
    X: Any,
    Y: Any,
    *,
    form: Literal["angular", "distance"] = "angular",
    centre: bool = False,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Distance between two representations after the best permutation of units.

    The narrower side is padded with zeros, and units are paired so that sum_i x_i . y_i is the largest there can be [1]_.
    Beside `sim_procrustes` it says whether single units, not the space as a whole, are alike.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    form : {"angular", "distance"}
        arccos of the cosine between the aligned sides, or the Frobenius norm of what is left.
    centre : bool
        Take the mean off every unit first.
    error : {"auto", "subsample", None}
        "subsample": over 20 random parts, half of the examples and 500 at most (with `groups`, half of the groups), that are
        the same for all values of n examples. "distance" grows with n: relative to what the
        parts read. "auto" is that.
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
        value in [0, pi] or at least 0; higher means less alike. details: "norm_x", "norm_y".

    Raises
    ------
    InputError
        If the sides are of different numbers of examples.
    DegenerateDataError
        If a side is zero (or, centred, all examples are the same).

    References
    ----------
    .. [1] Williams, Kunz, Kornblith, Linderman (2021). Generalized shape metrics on neural representations. NeurIPS 34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> rs.sim_permutation(X, 3 * X[:, ::-1]).value < 1e-7
    True
    """
    options = {"form": form, "centre": centre}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.choice(form, "form", NAME, ("angular", "distance"))

    def compare(first: Held, second: Held) -> float:
        product = first.rows["points"].T @ second.rows["points"]
        return _apart(first, second, float(assigned(product[None])[0]), form)

    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options=options,
        details={"norm_x": sides[0].fixed["norm"], "norm_y": sides[1].fixed["norm"]},
        bounds=(0.0, math.pi if form == "angular" else math.inf),
        less=True,
        parts=Parts(relative=form == "distance"),
    )


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""

    def value(first: Held, second: Held, found: np.ndarray) -> np.ndarray:
        return np.array([_apart(first, second, float(one), options["form"]) for one in found])

    return crossed_null(sides, pairs, asked=asked, rows=lambda side: side.rows["points"], reduce=assigned, value=value)


def _apart(first: Held, second: Held, shared: float, form: str) -> float:
    a, b = first.fixed["norm"], second.fixed["norm"]
    if form == "angular":
        return math.acos(min(1.0, max(-1.0, shared / (a * b))))
    return math.sqrt(max(0.0, a**2 + b**2 - 2 * shared))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    _check.choice(options["centre"], "centre", NAME, (True, False))
    source = rows_of(X, name, NAME, axis="examples")
    points = source.astype(np.float64)
    if options["centre"]:
        points -= points.mean(axis=0)
    norm = float(np.linalg.norm(points))
    if not norm > 1e-14 * float(np.abs(source).max()):
        raise DegenerateDataError(f"{name} of {NAME} must not be zero{', less its mean' if options['centre'] else ''}.")
    return Held(source, lambda rows: prepare(rows, options, name), rows={"points": points}, fixed={"norm": norm})
