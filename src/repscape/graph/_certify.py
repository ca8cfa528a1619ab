"""The error bound of the candidate screen, and what it certifies.

Rows u_i (centred, scaled by a power of two) are encoded as a_i with |u_i - a_i| <= r_i, and products of encoded rows are
computed with |g - a_i.a_j| <= c |a_i| |a_j|. With S = |a_i - a_j|, the true distance is at least S - r_i - r_j, and for any
0 < e < 1

    |u_i - u_j|^2 >= (1 - e) (S^2 - (r_i + r_j)^2 / e) >= 2 (1 - e) (b_i + b_j - g),   b = |a|^2 (1 - c) / 2 - r^2 / e,

since |a_i| |a_j| <= (|a_i|^2 + |a_j|^2) / 2 and (r_i + r_j)^2 <= 2 r_i^2 + 2 r_j^2. The bound is a sum of a product and one
number for each row, so a tile is tested as fast as if there were no bound. A row is certified when its k-th exact squared
distance is below 2 (1 - e) times the smallest b_i + b_j - g that was discarded.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bound:
    """The error bound of one precision."""

    product: float
    """c: a computed product is within c |a| |b| of the true one in any order of summation, |a|^2 in float64 included."""
    unit: float
    """Unit roundoff of the arithmetic of the tile and its test."""
    rounding: float = field(default=0.0, kw_only=True)
    """Part of c: by which share of itself a product is rounded at the end."""
    ease: float
    """e: how the loss of encoding is shared between a factor and an offset; any value in (0, 1) is safe."""

    def bias(self, measured: Sequence[FloatArray], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return b of each row, rounded down to `dtype`, from what `measured` says of them."""
        half, error, size = measured
        # Centring rounds each entry once: 2^-53 of |u|. The three sums carry relative errors of at most d 2^-53 < 1e-9.
        lost = ((np.sqrt(error) + 2.0**-53 * np.sqrt(size)) * (1 + 1e-8)) ** 2 / self.ease
        # The test of a pair takes a few sums and products in the tile's arithmetic, each within a unit of its terms.
        exact = half * (1 - self.product) - lost - 32 * self.unit * (half + lost) - self.underflow(dtype)
        rounded = exact.astype(dtype)
        below: npt.NDArray[Any] = np.nextafter(rounded, np.asarray(-np.inf, dtype=dtype))
        return below

    @staticmethod
    def underflow(dtype: npt.DTypeLike) -> float:
        """What products lose at most below the smallest normal number, whether it is flushed to zero or not."""
        return float(np.finfo(dtype).tiny) * 2.0**40

    def shrink(self, scale: float, features: int) -> float:
        """Return f such that f * (b_i + b_j - g) is below the squared distance as float64 differences give it."""
        summed = (features + 64) * 2.0**-52  # of two sums compared with one another, each within (d + 2) 2^-53
        return 2 * (1 - self.ease) * (1 - summed) / scale / scale


def summation(features: int, unit: float) -> float:
    """Error of a sum of `features` products in any order, over |a| |b|, when every operation rounds by `unit`."""
    steps = (features + 2) * unit
    return steps / (1 - steps) if steps < 0.5 else np.inf


@functools.cache
def _ones(size: int) -> FloatArray:
    return np.ones(size)


def ones(rows: int) -> FloatArray:
    """Steps of rows that have none."""
    return _ones(1 << max(10, (rows - 1).bit_length()))[:rows]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where points are moved before they are encoded: near 0, with entries of at most 1."""

    centre: Any
    """(d,) float64, an array or a tensor; any centre is safe, the mean is best."""
    scale: float
    """A power of two."""

    @classmethod
    def around(cls, centre: FloatArray, extent: float) -> Frame | None:
        """Return the frame for entries at most `extent` from the centre; None where squares would leave float64."""
        exponent = math.frexp(extent)[1]
        if extent == 0 or not -400 < exponent < 400:
            return None
        return cls(centre, math.ldexp(1.0, -exponent))

    def moved(self, rows: Any) -> Any:
        """Rows in this frame, in float64: u of each. An array or a tensor, as the centre is."""
        out = rows - self.centre
        out *= self.scale
        return out


@dataclass(frozen=True, slots=True)
class Encoded:
    """Encoded rows start, start + 1, ... of the points."""

    start: int
    rows: Any
    """Whatever the products take: numpy array or torch tensor, sliceable by rows."""
    bias: npt.NDArray[Any]
    """b of each row, as the tile's type."""
    norm: FloatArray
    """|a| of each row, rounded up."""

    @classmethod
    def of(cls, block: Any, frame: Frame, products: Products, *, start: int = 0) -> Encoded:
        """Encode a block of rows."""
        found = cls.room(products, start=start, rows=len(block))
        found.fill(block, frame, products)
        return found

    @classmethod
    def room(cls, products: Products, *, start: int, rows: int) -> Encoded:
        """Room for rows still to be encoded."""
        return cls(start, products.store(rows), np.empty(rows, products.dtype), np.empty(rows))

    def fill(self, block: Any, frame: Frame, products: Products) -> None:
        """Encode a block of as many rows into the room of these."""
        known = products.describe(block, frame, self.rows)
        self.bias[:] = products.bound.bias(known, products.dtype)
        self.norm[:] = length(known[0])

    def part(self, low: int, high: int) -> Encoded:
        """Rows low to high of these."""
        return Encoded(self.start + low, self.rows[low:high], self.bias[low:high], self.norm[low:high])


def measured(moved: Any, kept: Any) -> tuple[Any, Any, Any]:
    """Return |a|^2 / 2, |u - a|^2 and |u|^2 of rows u in a frame and of what is kept of them, both in float64.

    The one description of an encoding that the bound needs, whatever the precision and the device. No library's product.
    """
    lost = moved - kept
    return (kept * kept).sum(1) / 2, (lost * lost).sum(1), (moved * moved).sum(1)


def length(half: FloatArray) -> FloatArray:
    """|a| from |a|^2 / 2, rounded up by more than any sum loses."""
    found: FloatArray = np.sqrt(2 * half) * (1 + 1e-8)
    return found


class Products(Protocol):
    """One precision: what is kept of rows, and how that is multiplied. One twin file for each library."""

    @property
    def name(self) -> str: ...
    @property
    def cheap(self) -> bool: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def row_bytes(self) -> int: ...
    @property
    def bound(self) -> Bound: ...
    def store(self, rows: int) -> Any: ...
    def keep(self, moved: FloatArray, out: Any) -> FloatArray: ...
    def describe(self, block: Any, frame: Frame, out: Any) -> tuple[FloatArray, FloatArray, FloatArray]: ...
    def eased(self, ease: float) -> Products: ...
    def tile(self, rows: int) -> Any: ...
    def plain(self, rows: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]: ...
    def poison(self, room: Any) -> None: ...
    def multiply(self, a: Encoded, b: Encoded, room: Any) -> npt.NDArray[Any]: ...
