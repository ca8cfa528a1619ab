"""Layers and columns written in the forms that other tools read; each file appears whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, StoreError
from .._room import check_room
from ._anndata_files import write_h5ad
from ._frame import write_parquet
from ._h5py_files import write_h5
from ._safetensors import write_safetensors

Writer = Callable[[Path, dict[str, Any], dict[str, Any]], None]


def _npz(path: Path, layers: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    with path.open("wb") as file:  # a stream, so that numpy adds no suffix; a name "file" is as good as any
        _savez(file, {**layers, **columns})


def _savez(file: Any, arrays: Mapping[str, Any]) -> None:
    import zipfile

    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)


WRITERS: Mapping[str, Writer] = {
    ".npz": _npz,
    ".safetensors": write_safetensors,
    ".parquet": write_parquet,
    ".h5ad": write_h5ad,
    ".h5": write_h5,
}
"""Suffix -> writer."""
BY_LAYER = (".npz", ".h5")  # written layer by layer: the others need all of them at once


def write_held(path: Path, layers: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Write layers (n, d) and columns (n,) into one file, by its suffix.

    Raises
    ------
    InputError
        If the suffix is not known, or a column bears the name of a layer.
    StoreError
        If the file is there already, or cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"a file of layers must end in {', '.join(WRITERS)}. Got {path}.")
    if path.exists():
        raise StoreError(f"{path} is there already. Choose another name, or delete it.")
    if path.suffix.lower() not in BY_LAYER:
        check_room(sum(array.shape[0] * array.shape[1] * array.dtype.itemsize for array in layers.values()), str(path))
        layers = {name: np.asarray(array) for name, array in layers.items()}
    renamed = {f"column {name}" if name in layers else name: _plain(values) for name, values in columns.items()}
    beside = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer(beside, dict(layers), renamed)
        os.replace(beside, path)
    except OSError as problem:
        if isinstance(problem, StoreError):
            raise
        raise StoreError(f"{path} cannot be written: {problem}.") from problem
    finally:
        beside.unlink(missing_ok=True)


def _plain(values: Any) -> Any:
    """Return a column as numbers or text: what no other tool reads becomes what is written of it."""
    array = np.asarray(values)
    if array.dtype.kind in "fiub":
        return array
    missing = [one is None or one != one for one in array.tolist()]
    return np.asarray(["" if gone else str(one) for one, gone in zip(array.tolist(), missing, strict=True)])
