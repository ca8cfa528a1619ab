"""What lies on disk and how it is kept safe: codecs, sealed attributes, safe names, every chunk accounted for.

A chunk carries a crc32c, but zarr's metadata files carry nothing, and zarr reads a missing chunk as fill values. So
what we write into attributes is sealed with a crc32 of its own and says the shape and dtype of every array it stands
for, and chunk files are counted before they are read. docs/format.md describes the layout.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec
from zarr.storage import LocalStore

from ..errors import InputTypeError, RepscapeError, StoreError

VERSION = 1
SEALED, SEAL = "repscape", "crc32"
CHUNK_BYTES = 1 << 24  # of an array that is written in one piece
Array = npt.NDArray[Any]
ZarrArray = zarr.Array[Any]


def plain(attributes: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return attributes as JSON gives them back: tuples as lists, keys as text, numpy scalars as numbers."""
    try:
        read: dict[str, Any] = json.loads(json.dumps(attributes, default=_number))
    except (TypeError, ValueError) as problem:
        raise InputTypeError(
            f"{what} must hold only what JSON can: text, numbers, lists, dicts. {problem}"
        ) from problem
    return read


def _number(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"Got {type(value).__name__}: {value!r}.")


def seal(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes with a checksum beside them."""
    return {SEALED: dict(attributes), SEAL: _digest(attributes)}


def _digest(attributes: Mapping[str, Any]) -> str:
    return f"{zlib.crc32(json.dumps(attributes, sort_keys=True).encode()):08x}"


def unseal(group: zarr.Group, where: Path) -> dict[str, Any]:
    """Return the attributes that `seal` wrote, or raise if a bit of them has changed."""
    held = dict(group.attrs)
    if SEALED not in held:
        raise StoreError(f"{where} is a zarr folder, but repscape did not write it.")
    attributes = held[SEALED]
    if not isinstance(attributes, dict) or _digest(attributes) != held.get(SEAL):
        raise StoreError(f"{where / 'zarr.json'} is damaged: its checksum does not match.")
    return attributes


def open_root(path: Path) -> tuple[zarr.Group, dict[str, Any]]:
    """Open a folder that repscape wrote, read-only, and return it with its attributes."""
    with reading(str(path)):
        root = zarr.open_group(LocalStore(path, read_only=True), mode="r", zarr_format=3)
        attributes = unseal(root, path)
    if attributes.get("format") != VERSION:
        raise StoreError(
            f"{path} has format {attributes.get('format')}; this version of repscape reads format {VERSION}."
        )
    return root, attributes


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn whatever zarr, a codec or json says about damaged bytes into a StoreError that names what was read."""
    try:
        yield
    except RepscapeError:
        raise
    except FileNotFoundError as problem:
        raise StoreError(f"{what} cannot be read: a file is missing ({problem}).") from problem
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as problem:
        raise StoreError(f"{what} is damaged and cannot be read: {problem}") from problem


@contextmanager
def writing(what: str, then: str) -> Iterator[None]:
    """Turn a full disk or a folder without permission into a StoreError that says what to do."""
    try:
        yield
    except RepscapeError:
        raise
    except OSError as problem:
        raise StoreError(f"{what} could not be written: {problem}. {then}") from problem


def safe_name(name: str) -> str:
    """Return a folder name for any text: a readable start and a digest that tells names apart.

    Examples
    --------
    >>> safe_name("h.3:norm1/<b>")
    'h.3-norm1-b-19ffe1f8d9c32575'
    """
    readable = re.sub(r"[^A-Za-z0-9._]+", "-", name)[:40].strip("-.")
    return f"{readable}-{hashlib.blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def new_array(group: zarr.Group, name: str, shape: tuple[int, ...], *, dtype: Any, rows: int) -> ZarrArray:
    """Create an array with `rows` rows in a chunk and checksummed codecs; floats read NaN where nothing was written."""
    chunks = (max(1, rows), *(max(1, length) for length in shape[1:])) if shape else ()
    numeric = dtype is not str
    return group.create_array(
        name,
        shape=shape,
        dtype=dtype,
        chunks=chunks,
        compressors=[ZstdCodec(level=1), Crc32cCodec()],
        fill_value=np.nan if numeric and np.dtype(dtype).kind in "fc" else ("" if not numeric else 0),
        config={"write_empty_chunks": True},  # a chunk that holds only fill values is there all the same
    )


def missing_chunk(folder: Path, shape: tuple[int, ...], *, rows: int, chunks: range | None = None) -> int | None:
    """Return the first chunk (counted along rows) that has no file, or None; arrays are cut along rows alone.

    Asked after reading: no chunk of committed rows is ever put back, so one that is there now was there then. Asked
    before, it might be deleted in between, and read as fill values.
    """
    if 0 in shape:
        return None
    if not shape:
        return None if (folder / "c").is_file() else 0
    inner = ["0"] * (len(shape) - 1)
    for chunk in chunks if chunks is not None else range(math.ceil(shape[0] / max(1, rows))):
        if not (folder / "c" / str(chunk)).joinpath(*inner).is_file():
            return chunk
    return None


def put_array(group: zarr.Group, name: str, array: Array) -> dict[str, Any]:
    """Write a numeric or text array in one piece; return what `get_array` needs to check it."""
    text = array.dtype.kind in "UTO"
    row_bytes = max(1, (64 if text else array.dtype.itemsize) * math.prod(array.shape[1:]))
    rows = max(1, min(array.shape[0] if array.shape else 1, CHUNK_BYTES // row_bytes))
    made = new_array(group, name, array.shape, dtype=str if text else array.dtype.newbyteorder("="), rows=rows)
    made[...] = array.astype(object) if text else array
    return {"array": name, "shape": list(array.shape), "dtype": "text" if text else made.dtype.name, "chunk_rows": rows}


def get_array(group: zarr.Group, folder: Path, entry: Mapping[str, Any]) -> Array:
    """Read an array that `put_array` wrote, whole; text comes back with numpy's StringDType."""
    name, shape = entry["array"], tuple(entry["shape"])
    array = open_array(group, name, shape, dtype=entry["dtype"], where=folder / name)
    values = np.asarray(array[...])
    lost = missing_chunk(folder / name, shape, rows=entry["chunk_rows"])
    if lost is not None:
        raise StoreError(f"{folder / name} has lost chunk {lost}.")
    return values


def open_array(group: zarr.Group, name: str, shape: tuple[int, ...], *, dtype: str, where: Path) -> ZarrArray:
    """Open an array and compare its own metadata with what the sealed attributes say."""
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise StoreError(f"{where} is damaged: it is no array.")
    own = "text" if array.dtype.kind == "T" else array.dtype.name
    if array.shape != shape or own != dtype:
        raise StoreError(f"{where} is damaged: it should be {shape} {dtype}. Got {array.shape} {own}.")
    return array
