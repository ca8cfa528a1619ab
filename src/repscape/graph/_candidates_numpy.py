"""Products of encoded rows through numpy's BLAS, in float32 or float64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _kernels_screen
from ._certify import Bound, Encoded, Frame, summation


@dataclass(frozen=True, slots=True)
class NumpyProducts:
    """Encodes rows as floats and multiplies them."""

    name: str
    """"float32" or "float64"."""
    features: int

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
        return Bound(product=summation(self.features, unit), unit=unit, ease=unit**0.75)

    def store(self, rows: int) -> npt.NDArray[Any]:
        """Room for that many encoded rows."""
        return np.empty((rows, self.features), self.dtype)

    def encode(self, block: npt.NDArray[Any], frame: Frame, out: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Encode a block of rows into `out`; return the bias of each."""
        half, error, size = np.empty((3, len(block)))
        _kernels_screen.encode_float(block, frame.centre, frame.scale, out, half, error, size)
        return self.bound.bias(half, error, size, self.dtype)

    def tile(self, rows: int) -> npt.NDArray[Any]:
        """Room for a tile of rows x rows products."""
        return np.empty((rows, rows), self.dtype)

    def multiply(self, a: Encoded, b: Encoded, room: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the products of the rows of a with those of b."""
        out: npt.NDArray[Any] = room.reshape(-1)[: len(a.bias) * len(b.bias)].reshape(len(a.bias), len(b.bias))
        return np.matmul(a.rows, b.rows.T, out=out)
