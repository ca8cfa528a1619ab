"""Open .npy and .npz files safely: never unpickle, name the file in every error, map into memory where possible.

What a header says is held against what the file holds before a number is read: a header of more rows would read whatever lies
behind them, one of fewer rows would drop examples. Members of a .npz are checked against their sum before they are mapped.
"""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ._room import check_room, written_size

Array = npt.NDArray[Any]
Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
UNREADABLE = (
    ValueError, TypeError, EOFError, OSError, KeyError, SyntaxError, OverflowError, RecursionError, NotImplementedError,
    RuntimeError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy and zipfile raise for bytes that are not theirs; RuntimeError: a member under a password."""
PICKLED = "it holds pickled Python objects, which are never loaded; save a plain array of numbers or text instead"
STEP = 1 << 22
LONGEST_HEADER = 1 << 20  # bytes; numpy reads at most 10,000


def load_npy(path: Path, *, allow_pickle: bool = False) -> Array:
    """Map a .npy file into memory, read-only."""
    try:
        with path.open("rb") as stream:
            shape, _, dtype = _header(stream)
            if dtype.hasobject:
                _check_pickle(str(path), allowed=allow_pickle)
                return np.asarray(np.load(path, allow_pickle=True))
            _check_length(shape, dtype, path.stat().st_size - stream.tell(), str(path))
        mode: Literal["r"] | None = None if 0 in shape or shape == () else "r"  # an empty array has no map
        array: Array = np.load(path, mmap_mode=mode, allow_pickle=False)
        return array
    except InputError:
        raise
    except UNREADABLE as problem:
        raise InputError(f"{path} cannot be read as a .npy array: {_reason(path, problem)}.") from problem


def load_npz(path: Path, *, allow_pickle: bool = False) -> dict[str, Array]:
    """Return every array of a .npz by name; those stored without compression are mapped into memory, read-only."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
            _check_members(path, members)
            arrays = {}
            for member in members:
                name = member.filename.removesuffix(".npy")
                arrays[name] = _member(path, archive, member, allow_pickle=allow_pickle)
            return arrays
    except InputError:
        raise
    except UNREADABLE as problem:
        raise InputError(f"{path} cannot be read as a .npz file: {_reason(path, problem)}.") from problem


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse members of one name, and packed ones that would not fit into memory together."""
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{path} holds two arrays named {twice.removesuffix('.npy')!r}.")
    packed = sum(member.file_size for member in members if member.compress_type != zipfile.ZIP_STORED)
    check_room(packed, f"{path}, unpacked,")


def _member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, allow_pickle: bool) -> Array:
    name = f"{member.filename.removesuffix('.npy')} in {path}"
    with archive.open(member) as stream:
        shape, fortran, dtype = _header(stream)
        if dtype.hasobject:
            _check_pickle(name, allowed=allow_pickle)
        skip = stream.tell()
        if not dtype.hasobject:
            _check_length(shape, dtype, member.file_size - skip, name)
    mapped = member.compress_type == zipfile.ZIP_STORED and 0 not in shape and shape != () and not dtype.hasobject
    if mapped:
        start = _data_start(path, member)
        _check_sum(archive, member)
        return np.memmap(path, dtype, mode="r", offset=start + skip, shape=shape, order="F" if fortran else "C")
    with archive.open(member) as stream:
        array: Array = np.lib.format.read_array(stream, allow_pickle=dtype.hasobject)
        stream.read(1)  # to the end, where the sum is checked
    return array


def _check_length(shape: tuple[int, ...], dtype: np.dtype[Any], held: int, name: str) -> None:
    """Refuse a header that promises another number of bytes than follow it."""
    if any(length < 0 for length in shape):
        raise InputError(f"{name} cannot be read: its header says the shape {shape}.")
    said = math.prod(shape) * dtype.itemsize
    if said != held:
        wrong = "it is truncated or damaged" if said > held else "more follows its data"
        raise InputError(
            f"{name} cannot be read: {wrong}. Its header says {shape} {dtype}, {written_size(said)} ({said:,}); "
            f"there are {held:,}."
        )


def _check_sum(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read a member to its end: zipfile compares its check sum there."""
    with archive.open(member) as stream:
        while stream.read(STEP):
            pass


def _check_pickle(name: str, *, allowed: bool) -> None:
    """Refuse an array of Python objects, whose loading runs code, unless the caller said so in this very call."""
    if not allowed:
        raise InputError(f"{name} cannot be read: {PICKLED}.")


def _header(stream: Any) -> Header:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    start = stream.tell()
    if (length := int.from_bytes(stream.read(4), "little")) > LONGEST_HEADER:  # room for it would be taken at once
        raise ValueError(f"its header says that it is {length:,} bytes long")
    stream.seek(start)
    return np.lib.format.read_array_header_2_0(stream)


def _data_start(path: Path, member: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: its local header has its own lengths of name and extra field."""
    with path.open("rb") as file:
        file.seek(member.header_offset + 26)
        lengths = file.read(4)
    return member.header_offset + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")


def _reason(path: Path, problem: BaseException) -> str:
    if not path.is_file():
        return "it is no file"
    with path.open("rb") as file:
        start = file.read(2)
    if start[:1] == b"\x80":  # how every pickle since protocol 2 begins
        return PICKLED
    if isinstance(problem, zipfile.BadZipFile | zlib.error | EOFError) or "mmap length" in str(problem):
        return f"it is truncated or damaged ({problem})"
    return str(problem)[:200]
