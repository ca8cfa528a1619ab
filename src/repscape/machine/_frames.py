"""How a process and its workers talk: pickles of stated length, through the pipes between them and nothing else.

No port is opened and nobody else can speak to a worker. Large arrays do not pass through the pipe: they are put on a shelf, a
folder of .npy files that every worker maps, so that many workers hold the points once. What a script defines in itself has no
name that another process could import, and is refused before anything is sent.
"""

from __future__ import annotations

import io
import mmap
import pickle
import secrets
import shutil
import struct
import tempfile
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import InputError, StoreError

LENGTH = struct.Struct(">Q")
LEAST = 1 << 20  # bytes of an array that goes on the shelf


def write_frame(pipe: BinaryIO, content: bytes) -> None:
    """Send bytes."""
    pipe.write(LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes | None:
    """Return what the other side sent; None where it has gone."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = pipe.read(length)
    return content if len(content) == length else None


@dataclass(slots=True)
class Shelf:
    """Arrays that several processes read, each written once; None for a folder puts nothing there."""

    folder: Path | None = None
    mapped: bool = True
    """Whether files that arrays are maps of already are there for those who read."""
    bytes: int = 0
    """Written so far."""
    _kept: dict[int, tuple[Any, str]] = field(default_factory=dict)

    @classmethod
    def new(cls) -> Shelf:
        """Make one in the folder for temporary files, for processes of this machine."""
        return cls(Path(tempfile.mkdtemp(prefix="repscape-")))

    @classmethod
    def inside(cls, parent: Path, prefix: str) -> Shelf:
        """Make one in a folder that other machines see, who need not see the files that arrays are maps of already."""
        folder = parent / f"{prefix}{secrets.token_hex(6)}"
        try:
            folder.mkdir()
        except OSError as error:
            raise StoreError(f"{folder}, by which workers read arrays, cannot be made: {error}") from error
        return cls(folder, mapped=False)

    def place(self, array: npt.NDArray[Any]) -> tuple[Any, ...] | None:
        """Return where a worker finds an array, writing it if need be; None where it travels by itself."""
        if self.folder is None or array.nbytes < LEAST or array.dtype.hasobject:
            return None
        if self.mapped and isinstance(array, np.memmap) and _whole(array):
            order = "C" if array.flags.c_contiguous else "F"
            return "mapped", str(array.filename), array.dtype.str, array.shape, array.offset, order
        if id(array) not in self._kept:
            file = self.folder / f"{len(self._kept)}.npy"
            try:
                np.save(file, array, allow_pickle=False)
            except OSError as error:
                raise StoreError(f"{file}, by which workers read an array, could not be written: {error}") from error
            self.bytes += array.nbytes
            self._kept[id(array)] = (array, str(file))  # the array is held, so that its id stays its own
        return "saved", self._kept[id(array)][1]

    def close(self) -> None:
        """Take the files away."""
        self._kept.clear()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def _whole(array: np.memmap[Any, Any]) -> bool:
    """Whether a memory-map is as it was made, and no part of another."""
    base: Any = array.base
    return isinstance(base, mmap.mmap) and array.filename is not None


class _Packer(pickle.Pickler):
    def __init__(self, into: io.BytesIO, shelf: Shelf) -> None:
        super().__init__(into, protocol=pickle.HIGHEST_PROTOCOL)
        self._shelf = shelf

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, np.ndarray):
            return self._shelf.place(obj)
        if isinstance(obj, types.FunctionType | type) and obj.__module__ == "__main__":
            raise InputError(f"{obj.__qualname__} is defined in the script, notebook or session itself")
        return None


class _Unpacker(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        if pid[0] == "saved":
            return np.load(pid[1], mmap_mode="r", allow_pickle=False).view(np.ndarray)
        _, file, dtype, shape, offset, order = pid
        return np.memmap(file, dtype, "r", offset, shape, order).view(np.ndarray)


def packed(value: Any, shelf: Shelf) -> bytes:
    """Return a value as bytes for another process.

    Raises
    ------
    InputError
        If something in it has no name that can be imported there.
    """
    into = io.BytesIO()
    try:
        _Packer(into, shelf).dump(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InputError(f"it holds something that cannot be sent: {error}") from error
    return into.getvalue()


def unpacked(content: bytes) -> Any:
    """Read what :func:`packed` gave, which is code as much as data: only ever of one's own other side."""
    return _Unpacker(io.BytesIO(content)).load()


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a worker."""

    kind: str
    """ "ready", "part", "warning", "log", "end" or "error"."""
    value: Any = None
