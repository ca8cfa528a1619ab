"""The states of a study as one file that other tools read: npz, safetensors, parquet, AnnData, HDF5."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _check
from ..errors import InputError, UnknownNameError
from ..examples import WRITERS, write_held
from ..examples import to_anndata as as_anndata
from ..store import open_store
from ._folder import StudyFolder
from ._study import open_study
from .reading import Representation, Source, imported_models, read_source

if TYPE_CHECKING:
    import pandas as pd


def is_file_of_states(path: Path) -> bool:
    """Whether a path asks for one file of states, rather than for a folder of neighbour files."""
    return path.suffix.lower() in WRITERS


def to_anndata(source: str | Path, layers: Sequence[str] = ()) -> Any:
    """Return the states of a study or store as an AnnData object, for scanpy and others that read it.

    Parameters
    ----------
    source : path
        A study, a store, or a folder of what was imported.
    layers : sequence of str
        Names or globs; all by default.

    Returns
    -------
    anndata.AnnData
        obsm has the layers (n, d), called by their keys with "|" for "/"; obs the columns of the examples, ids the names of the
        rows; uns["repscape"] the version and, of a study, "results": a row for each number.

    Raises
    ------
    InputError
        If there are no states, or they cannot be read again.
    MissingExtraError
        If anndata is not installed.

    Examples
    --------
    >>> import repscape as rs
    >>> adata = rs.to_anndata("study")  # doctest: +SKIP
    >>> import scanpy  # doctest: +SKIP
    >>> scanpy.pp.neighbors(adata, use_rep="layer.6")  # doctest: +SKIP
    """
    source = Path(source)
    held, columns = _layers_of(source, layers)
    data = as_anndata({name: np.asarray(points) for name, points in held.items()}, columns)
    data.uns["repscape"] = {"version": version("repscape")}
    if StudyFolder(source).is_study:
        data.uns["repscape"]["results"] = _plain_text(open_study(source).results.to_frame())
    return data


def export_states(source: Path, file: Path, layers: Sequence[str] = ()) -> Path:
    """Write the layers (n, d) of a study, of a store, or of what was imported, and the columns of its examples.

    Layers are called by their keys; those of several models, or checkpoints, by "MODEL/KEY" and "step N/KEY".

    Raises
    ------
    InputError
        If there are no states, as of published graphs, or they cannot be read again.
    UnknownNameError
        If a name or glob of `layers` is that of none.
    """
    held, columns = _layers_of(source, layers)
    write_held(file, held, columns)
    return file


def _plain_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with plain numbers and plain text alone, which is what AnnData writes."""
    import pandas as pd

    rows = pd.Index([str(row) for row in range(len(table))], dtype=object)
    numbers = set(table.select_dtypes(include=["number", "bool"]).columns)
    columns = {
        str(name): table[name].to_numpy()
        if name in numbers
        else np.array(["" if held is None else str(held) for held in table[name]], dtype=object)
        for name in table
    }
    return pd.DataFrame({name: pd.Series(held, index=rows, dtype=held.dtype) for name, held in columns.items()})


def _layers_of(source: Path, layers: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return layer name -> points (n, d), and the columns of the examples."""
    found = _source(source)
    chosen = [one for one in found.representations if one.points is not None]
    if not chosen:
        raise InputError(f"{source} holds published graphs and no states; -o DIR writes the graphs.")
    names = {_name(one, found): one for one in chosen}
    wanted = _chosen(list(names), layers)
    return {name: names[name].points for name in wanted}, dict(found.columns)


def _source(path: Path) -> Source:
    if StudyFolder(path).is_study:
        return open_study(path).source()
    if imported_models(path) or (path / "zarr.json").is_file():
        return read_source(path, function="export_arrays")
    open_store(path)  # says what it would take
    return read_source(path, function="export_arrays")


def _name(one: Representation, source: Source) -> str:
    """Return what a layer is called in the file."""
    several = len({(r.place.model, r.place.step) for r in source.representations}) > 1
    if not several:
        return one.place.layer.key
    step = "" if one.place.step is None else f"step {one.place.step:g}/"
    model = f"{one.place.model}/" if one.place.model else ""
    return f"{model}{step}{one.place.layer.key}"


def _chosen(names: list[str], patterns: Sequence[str]) -> list[str]:
    """Return the names that are meant, in their order."""
    for pattern in patterns:
        if not any(name == pattern or fnmatchcase(name, pattern) for name in names):
            raise UnknownNameError(
                f"layers of export_arrays must be of {', '.join(names[:12])}. Got {pattern!r}.{_check.near(pattern, names)}"
            )
    return [name for name in names if not patterns or any(name == p or fnmatchcase(name, p) for p in patterns)]
