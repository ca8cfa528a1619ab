"""Arrays of HDF5 files: every data set of numbers or text, by its path; mapped into memory where it lies in one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError, StoreError, needs_extra
from .._layer_names import natural_key
from .._room import check_room
from ._form import Held

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
    h5py = _h5py(f"reading {path.name}")
    held = Held(ordered=False)
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("encoding-type") == "anndata":
                from ._anndata_files import read_h5ad

                return read_h5ad(path)
            for name in sorted(_names(file, "", held, h5py), key=natural_key):
                _add(path, name, file[name], held, h5py)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"{path} cannot be read as HDF5: {str(problem)[:200]}.") from problem
    return held


def write_h5(path: Path, layers: dict[str, Any], columns: dict[str, Any]) -> None:
    """Write layers and columns, each a data set; a "/" in a name makes a group, as the format has it."""
    h5py = _h5py("writing HDF5")
    try:
        with h5py.File(path, "w") as file:
            for name, array in {**layers, **columns}.items():
                text = array.dtype.kind in "UO"
                values = array.astype(object) if text else array
                file.create_dataset(name, data=values, dtype=h5py.string_dtype() if text else None)
    except (OSError, ValueError, TypeError) as problem:
        raise StoreError(f"{path} cannot be written: {str(problem)[:200]}.") from problem


def _h5py(what: str) -> Any:
    try:
        import h5py
    except ImportError as problem:
        raise needs_extra(what, "h5py", "formats") from problem
    return h5py


def check_own(path: Path) -> None:
    """Refuse a file whose numbers lie in others: whoever made it could name any file of this machine."""
    h5py = _h5py(f"reading {path.name}")
    notes = Held()
    with h5py.File(path, "r") as file:
        for name in _names(file, "", notes, h5py):
            if _elsewhere(file[name]):
                raise InputError(f"{name} in {path} lies in other files, which are not followed.")


def _elsewhere(data: Any) -> bool:
    return data.external is not None or data.is_virtual


def _names(group: Any, above: str, held: Held, h5py: Any, seen: frozenset[int] = frozenset()) -> list[str]:
    """Return the paths of the data sets below a group; one that holds itself is not gone into again."""
    found = []
    seen = seen | {h5py.h5o.get_info(group.id).addr}
    for key in group:
        name = f"{above}/{key}" if above else key
        link = group.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
            held.notes.append(f"left out {name}: a link")
        elif isinstance(group[key], h5py.Group):
            if h5py.h5o.get_info(group[key].id).addr not in seen:
                found += _names(group[key], name, held, h5py, seen)
        else:
            found.append(name)
    return found


def _add(path: Path, name: str, data: Any, held: Held, h5py: Any) -> None:
    """Add a data set: numbers as an array, text as a column."""
    if _elsewhere(data):
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
