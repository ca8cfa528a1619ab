"""One side of a CKA, or one batch of it, as features or as a kernel matrix; and HSIC of two of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..points import Centred, IntArray, cross, spans
from ._gram import Kernel, kernel_of

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One batch of one side, or all of it: as features or as a kernel matrix."""

    points: Centred
    kernel: Kernel | None
    squares: FloatArray
    """(n,) squared distance from the mean; the debiased feature form reads it."""
    debiased: bool
    looked_at: IntArray
    """Examples whose influence is looked at."""
    width: float | None = None

    @property
    def n(self) -> int:
        """Examples."""
        return self.points.n

    def as_kernel(self) -> Kernel:
        """Return the kernel matrix, also of a side that is kept as features."""
        return self.kernel or kernel_of(
            replace(self.points, dtype=np.dtype(np.float64)), width=None, debiased=self.debiased
        )


@dataclass(frozen=True, slots=True)
class Hsic:
    """HSIC of two parts, and what some examples contribute to it."""

    value: float
    by_example: FloatArray
    """What each adds with its partners; its product with itself, which it has alone, counts half as much."""


def hsic(first: Part, second: Part) -> Hsic:
    """Return HSIC times n^2 (biased) or n (n - 3) (debiased)."""
    if first.kernel is None and second.kernel is None:
        return _by_features(first, second)
    by_example, alone = np.empty(first.n), np.empty(first.n)
    a, b = first.as_kernel(), second.as_kernel()
    for start, stop in spans(first.n, a.block_rows):
        rows_a, rows_b = a.rows(start, stop), b.rows(start, stop)
        by_example[start:stop] = np.einsum("ij,ij->i", rows_a, rows_b)
        here = np.arange(stop - start), np.arange(start, stop)
        alone[start:stop] = rows_a[here] * rows_b[here]
    return Hsic(float(by_example.sum()), (by_example - alone / 2)[first.looked_at])


def _by_features(first: Part, second: Part) -> Hsic:
    n, k, m = first.n, first.squares, second.squares
    product = cross(first.points, second.points)
    value = float(np.vdot(product, product))
    rows = first.looked_at
    a, b = first.points.at(rows), second.points.at(rows)
    by_example = np.einsum("ij,ij->i", a @ product.astype(a.dtype), b, dtype=np.float64)
    if first.debiased:
        # The unbiased form leaves out the diagonal; with centred points everything else in it is made of the diagonals.
        value += -float(k @ m) * (1 + 2 / (n - 2)) + float(k.sum() * m.sum()) / ((n - 1) * (n - 2))
        return Hsic(value, by_example - k[rows] * m[rows])
    return Hsic(value, by_example - k[rows] * m[rows] / 2)


def among(part: Part, rows: IntArray) -> FloatArray:
    """Return the centred kernel of some examples with each other."""
    if part.kernel is None:
        some = part.points.at(rows).astype(np.float64)
        return np.asarray(some @ some.T)
    return np.concatenate([part.kernel.rows(row, row + 1)[:, rows] for row in rows])
