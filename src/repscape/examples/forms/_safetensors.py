"""Arrays of .safetensors files: mapped into memory where numpy knows their type, bfloat16 widened to float32.

The format is a length of 8 bytes, a header in JSON, and the tensors' bytes. Its own library checks the header; where the bytes
lie is read here, since the library hands numpy copies alone and no bfloat16.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from ...errors import InputError, InputTypeError, StoreError
from .._room import check_room
from ._form import Held

Array = npt.NDArray[Any]
TYPES: Mapping[str, str] = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
COLUMNS = "repscape.columns"
"""Under this name the header's own words hold columns of text, in JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class OnDisk:
    """An array that is mapped, and widened where numpy does not know its type, only while it is read: by rows, or whole."""

    path: Path
    """The file."""
    offset: int
    """Where its bytes begin."""
    shape: tuple[int, ...]
    kind: str
    """Its type, as the format calls it."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """What it is read as."""
        return np.dtype(np.float32 if self.kind == "BF16" else TYPES[self.kind])

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of entries."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Array:
        return self._widened(self.stored()[key])

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        check_room(self.size * self.dtype.itemsize, f"an array in {self.path}, as {self.dtype},")
        return self._widened(self.stored()).astype(dtype or self.dtype, copy=False)

    def stored(self) -> Array:
        """Return it mapped into memory, bfloat16 as the upper halves of float32."""
        held = np.dtype("<u2" if self.kind == "BF16" else TYPES[self.kind])
        if self.size == 0 or self.shape == ():
            return np.fromfile(self.path, held, count=self.size, offset=self.offset).reshape(self.shape)
        return np.memmap(self.path, held, mode="r", offset=self.offset, shape=self.shape)

    def _widened(self, held: Array) -> Array:
        if self.kind != "BF16":
            return np.asarray(held)
        return (np.asarray(held).astype(np.uint32) << 16).view(np.float32)


def read_safetensors(path: Path, *, late: bool = False) -> Held:
    """Return every array of a file; where there are very many files, `late` maps them only while they are read."""
    header, begin = _header(path)
    words = header.pop("__metadata__", None) or {}
    held = Held(ordered=False)
    for name, about in header.items():
        held.arrays[name] = _array(path, name, about, begin=begin, late=late)
    if COLUMNS in words:
        try:
            held.columns = {str(name): np.asarray(values) for name, values in json.loads(words[COLUMNS]).items()}
        except (ValueError, AttributeError) as problem:
            raise InputError(f"{path} cannot be read: its columns of text are damaged ({problem}).") from problem
    return held


def write_safetensors(path: Path, layers: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Write layers and columns; text goes into the header, as the format holds numbers alone."""
    numbers = {name: array for name, array in columns.items() if array.dtype.kind in "fiub"}
    words = {name: array.tolist() for name, array in columns.items() if name not in numbers}
    arrays = {name: np.ascontiguousarray(array) for name, array in {**layers, **numbers}.items()}
    try:
        save_file(arrays, path, metadata={COLUMNS: json.dumps(words)} if words else None)
    except SafetensorError as problem:
        raise StoreError(f"{path} cannot be written: {problem}.") from problem


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return what the header says, checked by the format's own library, and where the bytes begin."""
    try:
        with safe_open(path, framework="numpy") as checked:
            checked.keys()
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header: dict[str, Any] = json.loads(file.read(length))
    except (SafetensorError, OSError, ValueError, RecursionError) as problem:
        raise InputError(f"{path} cannot be read as safetensors: it is truncated or damaged ({problem}).") from problem
    return header, 8 + length


def _array(path: Path, name: str, about: Mapping[str, Any], *, begin: int, late: bool) -> Any:
    shape, kind = tuple(about["shape"]), about["dtype"]
    if kind != "BF16" and kind not in TYPES:
        raise InputTypeError(
            f"{name} in {path} is of type {kind}, which numpy does not know. Save it as float32, float16 or bfloat16."
        )
    held = OnDisk(path, begin + about["data_offsets"][0], shape, kind)
    return held if kind == "BF16" or (late and len(shape) > 1) else held.stored()
