"""Products of encoded rows through torch: 8-bit integers and bf16, where the processor multiplies them faster.

Imported only where torch is installed and its fast products may pay; importing torch alone costs seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ..machine import single_torch_thread
from . import _kernels_screen
from ._certify import Bound, Encoded, FloatArray, Frame, measured, ones, summation

WORD = 4  # processors multiply four 8-bit integers at a time
UNIT = 2.0**-24  # of float32, in which tiles are tested
MOST_FEATURES = (2**31 - 1) // 127**2  # sums of more products of two bytes may leave 32 bits


@dataclass(frozen=True, slots=True)
class Bytes:
    """Rows as 8-bit integers, each row with its own step."""

    rows: torch.Tensor
    """(n, d) int8."""
    step: npt.NDArray[np.float32]
    """(n,): a row is step times its integers."""

    def __getitem__(self, rows: slice) -> Bytes:
        return Bytes(self.rows[rows], self.step[rows])


@dataclass(frozen=True, slots=True)
class ByteProducts:
    """Products of 8-bit integers, summed without error in 32 bits."""

    features: int
    ease: float = 2.0**-6

    name = "int8"
    cheap = True
    dtype = np.dtype(np.float32)

    def eased(self, ease: float) -> ByteProducts:
        """The same products with another ease of their bound."""
        return replace(self, ease=ease)

    @property
    def row_bytes(self) -> int:
        """Memory of one encoded row."""
        return self._width + 4

    @property
    def _width(self) -> int:
        """Integers of a row, filled up with zeros: torch leaves the products of rows of one integer unwritten."""
        return -(-self.features // WORD) * WORD

    @property
    def bound(self) -> Bound:
        """Only the test of a tile rounds."""
        return Bound(product=summation(self.features, 2.0**-53), unit=UNIT, ease=self.ease)

    def store(self, rows: int) -> Bytes:
        """Room for that many encoded rows."""
        return Bytes(torch.zeros((rows, self._width), dtype=torch.int8), np.empty(rows, np.float32))

    def keep(self, moved: FloatArray, out: Bytes) -> FloatArray:
        """Write rows of a frame into `out`, as integers of -127 to 127 times a step of the row's own; return what is kept."""
        np.divide(np.abs(moved).max(axis=1), 127, out=out.step, casting="same_kind")
        step = out.step.astype(np.float64)
        # A row at the centre, or too near for float32, is kept as the centre.
        over = np.divide(1.0, step, out=np.zeros_like(step), where=step > 1e-37)
        whole = moved * over[:, None]
        np.rint(whole, out=whole)  # within 127: the step is that of the largest, to 2^-24 of itself
        out.rows.numpy()[:, : self.features] = whole
        whole *= step[:, None]
        return whole

    def describe(self, block: Any, frame: Frame, out: Bytes) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Write rows of a block into `out` as a frame moves them; return what the bound needs to know of them."""
        moved = frame.moved(block)
        return measured(moved, self.keep(moved, out))

    def tile(self, rows: int) -> tuple[torch.Tensor, npt.NDArray[np.float32]]:
        """Room for a tile of rows x rows products, as they come and as they are tested; made in the thread that uses it."""
        single_torch_thread()
        return torch.empty(rows * rows, dtype=torch.int32), np.empty(rows * rows, np.float32)

    def plain(self, rows: Bytes) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return encoded rows as numbers and the step of each."""
        return rows.rows.numpy(), rows.step

    def poison(self, room: Any) -> None:
        """Fill a tile with what no check passes."""
        room[0].fill_(-(2**31))
        room[1].fill(np.nan)

    def multiply(self, a: Encoded, b: Encoded, room: Any) -> npt.NDArray[Any]:
        """Return the products of the rows of a with those of b."""
        shape = len(a.bias), len(b.bias)
        whole = room[0][: shape[0] * shape[1]].view(shape)
        torch._int_mm(a.rows.rows, b.rows.rows.T, out=whole)
        out: npt.NDArray[np.float32] = room[1][: shape[0] * shape[1]].reshape(shape)
        _kernels_screen.scaled(whole.numpy(), a.rows.step, b.rows.step, out)
        return out


@dataclass(frozen=True, slots=True)
class Bf16Products:
    """Products in bf16: 8 bits of mantissa, summed in float32, and rounded to bf16 once more at the end."""

    features: int
    ease: float = 2.0**-9

    name = "bf16"
    cheap = True
    dtype = np.dtype(np.float32)

    def eased(self, ease: float) -> Bf16Products:
        """The same products with another ease of their bound."""
        return replace(self, ease=ease)

    @property
    def row_bytes(self) -> int:
        """Memory of one encoded row."""
        return 2 * self.features

    @property
    def bound(self) -> Bound:
        """Sums as in float32, and the last rounding of 2^-9, for which twice that is allowed."""
        return Bound(
            product=2.0**-8 + summation(2 * self.features, UNIT) + summation(self.features, 2.0**-53),
            unit=UNIT,
            rounding=2.0**-8,
            ease=self.ease,
        )

    def store(self, rows: int) -> torch.Tensor:
        """Room for that many encoded rows."""
        return torch.empty((rows, self.features), dtype=torch.bfloat16)

    def keep(self, moved: FloatArray, out: torch.Tensor) -> FloatArray:
        """Write rows of a frame into `out`; return what is kept of them, in float64."""
        out.copy_(torch.from_numpy(moved))
        kept: FloatArray = out.double().numpy()
        return kept

    def describe(self, block: Any, frame: Frame, out: torch.Tensor) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Write rows of a block into `out` as a frame moves them; return what the bound needs to know of them."""
        moved = frame.moved(block)
        return measured(moved, self.keep(moved, out))

    def tile(self, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Room for a tile of rows x rows products, as they come and as they are tested; made in the thread that uses it."""
        single_torch_thread()
        return torch.empty(rows * rows, dtype=torch.bfloat16), torch.empty(rows * rows, dtype=torch.float32)

    def plain(self, rows: torch.Tensor) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return the bits of encoded rows, and the step of each."""
        return rows.view(torch.int16).numpy().view(np.uint16), ones(len(rows))

    def poison(self, room: Any) -> None:
        """Fill a tile with what no check passes."""
        room[0].fill_(torch.nan)
        room[1].fill_(torch.nan)

    def multiply(self, a: Encoded, b: Encoded, room: Any) -> npt.NDArray[Any]:
        """Return the products of the rows of a with those of b."""
        shape = len(a.bias), len(b.bias)
        short, out = (part[: shape[0] * shape[1]].view(shape) for part in room)
        torch.mm(a.rows, b.rows.T, out=short)
        out.copy_(short)
        result: npt.NDArray[np.float32] = out.numpy()
        return result
