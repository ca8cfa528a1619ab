"""Arrays of .safetensors files: mapped into memory where numpy knows their type, bfloat16 widened to float32.

The format is a length of 8 bytes, a header in JSON, and the tensors' bytes. Its own library checks the header; where the bytes
lie is read here, since the library hands numpy copies alone and no bfloat16.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
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


def read_safetensors(path: Path) -> Held:
    """Return every array of a file."""
    header, begin = _header(path)
    words = header.pop("__metadata__", None) or {}
    held = Held(ordered=False)
    for name, about in header.items():
        held.arrays[name] = _array(path, name, about, begin=begin)
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


def _array(path: Path, name: str, about: Mapping[str, Any], *, begin: int) -> Array:
    shape, kind = tuple(about["shape"]), about["dtype"]
    offset = begin + about["data_offsets"][0]
    if kind != "BF16" and kind not in TYPES:
        raise InputTypeError(
            f"{name} in {path} is of type {kind}, which numpy does not know. Save it as float32, float16 or bfloat16."
        )
    stored = np.dtype("<u2" if kind == "BF16" else TYPES[kind])
    if math.prod(shape) == 0 or shape == ():
        return np.fromfile(path, stored, count=math.prod(shape), offset=offset).reshape(shape)
    mapped = np.memmap(path, stored, mode="r", offset=offset, shape=shape)
    if kind != "BF16":
        return mapped
    check_room(2 * mapped.nbytes, f"{name} in {path}, as float32,")
    return (np.asarray(mapped).astype(np.uint32) << 16).view(np.float32)
