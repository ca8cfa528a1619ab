"""Products of encoded rows through numpy's BLAS, in float32 or float64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _kernels_encode
from ._certify import Bound, Encoded, FloatArray, Frame, ones, summation


@dataclass(frozen=True, slots=True)
class NumpyProducts:
    """Encodes rows as floats and multiplies them."""

    name: str
    """Either "float32" or "float64"."""
    features: int

    cheap = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the tiles."""
        return np.dtype(self.name)

    @property
    def row_bytes(self) -> int:
        """Memory of one encoded row."""
        return self.features * self.dtype.itemsize

    @property
    def bound(self) -> Bound:
        """The error bound of these products."""
        unit = float(np.finfo(self.dtype).eps) / 2
        return Bound(
            product=summation(self.features, unit) + summation(self.features, 2.0**-53), unit=unit, ease=unit**0.75
        )

    def eased(self, ease: float) -> NumpyProducts:
        """These products: their own ease is right for all points, since encoding loses next to nothing."""
        return self

    def store(self, rows: int) -> npt.NDArray[Any]:
        """Room for that many encoded rows."""
        return np.empty((rows, self.features), self.dtype)

    def keep(self, moved: FloatArray, out: npt.NDArray[Any]) -> FloatArray:
        """Write rows of a frame into `out`; return what is kept of them, in float64."""
        out[...] = moved
        return out.astype(np.float64, copy=False)

    def describe(self, block: Any, frame: Frame, out: npt.NDArray[Any]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Write rows of a block into `out` as a frame moves them; return what the bound needs to know of them."""
        known = np.empty(len(block)), np.empty(len(block)), np.empty(len(block))
        _kernels_encode.encode_floats(block, frame.centre, frame.scale, out, *known)
        return known

    def tile(self, rows: int) -> npt.NDArray[Any]:
        """Room for a tile of rows x rows products."""
        return np.empty((rows, rows), self.dtype)

    def plain(self, rows: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return encoded rows as numbers and the step of each."""
        return rows, ones(len(rows))

    def poison(self, room: npt.NDArray[Any]) -> None:
        """Fill a tile with what no check passes."""
        room.fill(np.nan)

    def multiply(self, a: Encoded, b: Encoded, room: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the products of the rows of a with those of b."""
        out: npt.NDArray[Any] = room.reshape(-1)[: len(a.bias) * len(b.bias)].reshape(len(a.bias), len(b.bias))
        return np.matmul(a.rows, b.rows.T, out=out)
