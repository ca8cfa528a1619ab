"""Centred points and their cross products, block by block.

A cross product costs 2 n d p operations and is the whole price of a comparison in feature form; nothing here holds a second
copy of the points. Sums are float64. Products are float64 too, except for points of float32 or less, whose blocks of 4,096 rows
are multiplied in float32: the CKA of 10,000 x 768 points then moves by less than 1e-7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from ... import _check
from ...errors import DegenerateDataError
from ._rows_of import IntArray, rows_of

FloatArray = npt.NDArray[np.float64]
BLOCK_ROWS = 4096
FLAT = 1e-14  # a spread below this share of the largest entry is rounding
SAFE = (1e-12, 1e12)  # entries whose squares float32 can add up


@dataclass(frozen=True, slots=True)
class Centred:
    """n points whose mean is taken off whenever rows are read."""

    source: npt.NDArray[Any]
    mean: FloatArray
    dtype: np.dtype[Any]
    """Of the products: float32 or float64."""

    @property
    def n(self) -> int:
        """Points."""
        return int(self.source.shape[0])

    @property
    def d(self) -> int:
        """Features."""
        return int(self.source.shape[1])

    def block(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return centred rows in the type of the products."""
        return self.at(slice(start, stop))

    def at(self, chosen: Any) -> npt.NDArray[Any]:
        """Return chosen centred rows."""
        rows: npt.NDArray[Any] = np.subtract(self.source[chosen], self.mean.astype(self.dtype), dtype=self.dtype)
        return rows

    def shuffled(self, order: IntArray) -> Centred:
        """Return the points in another order."""
        return replace(self, source=self.source[order])


def centred(X: Any, name: str, function: str, *, precision: str = "auto", axis: str = "examples") -> Centred:
    """Check the points and find their mean; refuse points that are all the same."""
    _check.choice(precision, "precision", function, ("auto", "float32", "float64"))
    points = rows_of(X, name, function, axis=axis)
    mean = points.mean(axis=0, dtype=np.float64)
    found = Centred(points, mean, np.dtype(np.float64))
    spread = max(float(np.abs(found.block(*part)).max()) for part in spans(found.n, BLOCK_ROWS))
    if spread <= FLAT * float(np.abs(mean).max()):
        raise DegenerateDataError(
            f"{name} of {function} must hold points that differ. All {found.n} rows are identical."
        )
    small = (points.dtype.itemsize <= 4 and points.dtype.kind == "f") or points.dtype.itemsize <= 2
    safe = SAFE[0] <= spread <= SAFE[1]
    if precision == "float32" or (precision == "auto" and small and safe):
        return replace(found, dtype=np.dtype(np.float32))
    return found


def spans(n: int, rows: int) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of consecutive blocks."""
    for start in range(0, n, rows):
        yield start, min(start + rows, n)


def cross(first: Centred, second: Centred) -> FloatArray:
    """Return the (d, p) sum of products of centred features over all examples."""
    total = np.zeros((first.d, second.d))
    for part in spans(first.n, BLOCK_ROWS):
        a = first.block(*part)
        b = a if second is first else second.block(*part)
        total += a.T @ b  # of one array with itself: half the work
    return total


def compact(points: Centred) -> Centred:
    """Return the points in at most n coordinates: a rotation, which changes no distance and makes products smaller."""
    if points.d <= points.n:
        return points
    Z = replace(points, dtype=np.dtype(np.float64)).block(0, points.n)
    R = qr(Z.T, mode="r", overwrite_a=True, check_finite=False)[0][: points.n]
    return Centred(R.T, np.zeros(points.n), points.dtype)


def square_norms(points: Centred) -> FloatArray:
    """Return the (n,) squared distance of each point from the mean."""
    parts = [points.block(*part) for part in spans(points.n, BLOCK_ROWS)]
    return np.concatenate([np.einsum("ij,ij->i", part, part, dtype=np.float64) for part in parts])


def products(points: Centred, start: int, stop: int) -> FloatArray:
    """Return the (stop - start, n) inner products of some centred rows with all."""
    block = points.block(start, stop)
    return np.concatenate([block @ points.block(*part).T for part in spans(points.n, BLOCK_ROWS)], axis=1).astype(
        np.float64
    )
