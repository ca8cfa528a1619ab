"""Information imbalance put to use: what one space adds to another."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ... import _check, _random
from ...errors import InputError
from ...machine import check_memory, within_memory
from .._result import Estimate, normal_interval
from ..uncertainty import Asked, IntArray, Null, exchanges, with_null, within_bounds
from ._imbalance_related import related
from ._imbalance_sums import FloatArray, all_ranks, all_squares, error_of, imbalance_of_sums

NAME = "imbalance_conditional"
WEIGHTS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)


@within_memory
def imbalance_conditional(
    X: Any,
    Z: Any,
    Y: Any,
    *,
    k: int = 1,
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""What X tells about Y beyond Z: the information imbalance of Z to Y less that of X and Z together.

    The gain is the largest over a scale of X in the joint distance d_z^2 + w^2 d_x^2 [1]_. It is a gain in distances: an X that
    is a part of Z, and so tells nothing new, gains too where it stretches Z along what Y depends on. Only of an X that has
    nothing to do with Z does a gain beyond chance say that X tells something of its own.

    Parameters
    ----------
    X, Z, Y : (n, d), (n, q) and (n, p) arrays
        What may add, what is known, and what is to be told. Each is scaled to total variance 1 for the joint distance.
    k : int in [1, n - 1]
        Neighbours over which ranks are averaged.
    permutations : int
        Relabellings of the examples of X, for p_value, chance and calibrated. They part X from Z as well as from Y, so that
        the p-value is that of "X is unrelated to Z and Y both". It is given only where X may be taken for unrelated to Z: where
        no more than a tenth of up to 199 relabellings look as related (by ranks of neighbours either way, along single
        features, by distance covariance), or where so few arrangements could not tell, all three are None and
        ``options["null"]`` says why. A relation too weak to be seen is not excluded.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and whole groups are relabelled, each as another of its
        size.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are relabelled inside their stratum only.
    rng : int or numpy Generator
        For halves and relabellings.

    Returns
    -------
    Estimate
        value: the gain, at least 0; higher means that X adds more. stderr over random halves, or without parts made of whole
        groups; None where these are too small. details: "without" and "together", the two imbalances, "weight" (w), "best", the
        gain if nothing were left to tell; with permutations "p_related", the p-value of X being unrelated to Z.

    Raises
    ------
    InputError
        If k is out of range, the sides are of different examples, or there are more permutations than arrangements.

    References
    ----------
    .. [1] Del Tatto, Fortunato, Bueti, Laio (2024). Robust inference of causality in high-dimensional dynamical processes from
       the information imbalance of distance ranks. PNAS 121.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> Y = np.random.default_rng(0).normal(size=(200, 2))
    >>> rs.imbalance_conditional(Y[:, 1:], Y[:, :1], Y).value > 0.3
    True
    """
    sides = [_check.points(side, word, NAME).astype(np.float64) for side, word in ((X, "X"), (Z, "Z"), (Y, "Y"))]
    n = len(sides[0])
    for side, word in zip(sides[1:], ("Z", "Y"), strict=True):
        _check.same_rows(n, len(side), ("X", word), NAME)
    _check.integer(k, "k", NAME, low=1, high=n - 1, why="n - 1")
    _check.integer(permutations, "permutations", NAME, low=0)
    free = exchanges(n, groups, within, function=NAME)
    orders = Asked(permutations, rng, free, NAME).orders(n) if permutations else []
    check_memory(8 * n * n * (10 if permutations else 4), f"{NAME}, for the distances of {n:,} examples,")
    x, z = (_scaled(side, word) for side, word in zip(sides[:2], ("X", "Z"), strict=True))
    gain, without, weight = _gain(x, z, sides[2], k)
    name, stderr = error_of(
        lambda rows: _gain(x[rows], z[rows], sides[2][rows], k)[0],
        n,
        value=gain,
        k=k,
        groups=free.groups,
        rng=_random.generator(rng, NAME),
    )
    found = Estimate(
        value=gain,
        n=n,
        stderr=None if name is None else stderr,
        interval=None if name is None else within_bounds(gain, normal_interval(gain, stderr), low=0.0),
        options={"k": k, "error": name, "null": None},
        details={"without": without, "together": without - gain, "weight": weight, "best": without - (k + 1) / n},
    )
    if not orders:
        return found
    seen = related(x, z, free, function=NAME)
    known = {**found.details, "p_related": seen.p_value}
    if not seen.unrelated:
        return replace(found, details=known, options={**found.options, "null": seen.reason("X", "Z")})
    ranks, own, other = all_ranks(sides[2], function=NAME), all_squares(x), all_squares(z)
    drawn = np.array([_gain_of(own[np.ix_(order, order)], other, ranks, k)[0] for order in orders])
    what = f"{permutations} relabellings of the {free.name} of X, unrelated to Z and Y both"
    return with_null(replace(found, details=known), Null.of(gain, drawn), less=False, bounds=(0.0, 2.0), name=what)


def _gain(x: FloatArray, z: FloatArray, y: FloatArray, k: int) -> tuple[float, float, float]:
    """Return the gain, the imbalance without X, and the weight that gains most."""
    return _gain_of(all_squares(x), all_squares(z), all_ranks(y, function=NAME), k)


def _gain_of(own: FloatArray, other: FloatArray, ranks: IntArray, k: int) -> tuple[float, float, float]:
    values = [imbalance_of_sums(other + w**2 * own, ranks, k) for w in WEIGHTS]
    best = int(np.argmin(values))
    return values[0] - values[best], values[0], WEIGHTS[best]


def _scaled(points: FloatArray, name: str) -> FloatArray:
    size = math.sqrt(float(points.var(axis=0).sum()))
    if not size > 0:
        raise InputError(f"{name} of {NAME} must hold points that differ.")
    return points / size
