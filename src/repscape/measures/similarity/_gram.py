"""Centred kernel (Gram) matrices, held or worked out block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..points import Centred, IntArray, products, spans, square_norms

FloatArray = npt.NDArray[np.float64]
BLOCK_BYTES = 1 << 26
HELD_BYTES = (
    1 << 29
)  # a Gram matrix up to this size (8,192 examples) is held; larger ones are worked out again, block by block


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
