"""Orthonormal bases of centred representations: what the canonical correlation measures compare.

The basis is worked out once per representation, by QR and a small singular value decomposition (about 6 n d^2 operations); a
comparison is then one (d, p) product and its singular values. Covariances are never inverted.

The jackknife leaves a twentieth of the examples out. What is left of an orthonormal basis has a small Gram matrix, the
identity less what the deleted rows hold, and its eigenvectors make it orthonormal again: no basis of n rows is worked out anew.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh, qr, svd, svdvals

from ...errors import InputError
from ..points import IntArray, centred
from ..uncertainty import deleted_parts, parts_of_groups
from ._pair_error import PairError, error_by_jackknife

FloatArray = npt.NDArray[np.float64]
ERRORS = ("auto", "jackknife", "subsample", None)
TWICE = 2
LOST = 1e-10  # of directions that the deleted rows alone span, nothing but rounding is left


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """What makes a basis orthonormal again once some rows are deleted and the rest centred."""

    rows: IntArray
    """The deleted rows."""
    sums: FloatArray
    """(r,) their sums, by direction."""
    whiten: FloatArray
    """(r, r') new directions, in terms of the old ones."""
    back: FloatArray
    """(r', r) the old directions, as far as they are left, in terms of the new ones."""
    last: float = 1.0
    """Which part of the last direction reaches the share of the variance that is kept."""

    @property
    def count(self) -> float:
        """How many directions there are."""
        return float(self.whiten.shape[1] - 1 + self.last)

    def in_part(self) -> Left:
        """Let the last direction count for its part."""
        weights = np.append(np.ones(self.whiten.shape[1] - 1), math.sqrt(self.last))
        return replace(self, whiten=self.whiten * weights, back=self.back * weights[:, None])

    def in_full(self) -> Left:
        """Let the last direction count whole."""
        return replace(self, last=1.0)


@dataclass(frozen=True, eq=False)
class Basis:
    """One side: centred points = directions * values @ turn."""

    directions: FloatArray
    """(n, r) orthonormal columns."""
    values: FloatArray
    """(r,) singular values, falling, all above rounding."""
    turn: FloatArray
    """(r, d) orthonormal rows."""
    source: npt.NDArray[Any]
    again: Callable[[npt.NDArray[Any]], Basis]
    """Builds the basis of other points in the same way."""
    cut: FloatArray
    """(n, r') the directions beyond the share of the variance that was asked for, which other examples might keep."""
    cut_values: FloatArray
    """(r',) their singular values."""
    variance: float | None = None
    """The share asked for."""
    ridge: float = 0.0

    @property
    def n(self) -> int:
        """Examples."""
        return int(self.directions.shape[0])

    @property
    def rank(self) -> int:
        """Directions."""
        return int(self.values.size)

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.directions.nbytes + self.cut.nbytes + self.turn.nbytes + self.source.nbytes

    def subset(self, rows: IntArray) -> Basis:
        """Build the basis of some of the examples."""
        return self.again(self.source[rows])

    def shuffled(self, order: IntArray) -> Basis:
        """Return the examples in another order."""
        return replace(self, directions=self.directions[order], cut=self.cut[order], source=self.source[order])

    @functools.cached_property
    def whole(self) -> FloatArray:
        """(n, r + r') all directions, orthonormal."""
        weights = 1 / shares(self.values, self.ridge) if self.ridge else 1.0
        return np.concatenate([self.directions * weights, self.cut], axis=1)

    @functools.cached_property
    def jackknifed(self) -> tuple[Left, ...]:
        """What is left without each of the usual parts, worked out once for all comparisons."""
        return tuple(self.without(rows) for rows in deleted_parts(self.n))

    def without(self, rows: IntArray) -> Left:
        """Return what is left without some rows."""
        Q = self.whole
        sums = Q[rows].sum(axis=0)
        gram = np.eye(Q.shape[1]) - Q[rows].T @ Q[rows] - np.outer(sums, sums) / (self.n - rows.size)
        plain = self.variance is None and self.ridge == 0
        scale = np.ones(Q.shape[1]) if plain else np.concatenate([self.values, self.cut_values])
        values, vectors = eigh(gram * np.outer(scale, scale), check_finite=False)
        values, vectors = values[::-1], vectors[:, ::-1]
        rank = int((values > values[0] * LOST).sum())
        last = 1.0
        if self.variance is not None:
            total = values[:rank].sum()
            rank = _kept(values[:rank], self.variance)
            last = float(np.clip(1 - (values[:rank].sum() - self.variance * total) / values[rank - 1], 0.0, 1.0))
        values, vectors = values[:rank], vectors[:, :rank]
        weights = shares(np.sqrt(values), self.ridge) / np.sqrt(values)
        whiten = scale[:, None] * vectors * weights
        return Left(rows, sums, whiten, whiten.T @ gram, last)


def basis(X: Any, name: str, function: str, *, variance: float | None = None) -> Basis:
    """Return the basis; only the leading directions that hold the share `variance` of the variance, where given."""
    points = centred(X, name, function, precision="float64")
    Z = points.block(0, points.n)
    if points.n > points.d:
        Q, R = qr(Z, mode="economic", overwrite_a=True, check_finite=False)
        small, values, turn = svd(R, full_matrices=False, check_finite=False)
        directions = Q @ small
    else:
        directions, values, turn = svd(Z, full_matrices=False, overwrite_a=True, check_finite=False)
    kind = points.source.dtype
    rounding = np.finfo(kind if kind.kind == "f" else np.float64).eps
    rank = int((values > values[0] * max(Z.shape) * rounding).sum())
    kept = rank if variance is None else _kept(values[:rank] ** 2, variance)
    return Basis(
        np.ascontiguousarray(directions[:, :kept]),
        values[:kept],
        turn[:kept],
        points.source,
        lambda rows: basis(rows, name, function, variance=variance),
        cut=directions[:, kept:rank],
        cut_values=values[kept:rank],
        variance=variance,
    )


def _kept(squares: FloatArray, variance: float) -> int:
    """Return how many leading directions hold the share of the variance."""
    share = squares.cumsum() / squares.sum()
    return min(squares.size, int(np.searchsorted(share, variance * (1 - 1e-12))) + 1)


def shares(values: FloatArray, ridge: float) -> FloatArray:
    """Return what a direction counts for under a ridge: s / sqrt(s^2 + ridge * mean s^2)."""
    squares = values**2
    return np.asarray(np.sqrt(squares / (squares + ridge * squares.mean())))


def jackknife_error(
    first: Basis,
    second: Basis,
    value: float,
    *,
    compare: Callable[[FloatArray, Left, Left], float],
    groups: IntArray | None,
) -> PairError | None:
    """Return the error of a comparison; `compare` takes the product of the new directions and what is left of either side.

    None where examples are fewer than twice the dimensions: correlations are then mostly fitted, and every deletion changes
    the fit by far more than another sample would.
    """
    n = first.n
    if first.ridge == 0 and n < TWICE * (first.rank + second.rank):
        return None
    product = first.whole.T @ second.whole
    values = []
    for a, b in zip(_steady(first, groups), _steady(second, groups), strict=True):
        left = n - a.rows.size
        between = product - first.whole[a.rows].T @ second.whole[b.rows] - np.outer(a.sums, b.sums) / left
        values.append(compare(a.whiten.T @ between @ b.whiten, a, b))
    return error_by_jackknife("jackknife", value, values)


def correlations(first: Basis, second: Basis) -> FloatArray:
    """Return the canonical correlations, largest first."""
    return np.clip(svdvals(first.directions.T @ second.directions, check_finite=False), 0.0, 1.0)  # type: ignore[no-any-return]


def enough_examples(first: Basis, second: Basis, *, function: str, advice: str) -> None:
    """Refuse what any two representations would pass: with n <= d + p some correlations are 1 whatever the data."""
    if first.n <= first.rank + second.rank:
        raise InputError(
            f"{function} needs more examples than dimensions, n > d + p. Got n = {first.n} for {first.rank} + {second.rank} "
            f"dimensions. {advice}"
        )


def correlation_details(rho: FloatArray, first: Basis, second: Basis) -> Mapping[str, Any]:
    """Return what the whole family reports."""
    return {
        "rho": rho,
        "mean_rho": float(rho.mean()),
        "mean_rho2": float((rho**2).mean()),
        "rank_x": first.rank,
        "rank_y": second.rank,
    }


def _steady(side: Basis, groups: IntArray | None) -> list[Left]:
    """Return what is left of a side without each part, so that nothing jumps.

    Where the number of directions that hold the share of the variance changes from part to part, the last of them counts for
    the part of it that reaches the share: what jumps in a jackknife is blown up.
    """
    held = side.jackknifed if groups is None else [side.without(rows) for rows in parts_of_groups(groups)]
    same = len({one.whiten.shape[1] for one in held}) == 1
    return [one.in_full() if same else one.in_part() for one in held]
