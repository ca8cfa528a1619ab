"""Information imbalance put to use: which features tell about a space, and what one space adds to another.

Distances over a set of features are sums of squares over single ones, so that a set grows by one feature at the price of one
more sum. Matrices of n x n are held: a few thousand examples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import InputError
from ...graph import neighbor_ranks
from ...machine import check_memory, within_memory
from .._result import Curve, Estimate, normal_interval
from ..uncertainty import DRAWS, Null, exchanges, shuffles, subsample_error, with_null, within_bounds

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SELECT, CONDITIONAL = "imbalance_select", "imbalance_conditional"


@dataclass(frozen=True, slots=True)
class Selection:
    """Features in the order in which they were taken.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> found = rs.imbalance_select(X, X[:, [1]], most=2)
    >>> found.features[0], len(found.features)
    (1, 2)
    """

    features: tuple[int, ...]
    """Columns of X."""
    curve: Curve
    """Imbalance of the first 1, 2, ... of them to Y, with errors over examples."""
    p_values: FloatArray
    """(m,) share of relabellings of the candidates that do as well: whether the last one adds to those before it; NaN without
    permutations."""


@within_memory
def imbalance_select(
    X: Any,
    Y: Any,
    *,
    k: int = 1,
    most: int | None = None,
    standardise: bool = True,
    permutations: int = 0,
    rng: int | np.random.Generator = 0,
) -> Selection:
    """Take features one after another, each the one that lowers the information imbalance to Y the most.

    Parameters
    ----------
    X : (n, d) array
        Candidates.
    Y : (n, p) array
        What is to be told, Euclidean.
    k : int in [1, n - 1]
        Neighbours over which ranks are averaged.
    most : int, optional
        Features taken; None: all.
    standardise : bool
        Bring every feature to variance 1 first: distances add their squares up.
    permutations : int
        Relabellings of each feature taken, for its p-value. The best of d candidates was taken, so that the p-values are those
        of the best of d relabelled candidates too: each relabelling moves all candidates alike.
    rng : int or numpy Generator
        For halves and relabellings.

    Returns
    -------
    Selection
        .features, .curve (value (k + 1) / n at best, 1 by chance; stderr over random halves), .p_values.

    Raises
    ------
    InputError
        If k or most is out of range, a feature is constant, or the sides are of different examples.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> rs.imbalance_select(X, X[:, [2, 0]] * [2, 1], most=2).features
    (2, 0)
    """
    points, target = _check.points(X, "X", SELECT).astype(np.float64), _check.points(Y, "Y", SELECT)
    _check.same_rows(len(points), len(target), ("X", "Y"), SELECT)
    n, d = points.shape
    _check.integer(k, "k", SELECT, low=1, high=n - 1, why="n - 1")
    count = d if most is None else _check.integer(most, "most", SELECT, low=1, high=d, why="d")
    _check.integer(permutations, "permutations", SELECT, low=0)
    flat = np.flatnonzero(points.std(axis=0) <= 1e-12 * np.maximum(np.abs(points).max(axis=0), 1e-300))
    if flat.size:
        raise InputError(
            f"X of {SELECT} must hold no constant feature. Column {int(flat[0])} is constant ({flat.size} of {d})."
        )
    if standardise:
        points = (points - points.mean(axis=0)) / points.std(axis=0)
    check_memory(8 * n * n * 3, f"{SELECT}, for the distances of {n:,} examples,")
    ranks = _ranks(target)
    source = _random.generator(rng, SELECT)
    taken: list[int] = []
    held, values, errors, p_values = np.zeros((n, n)), [], [], []
    for _ in range(count):
        left = [j for j in range(d) if j not in taken]
        found = [_imbalance(held + _square(points[:, j]), ranks, k) for j in left]
        best = left[int(np.argmin(found))]
        if permutations:
            drawn = [
                min(_imbalance(held + _square(points[order, j]), ranks, k) for j in left)
                for order in shuffles(n, permutations, rng=source)
            ]
            p_values.append(Null.of(min(found), np.array(drawn), less=True).p_value or math.nan)
        else:
            p_values.append(math.nan)
        held += _square(points[:, best])
        taken.append(best)
        values.append(min(found))
        errors.append(_halves(points[:, taken], target, k, values[-1], source))
    curve = Curve(
        np.arange(1, count + 1),
        np.array(values),
        "features",
        n,
        stderr=np.array(errors),
        chance=1.0,
        options={"k": k, "standardise": standardise, "error": "subsample"},
        details={"best": (k + 1) / n},
    )
    return Selection(tuple(taken), curve, np.array(p_values))


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

    The gain is the largest over a scale of X in the joint distance d_z^2 + w^2 d_x^2, so that an X which tells nothing gains
    nothing but what chance gives: read it beside `permutations=`, which relabel X alone [1]_.

    Parameters
    ----------
    X, Z, Y : (n, d), (n, q) and (n, p) arrays
        What may add, what is known, and what is to be told. Each is scaled to total variance 1 for the joint distance.
    k : int in [1, n - 1]
        Neighbours over which ranks are averaged.
    permutations : int
        Relabellings of the examples of X, for p_value, chance and calibrated.
    groups, within : (n,) arrays, optional
        As in :func:`information_imbalance`, of the relabellings.
    rng : int or numpy Generator
        For halves and relabellings.

    Returns
    -------
    Estimate
        value: the gain, at least 0; higher means that X adds more. details: "without" and "together", the two imbalances,
        "weight" (w), "best", the gain if nothing were left to tell.

    Raises
    ------
    InputError
        If k is out of range or the sides are of different examples.

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
    sides = [_check.points(side, word, CONDITIONAL).astype(np.float64) for side, word in ((X, "X"), (Z, "Z"), (Y, "Y"))]
    n = len(sides[0])
    for side, word in zip(sides[1:], ("Z", "Y"), strict=True):
        _check.same_rows(n, len(side), ("X", word), CONDITIONAL)
    _check.integer(k, "k", CONDITIONAL, low=1, high=n - 1, why="n - 1")
    _check.integer(permutations, "permutations", CONDITIONAL, low=0)
    free = exchanges(n, groups, within, function=CONDITIONAL)
    x, z = (_scaled(side, word) for side, word in zip(sides[:2], ("X", "Z"), strict=True))
    gain, without, weight = _gain(x, z, sides[2], k)
    source = _random.generator(rng, CONDITIONAL)
    spread = subsample_error(
        lambda rows: _gain(x[rows], z[rows], sides[2][rows], k)[0], n, value=gain, rng=source, draws=DRAWS
    )
    found = Estimate(
        value=gain,
        n=n,
        stderr=spread.stderr,
        interval=within_bounds(gain, normal_interval(gain, spread.stderr), low=0.0),
        options={"k": k, "error": "subsample", "null": None},
        details={"without": without, "together": without - gain, "weight": weight, "best": without - (k + 1) / n},
    )
    if not permutations:
        return found
    orders = shuffles(n, permutations, rng=source, within=free.within, groups=free.groups)
    drawn = np.array([_gain(x[order], z, sides[2], k)[0] for order in orders])
    name = f"{permutations} relabellings of the {free.name} of X"
    return with_null(found, Null.of(gain, drawn), less=False, bounds=(0.0, 2.0), name=name)


WEIGHTS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)


def _gain(x: FloatArray, z: FloatArray, y: FloatArray, k: int) -> tuple[float, float, float]:
    """Return the gain, the imbalance without X, and the weight that gains most."""
    ranks = _ranks(y)
    own, other = (_all_squares(side) for side in (x, z))
    values = [_imbalance(other + w**2 * own, ranks, k) for w in WEIGHTS]
    best = int(np.argmin(values))
    return values[0] - values[best], values[0], WEIGHTS[best]


def _scaled(points: FloatArray, name: str) -> FloatArray:
    size = math.sqrt(float(points.var(axis=0).sum()))
    if not size > 0:
        raise InputError(f"{name} of {CONDITIONAL} must hold points that differ.")
    return points / size


def _halves(points: FloatArray, target: Any, k: int, value: float, source: np.random.Generator) -> float:
    """Return the error over random halves, relative to what they read: neighbours are farther away there."""
    n = len(points)
    if n // 2 <= k + 1:
        return math.nan
    found = []
    for _ in range(DRAWS):
        rows = np.sort(source.permutation(n)[: n // 2])
        found.append(_imbalance(_all_squares(points[rows]), _ranks(np.asarray(target)[rows]), k))
    mean = float(np.mean(found))
    return float(np.std(found, ddof=1)) * value / mean if mean > 0 else 0.0


def _square(column: FloatArray) -> FloatArray:
    away: FloatArray = column[:, None] - column
    return away**2


def _all_squares(points: FloatArray) -> FloatArray:
    total = np.zeros((len(points), len(points)))
    for column in points.T:
        total += _square(column)
    return total


def _ranks(target: Any) -> IntArray:
    """Return (n, n) the rank of every example as a neighbour of every other, from 1."""
    points = np.asarray(target, dtype=np.float64)
    n = len(points)
    others = np.array([np.delete(np.arange(n), i) for i in range(n)])
    ranks = np.zeros((n, n), dtype=np.int64)
    np.put_along_axis(ranks, others, np.asarray(neighbor_ranks(points, others, function=SELECT)[0]), axis=1)
    return ranks


def _imbalance(squares: FloatArray, ranks: IntArray, k: int) -> float:
    """Return 2 / n times the mean rank of the k nearest by these squared distances, ties by index."""
    away = squares.copy()
    np.fill_diagonal(away, np.inf)
    nearest = np.argsort(away, axis=1, kind="stable")[:, :k] if k > 1 else away.argmin(axis=1)[:, None]
    return float(2 / len(ranks) * np.take_along_axis(ranks, nearest, axis=1).mean())
