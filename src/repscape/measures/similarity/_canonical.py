"""Orthonormal bases of centred representations: what the canonical correlation measures compare.

The basis is worked out once per representation, by QR and a small singular value decomposition (about 6 n d^2 operations); a
comparison is then one (d, p) product and its singular values. Covariances are never inverted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr, svd, svdvals

from ...errors import InputError
from ..points import IntArray, centred

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
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
        return self.directions.nbytes + self.turn.nbytes + self.source.nbytes

    def subset(self, rows: IntArray) -> Basis:
        """Build the basis of some of the examples."""
        return self.again(self.source[rows])

    def shuffled(self, order: IntArray) -> Basis:
        """Return the examples in another order."""
        return replace(self, directions=self.directions[order], source=self.source[order])


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
    if variance is not None:
        share = (values[:rank] ** 2).cumsum() / (values[:rank] ** 2).sum()
        rank = min(rank, int(np.searchsorted(share, variance * (1 - 1e-12))) + 1)
    return Basis(
        np.ascontiguousarray(directions[:, :rank]),
        values[:rank],
        turn[:rank],
        points.source,
        lambda rows: basis(rows, name, function, variance=variance),
    )


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
