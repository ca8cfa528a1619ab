"""Centred points, their cross products and their Gram matrices, block by block: what every similarity is made of.

A cross product costs 2 n d p operations and is the whole price of a comparison in feature form; nothing here holds a second
copy of the points. Sums are float64. Products are float64 too, except for points of float32 or less, whose blocks of 4,096 rows
are multiplied in float32: the CKA of 10,000 x 768 points then moves by less than 1e-7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from .. import _check
from ..errors import DegenerateDataError
from ._pair import IntArray, rows_of

FloatArray = npt.NDArray[np.float64]
ROWS = 4096
BLOCK_BYTES = 1 << 26
HELD_BYTES = (
    1 << 29
)  # a Gram matrix up to this size (8,192 examples) is held; larger ones are worked out again, block by block
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
    spread = max(float(np.abs(found.block(*part)).max()) for part in spans(found.n, ROWS))
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
    for part in spans(first.n, ROWS):
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
    parts = [points.block(*part) for part in spans(points.n, ROWS)]
    return np.concatenate([np.einsum("ij,ij->i", part, part, dtype=np.float64) for part in parts])


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """The centred kernel matrix of n points, held or worked out block by block."""

    raw: Callable[[int, int], FloatArray]
    """(start, stop) -> rows of the kernel matrix before centring."""
    n: int
    sums: FloatArray
    """(n,) row sums; without the diagonal where debiased."""
    debiased: bool
    """Whether the diagonal is left out, as the unbiased estimator has it."""
    held: FloatArray | None = None

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return 0 if self.held is None else self.held.nbytes

    def rows(self, start: int, stop: int) -> FloatArray:
        """Return rows of the centred matrix; every row adds up to zero."""
        if self.held is not None:
            return self.held[start:stop]
        rows = self.raw(start, stop)
        n, total = self.n, float(self.sums.sum())
        if self.debiased:
            rows -= self.sums[start:stop, None] / (n - 2) + self.sums / (n - 2) - total / ((n - 1) * (n - 2))
            rows[np.arange(stop - start), np.arange(start, stop)] = 0.0
        else:
            rows -= self.sums[start:stop, None] / n + self.sums / n - total / n**2
        return rows

    @property
    def block_rows(self) -> int:
        """Rows to read in one go."""
        return max(1, BLOCK_BYTES // (8 * self.n))

    def shuffled(self, order: IntArray) -> Kernel:
        """Return the matrix of the points in another order."""
        if self.held is not None:
            return replace(self, held=self.held[np.ix_(order, order)], sums=self.sums[order])
        raw = self.raw

        def reordered(start: int, stop: int) -> FloatArray:
            return np.concatenate([raw(i, i + 1) for i in order[start:stop]])[:, order]

        return replace(self, raw=reordered, sums=self.sums[order])


def kernel_of(points: Centred, *, width: float | None, debiased: bool) -> Kernel:
    """Return the linear kernel, or the Gaussian kernel exp(-distance^2 / (2 width^2))."""
    squares = square_norms(points)

    def raw(start: int, stop: int) -> FloatArray:
        rows = products(points, start, stop)
        return rows if width is None else np.exp(-_squared(rows, squares, start) / (2 * width**2))

    sums = np.empty(points.n)
    step = max(1, BLOCK_BYTES // (8 * points.n))
    for start, stop in spans(points.n, step):
        block = raw(start, stop)
        sums[start:stop] = block.sum(axis=1)
        if debiased:
            sums[start:stop] -= block[np.arange(stop - start), np.arange(start, stop)]
    found = Kernel(raw, points.n, sums, debiased)
    if 8 * points.n**2 > HELD_BYTES:
        return found
    return replace(found, held=np.concatenate([found.rows(*part) for part in spans(points.n, step)]))


def products(points: Centred, start: int, stop: int) -> FloatArray:
    """Return the (stop - start, n) inner products of some centred rows with all."""
    block = points.block(start, stop)
    return np.concatenate([block @ points.block(*part).T for part in spans(points.n, ROWS)], axis=1).astype(np.float64)


def _squared(rows: FloatArray, squares: FloatArray, start: int) -> FloatArray:
    """Turn inner products into squared distances, a point's own being exactly zero."""
    count = rows.shape[0]
    rows *= -2
    rows += squares
    rows += squares[start : start + count, None]
    np.maximum(rows, 0.0, out=rows)
    rows[np.arange(count), np.arange(start, start + count)] = 0.0
    return rows


def median_distance(points: Centred) -> float:
    """Return the median distance between two points, exactly, without holding the distances.

    Squared distances are counted into bins, the bins around the middle are looked at again more closely, and what is left
    is sorted once it is few.
    """
    squares = square_norms(points)
    n = points.n
    step = max(1, BLOCK_BYTES // (8 * n))

    def values() -> Iterator[FloatArray]:
        for start, stop in spans(n, step):
            rows = _squared(products(points, start, stop), squares, start)
            away = np.ones(rows.shape, dtype=bool)
            away[np.arange(stop - start), np.arange(start, stop)] = False
            yield rows[away]

    # Every pair is met twice, so the middle two of these n (n - 1) values are the middle of the pairs.
    low, high, below, inside = 0.0, 4 * float(squares.max()) * (1 + 1e-9), 0, n * (n - 1)
    while inside > BLOCK_BYTES // 8 and high - low > 1e-12 * high:
        counts, edges = np.zeros(1 << 14, dtype=np.int64), np.linspace(low, high, (1 << 14) + 1)
        for block in values():
            counts += np.histogram(block, bins=edges)[0]
        upto = below + counts.cumsum()
        first, last = (int(np.searchsorted(upto, n * (n - 1) // 2 + shift, side="right")) for shift in (-1, 0))
        below, inside = int(upto[first] - counts[first]), int(counts[first : last + 1].sum())
        low, high = float(edges[first]), float(edges[last + 1])
    near = np.sort(np.concatenate([block[(block >= low) & (block <= high)] for block in values()]))
    middle = n * (n - 1) // 2 - below
    return float((np.sqrt(near[middle - 1]) + np.sqrt(near[middle])) / 2)
