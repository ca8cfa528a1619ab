"""Plain zarr groups and arrays, of format 2 and 3, that repscape did not write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.storage import LocalStore

from ...errors import InputError, RepscapeError
from .._layer_names import natural_key
from .._room import check_room
from ._form import Held

MARKS = ("zarr.json", ".zgroup", ".zarray")
OURS = "repscape"  # our own stores seal their attributes under this name


def is_zarr(path: Path) -> bool:
    """Whether a folder is a zarr group or array, of whoever's."""
    return path.is_dir() and any((path / mark).is_file() for mark in MARKS)


def is_own(path: Path) -> bool:
    """Whether it is one of repscape's own stores; one that cannot be read is left to say so itself."""
    file = path / "zarr.json"
    if not file.is_file():
        return False
    try:
        held = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return True
    return not isinstance(held, dict) or OURS in (held.get("attributes") or {})


def read_zarr(path: Path) -> Held:
    """Return every array below a folder by its path inside.

    Raises
    ------
    InputError
        If it is damaged, or an array was pickled: its loading would run code.
    """
    try:
        found = zarr.open(LocalStore(path, read_only=True), mode="r")
        if isinstance(found, zarr.Array):
            held = Held()
            _add(path, path.stem, found, held)
            return held
        if found.attrs.get("encoding-type") == "anndata":
            from ._anndata_files import read_h5ad

            return read_h5ad(path)
        held = Held(ordered=False)
        for name, array in sorted(_arrays(found, ""), key=lambda pair: natural_key(pair[0])):
            _add(path, name, array, held)
    except RepscapeError:
        raise
    except Exception as problem:  # codecs raise whatever their libraries do
        if "pickle" in str(problem):
            raise InputError(
                f"{path} cannot be read: it holds pickled Python objects, which are never loaded."
            ) from problem
        raise InputError(f"{path} cannot be read as zarr: {type(problem).__name__}: {str(problem)[:200]}.") from problem
    return held


def _arrays(group: Any, above: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, member in group.members():
        name = f"{above}/{key}" if above else key
        found += [(name, member)] if isinstance(member, zarr.Array) else _arrays(member, name)
    return found


def _add(path: Path, name: str, array: Any, held: Held) -> None:
    if "pickle" in json.dumps(array.metadata.to_dict(), default=str):
        raise InputError(f"{name} in {path} cannot be read: it holds pickled Python objects, which are never loaded.")
    kind = np.dtype(array.dtype).kind
    if kind in "fiubc":
        check_room(array.size * array.dtype.itemsize, f"{name} in {path}, unpacked,")
        if array.shards is None and (gone := array.nchunks - array.nchunks_initialized):
            held.notes.append(
                f"{gone} of the {array.nchunks} chunks of {name} are not there and count as {array.fill_value}: so are chunks "
                "written that hold nothing else, and so looks a copy that was cut short"
            )
        held.arrays[name] = np.asarray(array[...])
    elif kind in "UTSO" and array.ndim == 1:
        held.columns[name] = np.asarray(
            [one.decode() if isinstance(one, bytes) else str(one) for one in array[...].tolist()]
        )
    else:
        held.notes.append(f"left out {name} of shape {array.shape} and dtype {array.dtype}: not numbers")
