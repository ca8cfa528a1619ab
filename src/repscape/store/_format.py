"""What lies on disk and how it is kept safe: codecs, sealed attributes, safe names, every chunk accounted for.

A chunk carries a crc32c, but zarr's metadata files carry nothing, zarr reads a missing chunk as fill values, and no chunk
knows its place. So what we write into attributes is sealed with a crc32 of its own, and holds a digest of all that decides
how bytes become numbers: each array's metadata file, and the checksums of its chunks in their order. Both are compared
when an array is opened. docs/format.md describes the layout.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec
from zarr.storage import LocalStore

from ..errors import InputTypeError, RepscapeError, StoreError
from ..machine import check_memory, is_far, write_whole

VERSION = 2
READ = (1, 2)
CHECKSUM = 4  # bytes of the crc32c at the end of every chunk
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


def put_group(folder: Path, attributes: Mapping[str, Any], *, sync: bool) -> None:
    """Make a folder a zarr group with sealed attributes, or give it others: the one small file that commits a write."""
    if not is_far(folder):
        folder.mkdir(parents=True, exist_ok=True)
    held = {"attributes": seal(attributes), "zarr_format": 3, "node_type": "group"}
    write_whole(folder / "zarr.json", json.dumps(held, indent=2).encode(), sync=sync)


def zarr_place(path: Any, *, read_only: bool = False) -> Any:
    """Return what zarr opens: a folder on disk, or a place on an object store."""
    if is_far(path):
        from zarr.storage import FsspecStore

        # By its address: zarr has an event loop of its own, in which this path's connection cannot be used.
        return FsspecStore.from_url(str(path), storage_options=dict(path.storage_options), read_only=read_only)
    return LocalStore(path, read_only=read_only)


def open_root(path: Path) -> tuple[zarr.Group, dict[str, Any]]:
    """Open a folder that repscape wrote, read-only, and return it with its attributes."""
    with reading(str(path)):
        root = zarr.open_group(zarr_place(path, read_only=True), mode="r", zarr_format=3)
        attributes = unseal(root, path)
        for entry in attributes.get("layers", ()):
            own_name(entry["array"], path)
    check_format(attributes.get("format"), VERSION, str(path), known=READ)
    return root, attributes


def check_format(found: Any, newest: int, where: str, *, known: Iterable[int]) -> None:
    """Refuse a format that this version does not read; a newer one by name."""
    if found in known and not isinstance(found, bool):
        return
    if isinstance(found, int) and found > newest:
        raise StoreError(
            f"{where} has format {found}, which a later version of repscape wrote; this one reads up to {newest}. "
            "Update repscape; nothing was changed."
        )
    raise StoreError(f"{where} has format {found}; this version of repscape reads {', '.join(map(str, known))}.")


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn whatever zarr, a codec or json says about damaged bytes into a StoreError that names what was read."""
    try:
        yield
    except RepscapeError:
        raise
    except FileNotFoundError as problem:
        raise StoreError(f"{what} cannot be read: a file is missing ({problem}).") from problem
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ArithmeticError) as problem:
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


def chunk_files(folder: Path, shape: tuple[int, ...], *, rows: int, chunks: range | None = None) -> Iterator[Path]:
    """Yield the files of an array's chunks in their order; arrays are cut along rows alone."""
    if 0 in shape:
        return
    if not shape:
        yield folder / "c"
        return
    inner = ["0"] * (len(shape) - 1)
    for chunk in chunks if chunks is not None else range(math.ceil(shape[0] / max(1, rows))):
        yield (folder / "c" / str(chunk)).joinpath(*inner)


def missing_chunk(folder: Path, shape: tuple[int, ...], *, rows: int, chunks: range | None = None) -> int | None:
    """Return the first chunk (counted along rows) that has no file, or None.

    Asked after reading: no chunk of committed rows is ever put back, so one that is there now was there then. Asked
    before, it might be deleted in between, and read as fill values.
    """
    first = chunks.start if chunks is not None else 0
    for place, file in enumerate(chunk_files(folder, shape, rows=rows, chunks=chunks)):
        if not file.is_file():
            return first + place
    return None


def checksum_of(chunk: Path) -> bytes:
    """Return the length of a chunk's file and the checksum at its end: what ties these very bytes to their place."""
    try:
        with chunk.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - CHECKSUM))
            return length.to_bytes(8, "little") + file.read()
    except OSError as problem:
        raise StoreError(f"{chunk} is gone: its chunk was there when it was written.") from problem


def metadata_seal(folder: Path) -> str:
    """Return a digest of the file that says how an array's bytes become numbers."""
    return hashlib.sha256((folder / "zarr.json").read_bytes()).hexdigest()


def chunks_seal(files: Iterable[Path], before: str = "") -> str:
    """Return a digest of chunks in their order, going on from that of those before them."""
    digest = hashlib.sha256(before.encode())
    for file in files:
        digest.update(checksum_of(file))
    return digest.hexdigest()


def check_seal(found: str, sealed: str | None, what: str) -> None:
    """Compare with what was sealed; format 1 sealed nothing."""
    if sealed is not None and found != sealed:
        raise StoreError(f"{what} is damaged: it is not what was written.")


def put_array(group: zarr.Group, folder: Path, *, name: str, array: Array) -> dict[str, Any]:
    """Write a numeric or text array in one piece; return what `get_array` needs to check it."""
    text = array.dtype.kind in "UTO"
    row_bytes = max(1, (64 if text else array.dtype.itemsize) * math.prod(array.shape[1:]))
    rows = max(1, min(array.shape[0] if array.shape else 1, CHUNK_BYTES // row_bytes))
    made = new_array(group, name, array.shape, dtype=str if text else array.dtype.newbyteorder("="), rows=rows)
    made[...] = array.astype(object) if text else array
    about = {
        "array": name,
        "shape": list(array.shape),
        "dtype": "text" if text else made.dtype.name,
        "chunk_rows": rows,
    }
    files = chunk_files(folder / name, array.shape, rows=rows)
    return {**about, "metadata": metadata_seal(folder / name), "chunks": chunks_seal(files)}


def get_array(group: zarr.Group, folder: Path, entry: Mapping[str, Any]) -> Array:
    """Read an array that `put_array` wrote, whole; text comes back with numpy's StringDType."""
    name, shape = own_name(entry["array"], folder), tuple(entry["shape"])
    check_seal(metadata_seal(folder / name), entry.get("metadata"), f"{folder / name / 'zarr.json'}")
    array = open_array(group, name, shape, dtype=entry["dtype"], where=folder / name)
    check_claim(shape, 1 if entry["dtype"] == "text" else array.dtype.itemsize, folder / name)
    if missing_chunk(folder / name, shape, rows=entry["chunk_rows"]) is not None:
        raise StoreError(f"{folder / name} is damaged: it claims more rows than there are chunks for.")
    values = np.asarray(array[...])
    lost = missing_chunk(folder / name, shape, rows=entry["chunk_rows"])
    if lost is not None:
        raise StoreError(f"{folder / name} has lost chunk {lost}.")
    if "chunks" in entry:
        found = chunks_seal(chunk_files(folder / name, shape, rows=entry["chunk_rows"]))
        check_seal(found, entry["chunks"], f"{folder / name}")
    return values


def own_name(name: Any, folder: Path) -> str:
    """Return the name of a folder inside another, as we give them; a path that leads elsewhere is none."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name):
        raise StoreError(f"{folder} is damaged: {name!r} is no name of a folder in it.")
    return name


def check_claim(shape: tuple[int, ...], size: int, where: Path) -> None:
    """Refuse an array that claims to be larger than what is free, before any of it is taken."""
    check_memory(math.prod(shape) * size, f"{where}, which claims the shape {shape},", then="It may be damaged.")


def open_array(group: zarr.Group, name: str, shape: tuple[int, ...], *, dtype: str, where: Path) -> ZarrArray:
    """Open an array and compare its own metadata with what the sealed attributes say."""
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise StoreError(f"{where} is damaged: it is no array.")
    own = "text" if array.dtype.kind == "T" else array.dtype.name
    if array.shape != shape or own != dtype:
        raise StoreError(f"{where} is damaged: it should be {shape} {dtype}. Got {array.shape} {own}.")
    return array
