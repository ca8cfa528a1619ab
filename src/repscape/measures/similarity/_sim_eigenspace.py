"""Eigenspace overlap: how much of the space that the units of one representation span lies in that of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.linalg import svd

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of
from ..uncertainty import Asked, JointNull
from ._crossed_null import crossed_null, squares
from ._held import FloatArray, Held, held_estimate
from ._pair import Inference, ready

NAME = "sim_eigenspace"


@within_memory
def sim_eigenspace(
    X: Any,
    Y: Any,
    *,
    per: Literal["rank", "columns"] = "rank",
    centre: bool = False,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Overlap of the spaces that two representations span among the examples.

    ||U'V||_F^2 / max(r_x, r_y) for orthonormal bases U and V of the columns of X and Y [1]_. Every direction counts alike,
    however little it varies, and n has to exceed both ranks by far: two spaces of n / 2 dimensions overlap by half.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    per : {"rank", "columns"}
        What the overlap is a share of: the larger rank of the two sides, or the larger number of units, as released code has
        it.
    centre : bool
        Take the mean off every unit first.
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
        value in [0, 1]; higher means more alike. chance: r_x r_y / (n max(r_x, r_y)) by relabelling of spaces that the mean
        is no part of; from permutations otherwise. details: "rank_x", "rank_y".

    Raises
    ------
    InputError
        If a side has as many dimensions as examples, or the sides are of different numbers of examples.
    DegenerateDataError
        If a side is zero (or, centred, all examples are the same).

    References
    ----------
    .. [1] May, Zhang, Dao, Re (2019). On the downstream performance of compressed word embeddings. NeurIPS 32.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> round(rs.sim_eigenspace(X, X @ np.diag([1, 2, 3, 9])).value, 9), round(rs.sim_eigenspace(X, X[:, :2]).value, 9)
    (1.0, 0.5)
    """
    options = {"per": per, "centre": centre}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.choice(per, "per", NAME, ("rank", "columns"))

    def compare(first: Held, second: Held) -> float:
        a, b = first.rows["basis"], second.rows["basis"]
        return min(1.0, float(np.linalg.norm(a.T @ b)) ** 2 / _widest(first, second, per))

    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options=options,
        details={"rank_x": sides[0].rows["basis"].shape[1], "rank_y": sides[1].rows["basis"].shape[1]},
        bounds=(0.0, 1.0),
    )


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""

    def value(first: Held, second: Held, found: FloatArray) -> FloatArray:
        return np.minimum(1.0, found / _widest(first, second, options["per"]))

    rows: Any = {"rows": lambda side: side.rows["basis"], "reduce": squares}
    return crossed_null(sides, pairs, asked=asked, value=value, **rows)


def _widest(first: Held, second: Held, per: str) -> float:
    held = [side.rows["basis"] if per == "rank" else side.source for side in (first, second)]
    return float(max(array.shape[1] for array in held))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side: an orthonormal basis of the columns."""
    _check.choice(options["centre"], "centre", NAME, (True, False))
    source = rows_of(X, name, NAME, axis="examples")
    points = source.astype(np.float64)
    if options["centre"]:
        points -= points.mean(axis=0)
    left, singular, _ = svd(points, full_matrices=False, check_finite=False)
    kept = singular > singular[0] * max(points.shape) * np.finfo(np.float64).eps
    if not singular[0] > 1e-14 * float(np.abs(source).max()):
        raise DegenerateDataError(f"{name} of {NAME} must not be zero{', less its mean' if options['centre'] else ''}.")
    basis: FloatArray = left[:, kept]
    whole = source.shape[0] - int(options["centre"])
    if basis.shape[1] >= whole:
        raise InputError(
            f"{name} of {NAME} must have more examples than dimensions: with {basis.shape[1]} dimensions of {source.shape[0]} "
            "examples it spans all there is, as any other would. Take fewer dimensions (PCA), or more examples."
        )
    return Held(source, lambda rows: prepare(rows, options, name), rows={"basis": basis})
