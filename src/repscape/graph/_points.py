"""Points from wherever they live (arrays, memory-maps, zarr, tensors), read as blocks of float32 or float64 rows.

Everything that fits is held once as a C-ordered array; what does not fit stays where it is and is read by blocks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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

    def held(self, hold: int | None) -> Points:
        """The same points in memory, unless they take more than `hold` bytes."""
        if self.whole is not None or (hold is not None and self.n * self.d * self.dtype.itemsize > hold):
            return self
        if is_tensor(self.source):
            return Points(as_float(self.source, self.dtype), self.n, self.d, self.dtype)
        out = np.empty((self.n, self.d), self.dtype)
        for start, block in self.blocks():
            out[start : start + len(block)] = block
        return Points(out, self.n, self.d, self.dtype)

    def prepared(self, prepare: Callable[[npt.NDArray[Any], int], npt.NDArray[np.float64]]) -> Points:
        """These points with prepare(block, its first row) applied to their rows, not yet in memory."""
        return Points(_Prepared(self, prepare), self.n, self.d, np.dtype(np.float64))

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
    name = str(getattr(dtype, "name", dtype)).removeprefix("torch.")
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
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)  # another thread may be in the middle of importing torch
    return tensor is not None and isinstance(X, tensor)


def device_of(X: Any) -> str:
    """The CUDA device on which X is, or "cpu"."""
    return str(X.device) if is_tensor(X) and X.device.type == "cuda" else "cpu"


def is_lazy(X: Any) -> bool:
    """Whether X is stored elsewhere and gives rows by slices."""
    return not isinstance(X, np.ndarray) and all(hasattr(X, name) for name in ("shape", "dtype", "__getitem__"))


def read(X: Any, name: str, function: str, *, least: int = 3, hold: int | None = None) -> Points:
    """Check X and return it as points, in memory unless that would take more than `hold` bytes beside X itself."""
    array = source(X)
    points = described(array, name, function, least=least)
    if isinstance(array, np.ndarray) and array.dtype == points.dtype and array.flags.c_contiguous:
        _check.finite(array, name, function)
        return Points(array.view(np.ndarray), points.n, points.d, points.dtype)
    if isinstance(array, np.ndarray):
        points = Points(_Rows(array), points.n, points.d, points.dtype)
    for start in range(0, points.n, points.block_rows):
        _check.finite(points.block(start, min(start + points.block_rows, points.n)), name, function)
    return points.held(hold)


def source(X: Any) -> Any:
    """X itself where rows can be sliced from it, else the array it makes."""
    return X if is_lazy(X) or isinstance(X, np.ndarray) else np.asarray(X)


def described(array: Any, name: str, function: str, *, least: int = 3) -> Points:
    """The points of an array, their type and shape checked, nothing read."""
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
    return Points(array, shape[0], shape[1], dtype)


class _Rows:
    """An array that must not be held a second time in another type or order: only its slices are converted."""

    def __init__(self, array: npt.NDArray[Any]) -> None:
        self._array = array

    def __getitem__(self, rows: slice) -> npt.NDArray[Any]:
        return self._array[rows]


class _Prepared:
    """Rows that are prepared whenever they are read."""

    def __init__(self, points: Points, prepare: Callable[[npt.NDArray[Any], int], npt.NDArray[np.float64]]) -> None:
        self._points = points
        self._prepare = prepare

    def __getitem__(self, rows: slice) -> npt.NDArray[np.float64]:
        return self._prepare(self._points.block(rows.start, rows.stop), rows.start)
