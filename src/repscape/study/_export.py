"""What a study holds, written for other tools: its states as one file, or its neighbour graphs as published files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .._types import LayerInfo
from ..errors import InputError, StoreError, UnknownNameError
from ..examples import WRITERS, write_neighbor_files
from ..graph import NeighborGraph
from ..results import Place
from ._export_states import export_states, is_file_of_states
from ._folder import StudyFolder
from ._study import Study, open_study
from ._there import NO_EXPORT
from ._units import place_name
from .reading import imported_models, published_graphs

Array = npt.NDArray[Any]
Files = dict[LayerInfo, tuple[Array | None, Array | None]]


def export_arrays(
    study: str | os.PathLike[str], folder: str | os.PathLike[str], *, layers: str | Sequence[str] = ()
) -> list[Path]:
    """Write the states of a study into one file, or its neighbour graphs as published files.

    Parameters
    ----------
    study : path
        A study folder, a store, or a folder that :func:`import_arrays` made.
    folder : path
        A name that ends in .npz, .safetensors, .parquet, .h5ad or .h5: a file of the layers (n, d), with the columns of
        the examples; in AnnData layers are obsm and columns obs. Any other name: a folder, new or empty, of the neighbour
        graphs, for each layer indices and distances, the point itself first. Layers of one site are written into it as
        layer3_post_mlp_indices.npy and layer3_post_mlp_dist.npy, those of several sites into one folder for each site.
        Several models or checkpoints get a folder each.
    layers : str or sequence of str, optional
        Names or globs of the layers that a file takes; by default all.

    Returns
    -------
    list of Path
        The files. What was imported from files with the point itself first comes back bit by bit.

    Raises
    ------
    InputError
        If the folder holds no graph that can be written, such as one in which identical rows were merged; or no states.
    UnknownNameError
        If it has no such layer.
    StoreError
        If `folder` is not empty, or is a file that is there, or cannot be written.

    Examples
    --------
    >>> import tempfile, repscape as rs
    >>> home = Path(tempfile.mkdtemp())
    >>> X = np.random.default_rng(0).normal(size=(30, 4))
    >>> results = rs.run({"a": X, "b": X**3}, rs.Plan(measures=[("overlap_neighbors", {"k": 5})]), folder=home / "study")
    >>> [file.name for file in export_arrays(home / "study", home / "files")]
    ['layer0_indices.npy', 'layer0_dist.npy', 'layer1_indices.npy', 'layer1_dist.npy']
    >>> np.load(home / "files" / "layer0_indices.npy").shape
    (30, 30)
    """
    source, target = Path(study), Path(folder)
    if not source.is_dir():
        raise InputError(NO_EXPORT.format(source))
    if is_file_of_states(target):
        return [export_states(source, target, [layers] if isinstance(layers, str) else list(layers))]
    if layers:
        raise InputError(
            f"layers of export_arrays are for a file of states ({', '.join(WRITERS)}). Got the folder {target}."
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StoreError(f"folder of export_arrays must be new or empty. Got {target}.")
    models: dict[str, Files] = {}
    for stack, layer, arrays in _graphs(source):
        models.setdefault(stack, {})[layer] = arrays
    if not models:
        raise InputError(f"{source} holds no neighbour graph: run a study on it first (repscape run).")
    written: list[Path] = []
    for stack, held in models.items():
        written += write_neighbor_files(target / stack if len(models) > 1 else target, held)
    return written


def _graphs(source: Path) -> Iterator[tuple[str, LayerInfo, tuple[Array | None, Array | None]]]:
    """Yield (folder for the model and checkpoint, layer, (indices, distances)) of every graph there is."""
    if models := imported_models(source):
        for name, path in models.items():
            if (path / "graphs.zarr").is_dir():
                for layer, graph, dtypes in published_graphs(path):
                    yield name, layer, _arrays(graph, dtypes)
        return
    if not StudyFolder(source).is_study:
        raise InputError(f"study of export_arrays must be a study folder or one that import-arrays made. Got {source}.")
    study = open_study(source)
    results = study.results
    if any(record.group is not None for record in results):
        raise InputError(f"{source} is a study by parts (by); the graphs of parts have no form that is published.")
    ends = (place for record in results for place in (record.place, record.other) if place is not None)
    places = list(dict.fromkeys(ends))
    stored: dict[Place, NeighborGraph | None] = {place: _kept(study, place) for place in places}
    lacking = [place for place, graph in stored.items() if graph is None]
    if lacking:  # graphs that were published stay where they are
        given = {one.place: one.graph for one in study.source().representations}
        stored |= {place: given.get(place) for place in lacking}
    for place in places:
        held = stored[place]
        if held is None or held.members is not None:
            what = "no graph" if held is None else "only a graph in which identical rows were merged"
            raise InputError(
                f"{source} holds {what} of {place_name(place)}; overlap_neighbors asks for one of all rows."
            )
        yield _stack(place), place.layer, _arrays(held, {})


def _kept(study: Study, place: Place) -> NeighborGraph | None:
    try:
        return study.graph(place.layer.key, model=place.model, step=place.step)
    except UnknownNameError:
        return None


def _arrays(graph: NeighborGraph, dtypes: dict[str, str]) -> tuple[Array | None, Array | None]:
    """Return indices and distances, in the types they were published in."""
    indices, distances = (
        None if array is None else np.asarray(array, dtype=dtypes.get(name))
        for name, array in (("indices", graph.indices), ("distances", graph.distances))
    )
    return indices, distances


def _stack(place: Place) -> str:
    """Name the folder of a model at a checkpoint."""
    step = "" if place.step is None else f"step{place.step:g}"
    return re.sub(r"[^\w.-]+", "_", "-".join(filter(None, (place.model, step)))).lstrip(".")
