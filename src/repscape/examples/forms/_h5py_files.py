"""Arrays of HDF5 files: every data set of numbers or text, by its path; mapped into memory where it lies in one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError, StoreError
from .._layer_names import natural_key
from .._room import check_room
from ._form import Held
from ._h5py_own import elsewhere, h5py_for, names_in

Array = npt.NDArray[Any]


def read_h5(path: Path) -> Held:
    """Return every data set of a file by its path inside; links that lead to other files are not followed.

    Raises
    ------
    InputError
        If the file is damaged.
    MissingExtraError
        If h5py is not installed.
    """
    h5py = h5py_for(f"reading {path.name}")
    held = Held(ordered=False)
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("encoding-type") == "anndata":
                from ._anndata_files import read_h5ad

                return read_h5ad(path)
            for name in sorted(names_in(file, "", held, h5py=h5py), key=natural_key):
                _add(path, name, file[name], held, h5py)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"{path} cannot be read as HDF5: {str(problem)[:200]}.") from problem
    return held


def write_h5(path: Path, layers: dict[str, Any], columns: dict[str, Any]) -> None:
    """Write layers and columns, each a data set; a "/" in a name makes a group, as the format has it."""
    h5py = h5py_for("writing HDF5")
    try:
        with h5py.File(path, "w") as file:
            for name, array in {**layers, **columns}.items():
                text = array.dtype.kind in "UO"
                values = array.astype(object) if text else array
                file.create_dataset(name, data=values, dtype=h5py.string_dtype() if text else None)
    except (OSError, ValueError, TypeError) as problem:
        raise StoreError(f"{path} cannot be written: {str(problem)[:200]}.") from problem


def _add(path: Path, name: str, data: Any, held: Held, h5py: Any) -> None:
    """Add a data set: numbers as an array, text as a column."""
    if elsewhere(data):
        held.notes.append(f"left out {name}: its numbers lie in other files, which are not followed")
        return
    if h5py.check_string_dtype(data.dtype) is not None:
        if len(data.shape) == 1:
            held.columns[name] = np.asarray(data.asstr()[()].astype(str))
        else:
            held.notes.append(f"left out {name} of shape {data.shape}: text that is no column")
        return
    if data.shape is None or data.dtype.kind not in "fiubc":
        held.notes.append(f"left out {name} of shape {data.shape} and dtype {data.dtype}: not numbers")
        return
    held.arrays[name] = _array(path, name, data)


def _array(path: Path, name: str, data: Any) -> Array:
    plain = data.chunks is None and data.compression is None
    offset = data.id.get_offset() if plain else None
    if offset is not None and data.size:
        end = offset + data.size * data.dtype.itemsize
        if end > path.stat().st_size:
            raise InputError(f"{name} in {path} cannot be read: the file is truncated.")
        return np.memmap(path, data.dtype, mode="r", offset=offset, shape=data.shape)
    check_room(data.size * data.dtype.itemsize, f"{name} in {path}, unpacked,")
    array: Array = data[()]
    return array
