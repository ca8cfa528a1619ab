"""AnnData: X, layers and obsm are representations of the cells, or of whatever else the rows are; obs are their columns."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, RepscapeError, StoreError, needs_extra
from .._room import check_room
from ._form import Held
from ._h5py_own import check_own
from ._plain import is_sparse

LEFT = ("obsp", "varm", "varp", "uns", "raw")


def read_h5ad(path: Path) -> Held:
    """Read a .h5ad, or a zarr folder that AnnData wrote.

    Raises
    ------
    InputError
        If the file is damaged, or no AnnData.
    MissingExtraError
        If anndata is not installed.
    """
    anndata = _anndata(f"reading {path.name}")
    if path.is_file():
        check_room(path.stat().st_size, str(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that older versions wrote: they are read all the same
            if path.is_file():
                check_own(path)
            read = anndata.read_zarr(path) if path.is_dir() else anndata.read_h5ad(path)
    except RepscapeError:
        raise
    except Exception as problem:  # the library raises whatever the layer below it does
        raise InputError(f"{path} cannot be read as AnnData: {str(problem)[:200]}.") from problem
    return of_anndata(read)


def of_anndata(data: Any) -> Held:
    """Return the representations and columns of an AnnData object: X, then layers, then obsm; names of rows are ids."""
    held = Held(certain=True, flatten=False)
    found: dict[str, tuple[str, Any]] = {} if data.X is None else {"X": ("X", data.X)}
    for part, entries in (("layers", data.layers), ("obsm", data.obsm)):
        for name, values in entries.items():
            if name is None:
                continue  # newer versions list X among the layers under no name
            key = f"{part}/{name}" if name in found else str(name)
            found[key] = (part, values)
    for key, (part, values) in found.items():
        if not _is_numeric(values):
            held.notes.append(f"left out {part} {key}: not numbers")
        elif is_sparse(values) or hasattr(values, "columns"):
            held.arrays[key] = values
        else:
            held.arrays[key] = np.asarray(values)
    names = np.asarray(data.obs_names.astype(str), dtype=str)
    if len(set(names.tolist())) == len(names) and "id" not in data.obs.columns:
        held.columns["id"] = names
    for name, column in data.obs.items():
        held.columns[str(name)] = _column(column)
    left = [part for part in LEFT if len(getattr(data, part, None) or ()) > 0] if not _is_old(data) else []
    if left:
        held.notes.append(f"left out {', '.join(left)}, which are no rows of numbers for each example")
    return held


def to_anndata(layers: Mapping[str, Any], columns: Mapping[str, Any]) -> Any:
    """Return an AnnData object with layers as obsm and columns as obs; ids are the names of the rows.

    Raises
    ------
    MissingExtraError
        If anndata is not installed.
    """
    anndata = _anndata("making AnnData")
    import pandas as pd

    n = len(next(iter(layers.values())))
    names = columns.get("id", np.arange(n))
    rows = pd.Index([str(one) for one in names], dtype=object)
    obs = pd.DataFrame({name: values for name, values in columns.items() if name != "id"}, index=rows)
    for name in obs.select_dtypes(exclude=["number", "bool"]):
        obs[name] = obs[name].astype(object)
    held = {name.replace("/", "|"): np.ascontiguousarray(array) for name, array in layers.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on names of rows that repeat, and on text made categorical
        data = anndata.AnnData(obs=obs, obsm=held)
        # Plain text, which every version reads; pandas 3 would make of it a type of its own.
        data.obs.index, data.var.index = rows, pd.Index([], dtype=object)
    return data


def write_h5ad(path: Path, layers: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Write layers as obsm and columns as obs; ids become the names of the rows."""
    data = to_anndata(layers, columns)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on text made categorical
            data.write_h5ad(path)
    except (OSError, ValueError, TypeError, RuntimeError, KeyError) as problem:
        raise StoreError(f"{path} cannot be written: {str(problem)[:200]}.") from problem


def _anndata(what: str) -> Any:
    try:
        import anndata
    except ImportError as problem:
        raise needs_extra(what, "anndata", "formats") from problem
    return anndata


def _is_old(data: Any) -> bool:
    return not hasattr(data, "obsp")


def _is_numeric(values: Any) -> bool:
    if hasattr(values, "dtypes") and hasattr(values, "columns"):
        return all(getattr(kind, "kind", "O") in "fiub" for kind in values.dtypes)
    return getattr(getattr(values, "dtype", None), "kind", "O") in "fiub"


def _column(column: Any) -> Any:
    """Return a column of obs: a category as its name, anything else as it is."""
    if str(column.dtype) == "category":
        column = column.astype(column.cat.categories.dtype)
    array = column.to_numpy()
    return array.astype(str) if array.dtype.kind == "O" and all(isinstance(one, str) for one in array) else array
