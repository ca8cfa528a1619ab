"""Open .npy and .npz files safely: never unpickle, name the file in every error, map into memory where possible."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import InputError

Array = npt.NDArray[Any]
UNREADABLE = (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError)
PICKLED = "it holds pickled Python objects, which are never loaded; save a plain array of numbers or text instead"


def load_npy(path: Path) -> Array:
    """Map a .npy file into memory, read-only."""
    try:
        with path.open("rb") as stream:
            shape, _, dtype = _header(stream)
        if dtype.hasobject:
            raise InputError(f"{path} cannot be read: {PICKLED}.")
        mode: Literal["r"] | None = None if 0 in shape else "r"  # an empty array has no map
        array: Array = np.load(path, mmap_mode=mode, allow_pickle=False)
        return array
    except InputError:
        raise
    except UNREADABLE as problem:
        raise InputError(f"{path} cannot be read as a .npy array: {_reason(path, problem)}.") from problem


def load_npz(path: Path) -> dict[str, Array]:
    """Return every array of a .npz by name; those stored without compression are mapped into memory, read-only."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
            arrays = {}
            for member in members:
                name = member.filename.removesuffix(".npy")
                arrays[name] = _member(path, archive, member)
            return arrays
    except InputError:
        raise
    except UNREADABLE as problem:
        raise InputError(f"{path} cannot be read as a .npz file: {_reason(path, problem)}.") from problem


def _member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    with archive.open(member) as stream:
        shape, fortran, dtype = _header(stream)
        if dtype.hasobject:
            raise InputError(f"{member.filename.removesuffix('.npy')} in {path} cannot be read: {PICKLED}.")
        skip = stream.tell()
    if member.compress_type == zipfile.ZIP_STORED and 0 not in shape and shape != ():
        start = _data_start(path, member)
        return np.memmap(path, dtype, mode="r", offset=start + skip, shape=shape, order="F" if fortran else "C")
    with archive.open(member) as stream:
        array: Array = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _header(stream: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


def _data_start(path: Path, member: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: its local header has its own lengths of name and extra field."""
    with path.open("rb") as file:
        file.seek(member.header_offset + 26)
        lengths = file.read(4)
    return member.header_offset + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")


def _reason(path: Path, problem: BaseException) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    if start[:1] == b"\x80":  # how every pickle since protocol 2 begins
        return PICKLED
    if isinstance(problem, zipfile.BadZipFile | zlib.error | EOFError) or "mmap length" in str(problem):
        return f"it is truncated or damaged ({problem})"
    return str(problem)
