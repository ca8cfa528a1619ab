"""The states of a study as one file that other tools read: npz, safetensors, parquet, AnnData, HDF5."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from .. import _check
from ..errors import InputError, UnknownNameError
from ..examples import WRITERS, write_held
from ..store import open_store
from ._folder import StudyFolder
from ._study import open_study
from .reading import Representation, Source, imported_models, read_source


def is_file_of_states(path: Path) -> bool:
    """Whether a path asks for one file of states, rather than for a folder of neighbour files."""
    return path.suffix.lower() in WRITERS


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
    found = _source(source)
    chosen = [one for one in found.representations if one.points is not None]
    if not chosen:
        raise InputError(f"{source} holds published graphs and no states; -o DIR writes the graphs.")
    names = {_name(one, found): one for one in chosen}
    wanted = _chosen(list(names), layers)
    write_held(file, {name: names[name].points for name in wanted}, dict(found.columns))
    return file


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
