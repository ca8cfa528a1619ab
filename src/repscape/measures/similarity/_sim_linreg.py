"""Linear predictivity: how much of one representation a linear map of another gives, on examples it has not seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import Centred, IntArray, centred, compact
from ..uncertainty import Asked, JointNull
from ._joint_null import side_by_side
from ._pair import Inference, pair_estimate, ready
from ._pair_error import PairError, error_by_influence

FloatArray = npt.NDArray[np.float64]
NAME = "sim_linreg"
MOST_LEVERAGE = 1 / 3  # of a training example on its own fit, for an error to be known
ROUNDING = 1e-12  # eigenvalues below this share of the largest are none


@within_memory
def sim_linreg(
    X: Any,
    Y: Any,
    *,
    folds: int = 5,
    ridge: float = 0.0,
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Cross-validated R^2 of predicting Y from X by linear regression.

    1 - (squared error on the held-out examples) / (their squared distance from the mean of the training examples), over all
    features of Y together [1]_. X -> Y and Y -> X differ.

    Parameters
    ----------
    X : (n, d) array
        The representation that predicts.
    Y : (n, p) array
        The representation of the same examples, row by row, that is predicted.
    folds : int in [2, n]
        Random parts of nearly equal size; each is held out once.
    ridge : float
        Penalty as a multiple of the mean eigenvalue of the training covariance. 0: least squares, the smallest solution where
        features of X repeat one another.
    error : {"auto", "influence", "subsample", None}
        "influence": what each example adds to the value, held out in its own fold and learned from in the others, at any n.
        "subsample": 20 random halves of the examples, which lie nearer to as many dimensions as examples, and so spread too
        far. "auto" is "influence", and none where a training example's mean leverage on its own fit is above a third (d of
        X above n / 4 with five folds): there the fit turns with every example. options["rests_on"] is "few examples" where a
        handful decides.
    permutations : int
        Shuffles of the examples of Y, for p_value and chance; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size. Copies that are shuffled one by one reject a true null always.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the folds and the shuffles.

    Returns
    -------
    Estimate
        value at most 1, where X predicts Y fully; 0 is as good as the mean, less is worse. Higher means that X tells more
        about Y. details: "by_fold" (folds,), "by_feature" (p,), NaN for a constant feature.

    Raises
    ------
    InputError
        If the training examples do not outnumber the features of X without ridge, or the sides differ in examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Kornblith, Norouzi, Lee, Hinton (2019). Similarity of neural network representations revisited. ICML 36.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(rs.sim_linreg(X, X[:, :1]).value, 9), rs.sim_linreg(X[:, :1], X).value < 0.5
    (1.0, True)
    """
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**32))  # both sides are cut into the same folds
    options = {"folds": folds, "ridge": ridge}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ("auto", "influence", "subsample", None))
    first, second = ready(X, Y, kind=Regression, prepare=prepare, options={**options, "rng": rng})
    _check.same_rows(first.n, second.n, ("X", "Y"), NAME)
    left, total = _squares(first, second.targets)
    whole, lost = total.sum(axis=0), left.sum(axis=0)
    value = _r2(left, total)
    return pair_estimate(
        (first, second),
        lambda a, b: _r2(*_squares(a, b.targets)),
        function=NAME,
        value=value,
        asked=asked,
        options=options,
        details={
            "by_fold": 1 - left.sum(axis=1) / total.sum(axis=1),
            "by_feature": 1 - np.divide(lost, whole, out=np.full(whole.size, np.nan), where=whole > 0),
        },
        own_error=lambda codes: _error(first, second, value, codes),
        bounds=(-math.inf, 1.0),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """One side: as what predicts and as what is predicted."""

    points: Centred
    predictors: Centred
    """The points in at most n coordinates."""
    held_out: tuple[IntArray, ...]
    """Examples of each fold."""
    inverses: tuple[FloatArray | None, ...]
    """Of each fold's training covariance (times the examples); None where least squares would fit anything."""
    options: Mapping[str, Any]

    @property
    def n(self) -> int:
        """Examples."""
        return self.points.n

    @property
    def targets(self) -> FloatArray:
        """(n, d) the points as what is predicted."""
        return self.points.at(np.arange(self.n))

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.points.source.nbytes + sum(0 if entry is None else entry.nbytes for entry in self.inverses)

    def subset(self, rows: IntArray) -> Regression:
        """Prepare some of the examples."""
        return prepare(self.points.source[rows], self.options)

    def shuffled(self, order: IntArray) -> Regression:
        """Return the examples in another order, as what is predicted."""
        return replace(self, points=self.points.shuffled(order))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Regression:
    """Do all that does not depend on the other side: the inverse covariance of each fold's training examples."""
    points = centred(X, name, NAME, precision="float64")
    folds = _check.integer(options["folds"], "folds", NAME, low=2, high=points.n, why="n")
    ridge = _check.number(options["ridge"], "ridge", NAME, low=0)
    order = _random.generator(options["rng"], NAME).permutation(points.n)
    held_out = tuple(np.sort(rows) for rows in np.array_split(order, folds))
    predictors = compact(points)
    parts = [predictors.at(rows) for rows in held_out]
    products, sums = [part.T @ part for part in parts], [part.sum(axis=0) for part in parts]
    product, total = sum(products), sum(sums)
    inverses = []
    for own, shift, rows in zip(products, sums, held_out, strict=True):
        n = points.n - rows.size
        inverses.append(_inverse(product - own - np.outer(total - shift, total - shift) / n, n, ridge))
    return Regression(points, predictors, held_out, tuple(inverses), options)


def _inverse(covariance: FloatArray, n: int, ridge: float) -> FloatArray | None:
    """Return the (pseudo-)inverse, or None where n training examples leave nothing to chance."""
    values, vectors = eigh(covariance, check_finite=False)
    kept = values > ROUNDING * max(float(values[-1]), 0.0)
    if ridge == 0 and kept.sum() >= n - 1:
        return None
    scale = 1 / (values[kept] + ridge * values[kept].mean())
    inverse: FloatArray = (vectors[:, kept] * scale) @ vectors[:, kept].T
    return inverse


def _error(first: Regression, second: Regression, value: float, groups: IntArray | None) -> PairError | None:
    """Return the error by influence, less what that counts twice; none where few training examples share the features.

    There one example more or less turns the whole prediction, which no influence of single examples tells.
    """
    influence, twice, leverage = _influence(first, second, value)
    if leverage > MOST_LEVERAGE:
        return None
    return error_by_influence("influence", value, influence, extra=-twice, groups=groups)


def _influence(first: Regression, second: Regression, value: float) -> tuple[FloatArray, float, float]:
    """Return what each example adds to the value, held out in one fold and learned from in the others, the surplus, and the
    mean leverage of a training example.

    A training example with residual r pulls the weights by A x r, A the inverse of the training covariance, and so the squared
    errors of the held-out examples by the products of their residuals with that. Such a product (x A x') (r r') belongs to a
    pair of examples: of K folds it enters 4 times where one of the two is held out, less 2 / (K - 1) for every fold in which
    both are learned from. It stands in the influence of either, and the sum of squares holds it twice. Over all pairs its
    squares come to d |R'R / n|^2 / 2 (sum of leverages d, residuals R that do not depend on x): the surplus.
    """
    x, y = first.predictors.at(np.arange(first.n)), second.points.at(np.arange(first.n))
    lost, whole, held_out = np.zeros(first.n), np.zeros(first.n), np.empty_like(y)
    leverages = []
    for rows, inverse in zip(first.held_out, first.inverses, strict=True):
        if inverse is None:  # refused by the value itself
            continue
        learned = np.ones(first.n, dtype=np.bool_)
        learned[rows] = False
        away_x, away_y = x - x[learned].mean(axis=0), y - y[learned].mean(axis=0)
        n = int(learned.sum())
        residual = away_y - away_x @ (inverse @ (away_x[learned].T @ away_y[learned]))
        held_out[rows] = residual[rows]
        lost[rows] += (residual[rows] ** 2).sum(axis=1)
        whole[rows] += (away_y[rows] ** 2).sum(axis=1)
        solved = away_x @ inverse
        pull = solved @ (away_x[rows].T @ residual[rows]) + residual[rows].sum(axis=0) / n
        leverages.append((solved * away_x)[learned].sum())
        lost[learned] -= 2 * (pull * residual)[learned].sum(axis=1)
        whole[learned] -= 2 * (away_y[learned] @ away_y[rows].sum(axis=0)) / n
    total = float(whole.sum())
    spread = float(((held_out.T @ held_out / first.n) ** 2).sum())
    folds = len(first.held_out)
    counted = ((folds - 1) * (4 - 2 * (folds - 2) / (folds - 1)) ** 2 + 4) / folds
    surplus = counted * float(np.mean(leverages)) * spread / 2 / total**2
    leverage = float(np.mean(leverages)) * folds / (first.n * (folds - 1))
    return -first.n * (lost - (1 - value) * whole) / total, surplus, leverage


def _squares(first: Regression, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (folds, p) squared errors on held-out examples of (n, p) targets, and squared distances from the training mean."""
    parts = [(first.predictors.at(rows), targets[rows]) for rows in first.held_out]
    products = [x.T @ y for x, y in parts]
    sums = [(x.sum(axis=0), y.sum(axis=0)) for x, y in parts]
    product, total_x, total_y = sum(products), sum(x for x, _ in sums), sum(y for _, y in sums)
    left, total = [], []
    for (x, y), own, (sum_x, sum_y), inverse in zip(parts, products, sums, first.inverses, strict=True):
        n = first.n - len(x)
        if inverse is None:
            raise InputError(
                f"{NAME} needs more training examples than dimensions of X: {n} are left of {first.n} for {first.predictors.d} "
                "features. Take ridge=0.01, or fewer features (PCA)."
            )
        mean_x, mean_y = (total_x - sum_x) / n, (total_y - sum_y) / n
        weights = inverse @ (product - own - n * np.outer(mean_x, mean_y))
        away = y - mean_y
        left.append(((away - (x - mean_x) @ weights) ** 2).sum(axis=0))
        total.append((away**2).sum(axis=0))
    return np.array(left), np.array(total)


def _r2(left: FloatArray, total: FloatArray) -> float:
    return float(1 - left.sum() / total.sum())


def nulls(
    sides: Mapping[int, Regression], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    return side_by_side(
        sides,
        pairs,
        asked,
        columns=lambda side: side.targets,
        by_column=lambda side, wide: np.stack([part.sum(axis=0) for part in _squares(side, wide)]),
        value=lambda part: float(1 - part[0].sum() / part[1].sum()),
    )
