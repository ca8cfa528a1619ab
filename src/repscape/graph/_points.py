"""Points from wherever they live (arrays, memory-maps, zarr, tensors), read as blocks of float32 or float64 rows.

Everything that fits is held once as a C-ordered array; what does not fit stays where it is and is read by blocks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError, InputTypeError

BLOCK_BYTES = 1 << 25  # rows read from a lazy source in one go


@dataclass(frozen=True, slots=True)
class Points:
    """n points of d features."""

    source: Any
    """A C-ordered float32 or float64 array, or anything that gives rows by slices."""
    n: int
    d: int
    dtype: np.dtype[Any]
    """float32 where that holds the stored values exactly, else float64."""

    @property
    def whole(self) -> npt.NDArray[Any] | None:
        """The (n, d) array, or None where rows must be read by blocks."""
        return self.source if isinstance(self.source, np.ndarray) else None

    @property
    def block_rows(self) -> int:
        """Rows to read in one go."""
        return max(1, min(self.n, BLOCK_BYTES // (self.d * self.dtype.itemsize)))

    def block(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Rows start to stop as a C-ordered array of `dtype`."""
        return as_float(self.source[start:stop], self.dtype)

    def blocks(self) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """(first row, rows) of all points: one block where they are held, else one after the other."""
        rows = self.n if self.whole is not None else self.block_rows
        for start in range(0, self.n, rows):
            yield start, self.block(start, min(start + rows, self.n))

    def take(self, rows: npt.NDArray[np.int64]) -> Points:
        """The points at `rows` (ascending), held in memory."""
        if self.whole is not None:
            return Points(self.whole[rows], len(rows), self.d, self.dtype)
        out = np.empty((len(rows), self.d), self.dtype)
        for start, block in self.blocks():
            low, high = np.searchsorted(rows, (start, start + len(block)))
            out[low:high] = block[rows[low:high] - start]
        return Points(out, len(rows), self.d, self.dtype)


def working_dtype(dtype: Any) -> np.dtype[Any] | None:
    """The float type that holds values of `dtype` without loss (integers over 2^53 apart); None where not numeric."""
    name = str(dtype).removeprefix("torch.")
    if name in ("float32", "float16", "bfloat16", "int8", "uint8", "int16", "uint16", "bool") or "float8" in name:
        return np.dtype(np.float32)
    if name in ("float64", "longdouble", "float128", "int32", "uint32", "int64", "uint64"):
        return np.dtype(np.float64)
    return None


def as_float(rows: Any, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Rows of any supported kind as a C-ordered array; no copy where they already are one."""
    if is_tensor(rows):
        rows = rows.detach()
        rows = rows.to(getattr(sys.modules["torch"], dtype.name)).cpu().numpy()
    return np.ascontiguousarray(np.asarray(rows), dtype=dtype)


def is_tensor(X: Any) -> bool:
    """Whether X is a torch tensor; never imports torch to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(X, torch.Tensor)


def is_lazy(X: Any) -> bool:
    """Whether X is stored elsewhere and gives rows by slices."""
    return not isinstance(X, np.ndarray) and all(hasattr(X, name) for name in ("shape", "dtype", "__getitem__"))


def read(X: Any, name: str, function: str, *, least: int = 3, hold: int | None = None) -> Points:
    """Check X and return it as points; sources of more than `hold` bytes are left where they are."""
    array = X if is_lazy(X) or isinstance(X, np.ndarray) else np.asarray(X)
    dtype = working_dtype(array.dtype)
    if dtype is None:
        raise InputTypeError(
            f"{name} of {function} must hold real numbers (float, int or bool). Got dtype {array.dtype}."
        )
    shape = tuple(int(length) for length in array.shape)
    if len(shape) != 2:
        hint = " Flatten images first: X.reshape(len(X), -1)." if len(shape) > 2 else ""
        raise InputError(f"{name} of {function} must be 2-D, (n points, d features). Got shape {shape}.{hint}")
    if shape[0] < least or shape[1] < 1:
        raise InputError(f"{name} of {function} must have at least {least} points and 1 feature. Got shape {shape}.")
    points = Points(array, shape[0], shape[1], dtype)
    ready = isinstance(array, np.ndarray) and array.dtype == dtype and array.flags.c_contiguous
    if ready or hold is None or shape[0] * shape[1] * dtype.itemsize <= hold:
        points = Points(_loaded(points), points.n, points.d, dtype)
        _check.finite(points.source, name, function)
    elif isinstance(array, np.ndarray):
        points = Points(_Rows(array), points.n, points.d, dtype)
    return points


class _Rows:
    """An array that must not be held a second time in another type or order: only its slices are converted."""

    def __init__(self, array: npt.NDArray[Any]) -> None:
        self._array = array

    def __getitem__(self, rows: slice) -> npt.NDArray[Any]:
        return self._array[rows]


def _loaded(points: Points) -> npt.NDArray[Any]:
    if isinstance(points.source, np.ndarray) or is_tensor(points.source):
        return as_float(points.source, points.dtype)
    out = np.empty((points.n, points.d), points.dtype)
    for start in range(0, points.n, points.block_rows):
        stop = min(start + points.block_rows, points.n)
        out[start:stop] = points.block(start, stop)
    return out
