"""Wide points seen along few axes: where rows spread along a few hundred of thousands, products of those tell enough.

With V of orthonormal columns, f(u) = (V'u, |u - VV'u| - r) lengthens no difference w = u_i - u_j: |V'w|^2 is what w has along
the axes, and (|q_i| - |q_j|)^2 <= |q_i - q_j|^2 for what it has beyond them. So the bound that products of f(u) give holds for
the points themselves, and the one certificate serves. Neighbours are compared by the points, with all their features.

The axes are the principal ones of some rows, then turned among each other at random: all are of about one size, which 8-bit
integers keep best. V is never taken as orthonormal: how far it is from it is measured, and stands in the error of each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _audit, _kernels_audit
from ._certify import Encoded, FloatArray, Frame, Products, length, measured, ones, summation
from ._points import Points

ROUNDED = 2.0**-53
SKEWED = 1e-8  # axes further from orthonormal than this are of no use
DRAWN_ROWS = 1024  # rows whose principal axes are taken
DRAWN_POINTS, DRAWN_QUERIES = 4096, 128  # by which axes are weighed


@dataclass(frozen=True, slots=True)
class Axes:
    """Some axes of the points in their frame."""

    rows: FloatArray
    """(m, d): each an axis."""
    skew: float
    """The spectral norm of V'V - 1 is at most this."""
    rest: float
    """The usual length of what points have beyond the axes."""
    _norm: FloatArray
    _weights: FloatArray
    _fold: FloatArray

    @classmethod
    def of(cls, rows: FloatArray) -> Axes | None:
        """Axes as given by rows; None where they are not orthonormal."""
        rows = np.ascontiguousarray(rows)
        weights = _audit.weights_of(len(rows))
        fold = np.zeros(rows.shape[1])
        _kernels_audit.folded(rows, ones(len(rows)), weights, fold)
        norm = length((rows * rows).sum(1) / 2)
        found = cls(rows, 0.0, 0.0, norm, weights, fold)
        square = found._products(rows, norm)
        off = np.abs(square - np.eye(len(rows))).sum(axis=1).max() + len(rows) * found._rounding * norm.max() ** 2
        return replace(found, skew=float(off)) if off < SKEWED else None

    @property
    def _rounding(self) -> float:
        """Error of a product in float64, over the lengths of its two rows; twice, for products and for what checks them."""
        return 2 * summation(self.rows.shape[1], ROUNDED)

    def along(self, moved: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return f(u) of rows u, how far each may be from the true one, and |u|^2."""
        size = (moved * moved).sum(1)
        norm = length(size / 2)
        along = self._products(moved, norm)
        astray = self._rounding * len(self.rows) ** 0.5 * (1 + self.skew) * norm
        left = size - (along * along).sum(1)
        # |u - VV'u|^2 to within this: of axes that are not quite orthonormal, of products, of sums of d and m squares.
        features = sum(self.rows.shape)
        slack = size * (2 * self.skew + 4 * features * ROUNDED) + 2 * astray * norm + astray**2
        beyond = np.sqrt(np.maximum(left, 0))
        wrong = slack / np.maximum(np.maximum(beyond, np.sqrt(slack)), np.finfo(float).tiny)
        out = np.empty((len(moved), len(self.rows) + 1))
        np.multiply(along, 1 - self.skew, out=out[:, :-1])  # so that no axis lengthens
        np.subtract(beyond, self.rest, out=out[:, -1])
        return out, astray + wrong + 8 * ROUNDED * (norm + self.rest), size

    def _products(self, moved: FloatArray, norm: FloatArray) -> FloatArray:
        """Products of rows with the axes: a library's, held to their bound, else by loops of our own."""
        out = np.empty((len(moved), len(self.rows)))
        if _audit.poisoned():
            out.fill(np.nan)
        _multiply(moved, self.rows, out)
        plain = ones(len(moved)), norm, self.rows, ones(len(self.rows)), self._norm
        own = (sum(self.rows.shape) + 16) * 2.0**-52
        missed = _kernels_audit.missed(
            out, moved, *plain, self._weights, self._fold, own, 0.0, self._rounding, 0.0, _audit.DRAWN, len(moved)
        )  # fmt: skip
        _audit.warn("float64", missed)
        if missed:
            _kernels_audit.products(moved, self.rows, out)
        return out


def _multiply(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """A library's products of the rows of a with those of b."""
    np.matmul(a, b.T, out=out)


def principal(points: Points, frame: Frame, most: int) -> FloatArray:
    """Return (m, d) principal axes of some of the points, the widest first; m is at most `most`."""
    import scipy.linalg  # here, since graphs of narrow points need none of it

    rng = np.random.default_rng(0)
    drawn = np.sort(rng.choice(points.n, min(points.n, DRAWN_ROWS), replace=False))
    rows = frame.moved(points.take(drawn).block(0, len(drawn)))
    rows -= rows.mean(0)
    m = min(most, len(rows) - 1, points.d)
    _, turned = scipy.linalg.eigh(rows @ rows.T, subset_by_index=[len(rows) - m, len(rows) - 1])
    axes, _ = np.linalg.qr(rows.T @ turned[:, ::-1])
    return np.ascontiguousarray(axes.T)


def along(points: Points, frame: Frame, axes: FloatArray) -> Axes | None:
    """The space of some axes by others, turned among each other at random, and how much points have beyond it."""
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(len(axes), len(axes))))
    found = Axes.of(turn @ axes)
    if found is None:
        return None
    drawn = np.sort(np.random.default_rng(1).choice(points.n, min(points.n, DRAWN_QUERIES), replace=False))
    beyond = found.along(frame.moved(points.take(drawn).block(0, len(drawn))))[0][:, -1]
    return replace(found, rest=float(np.median(beyond)))


def candidates(points: Points, frame: Frame, axes: FloatArray, *, counts: Sequence[int], k: int) -> dict[int, float]:
    """How many others the bound along so many axes would leave open for a point, at the 90th percentile; by a sample.

    The distance of the k-th neighbour among all is taken from the rank that it has in the sample.
    """
    rng = np.random.default_rng(2)
    drawn = rng.choice(points.n, min(points.n, DRAWN_POINTS), replace=False)
    rows = frame.moved(points.take(np.sort(drawn)).block(0, len(drawn)))
    asked = rng.choice(len(rows), min(len(rows), DRAWN_QUERIES), replace=False)
    rank = min(len(rows) - 1, 1 + k * len(rows) // points.n)
    limit = np.partition(_squares(rows, asked), rank, axis=1)[:, rank, None]
    along, size = rows @ axes.T, (rows * rows).sum(1)
    found = {}
    for m in counts:
        part = along[:, :m]
        rest = np.sqrt(np.maximum(size - (part * part).sum(1), 0))
        least = _squares(part, asked) + np.square(rest[asked, None] - rest)
        found[m] = float(np.quantile((least <= limit).sum(axis=1), 0.9)) * points.n / len(rows)
    return found


def _squares(rows: FloatArray, asked: npt.NDArray[np.int64]) -> FloatArray:
    """Squared differences of some rows to all, as products give them: for an estimate."""
    size = (rows * rows).sum(1)
    found: FloatArray = np.maximum(size[asked, None] + size - 2 * rows[asked] @ rows.T, 0)
    return found


@dataclass(frozen=True, slots=True)
class LeadingProducts:
    """Products of points along some axes, at the precision of `inner`, which has one feature more than there are axes."""

    inner: Products
    axes: Axes

    cheap = True

    @property
    def name(self) -> str:
        """Precision and number of axes: "int8, 256 axes"."""
        return f"{self.inner.name}, {len(self.axes.rows)} axes"

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the tiles."""
        return self.inner.dtype

    @property
    def row_bytes(self) -> int:
        """Memory of one encoded row."""
        return self.inner.row_bytes

    @property
    def bound(self) -> Any:
        """The error bound of the products of what is kept."""
        return self.inner.bound

    def eased(self, ease: float) -> LeadingProducts:
        """The same products with another ease of their bound."""
        return replace(self, inner=self.inner.eased(ease))

    def store(self, rows: int) -> Any:
        """Room for that many encoded rows."""
        return self.inner.store(rows)

    def keep(self, moved: FloatArray, out: Any) -> FloatArray:
        """Write rows of a frame into `out`, along the axes; return what is kept of them, in float64."""
        return self.inner.keep(self.axes.along(moved)[0], out)

    def describe(self, block: Any, frame: Frame, out: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Write rows of a block into `out` as a frame moves them; return what the bound needs to know of them."""
        along, astray, size = self.axes.along(frame.moved(block))
        half, lost, _ = measured(along, self.inner.keep(along, out))
        return half, (np.sqrt(lost) * (1 + 1e-8) + astray) ** 2, size

    def tile(self, rows: int) -> Any:
        """Room for a tile of rows x rows products."""
        return self.inner.tile(rows)

    def plain(self, rows: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return encoded rows as numbers and the step of each."""
        return self.inner.plain(rows)

    def poison(self, room: Any) -> None:
        """Fill a tile with what no check passes."""
        self.inner.poison(room)

    def multiply(self, a: Encoded, b: Encoded, room: Any) -> npt.NDArray[Any]:
        """Return the products of the rows of a with those of b."""
        return self.inner.multiply(a, b, room)
