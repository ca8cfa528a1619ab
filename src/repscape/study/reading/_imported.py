"""Arrays and published neighbour files taken in once: validated, checksummed, and from then on a source like any other.

A folder holds one model, or one folder for each model: `activations.zarr` where there are points, `graphs.zarr` where there
are published graphs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy.typing as npt

from ... import _check
from ..._types import LayerInfo, Progress
from ...errors import InputError, InputTypeError, RepscapeError, StoreError
from ...examples import Form, GivenColumns, Rows, kind_of_folder, read_neighbor_files
from ...graph import NeighborGraph
from ...machine import whole_folder
from ...store import is_unfinished, list_groups, making, open_store, read_arrays, write_arrays
from .._progress import progress_bar
from ._imported_points import Found, import_points, layers_of

POINTS, GRAPHS = "activations.zarr", "graphs.zarr"
PUBLISHED, COLUMNS = "published|", "columns"
FUNCTION = "import_arrays"
MODEL = "model"  # what a store says of its making where a model was read into it


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in."""

    path: Path
    """The folder that holds it."""
    model: str
    """Its name, "" where it has none."""
    kind: Literal["points", "graphs"]
    """Whether the layers are points or published neighbour graphs."""
    n: int
    """Examples."""
    layers: tuple[LayerInfo, ...]
    """In the order of the source."""
    columns: tuple[str, ...]
    """Labels and values that came along."""
    notes: tuple[str, ...] = ()
    """What the user must be told, such as images that were flattened."""


def import_arrays(
    source: Any,
    folder: str | os.PathLike[str],
    *,
    model: str = "",
    columns: Any = None,
    axes: str | Sequence[str] | None = None,
    pool: str | None = None,
    mask: Any = None,
    progress: bool | Progress | None = None,
) -> Imported:
    """Take in the layers of one model: arrays (n, d), or published neighbour files; all of them or, on an error, none.

    Parameters
    ----------
    source : path, array, list, DataFrame, cache or AnnData
        A .npy, .npz, .safetensors, .pt, .h5, .h5ad, .parquet, a plain zarr folder, or a folder of them; or a folder of
        neighbour files such as layer3_post_mlp_indices.npy and layer3_post_mlp_dist.npy, which may lie in one folder for
        each site. Or what is in memory already.
    folder : path
        New or empty; with `model` it may hold other models of the same examples.
    model : str, optional
        Name under which the layers are kept, so that a folder can hold several models.
    columns : mapping of str to (n,) array, DataFrame, or files "[NAME=]PATH[:COLUMN]", optional
        Labels and values of the examples; joined by id where an array "id" lies beside the layers, else row by row.
    axes, pool, mask : optional
        What the axes of the arrays are, and how tokens are pooled, as of :func:`repscape.run`.
    progress : bool or callable, optional
        True draws a bar on standard error; a callable is called as ``progress(done, total, what)``.

    Returns
    -------
    Imported
        What was taken in. ``repscape.run(folder, plan)`` measures it.

    Raises
    ------
    InputError
        If a file is damaged, not finite, no graph, or of another number of examples than the rest.
    StoreError
        If the folder holds something else, or cannot be written.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> np.savez(folder / "layers.npz", a=np.eye(40), b=np.eye(40)[:, :20] + 1)
    >>> found = import_arrays(folder / "layers.npz", folder / "study", model="toy")
    >>> [layer.key for layer in found.layers], found.n
    (['a', 'b'], 40)
    >>> results = rs.run(folder / "study", rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["next"]))
    >>> [record.place.model for record in results]
    ['toy']
    """
    where = Path(folder)
    target = _target(where, model)
    form = Form.of(axes=axes, pool=pool, mask=mask, function=FUNCTION)
    given = GivenColumns.of(columns)
    on_disk = isinstance(source, str | os.PathLike)
    graphs = on_disk and Path(source).is_dir() and kind_of_folder(source) == "neighbors"
    with progress_bar(progress) as tell, _beside(target) as fresh:
        _target(where, model)  # another may have made it before the lock was ours
        if graphs:
            n, layers, names, notes = _import_graphs(source, fresh, given, tell)
        else:
            read = layers_of(source, form.beside(given.lengths), on_disk=on_disk)
            made = {"source": os.fspath(source) if on_disk else type(source).__name__, **form.entries()}
            n, layers, names, notes = import_points(read, fresh / POINTS, given, tell=tell, made=made)
        _check_others(where, n, target)
    return Imported(target, model, "graphs" if graphs else "points", n, layers, names, notes)


def imported_models(path: Path) -> dict[str, Path]:
    """Return the folders of the models that were imported into `path`; {"": path} for a single one, {} for none."""
    if not path.is_dir():
        return {}
    if _kind(path) is not None:
        return {"": path}
    inner = [entry for entry in sorted(path.iterdir()) if entry.is_dir() and not entry.name.startswith(".")]
    return {entry.name: entry for entry in inner if _kind(entry) is not None}


def read_imported(path: Path) -> tuple[dict[LayerInfo, Any], dict[str, npt.NDArray[Any]]]:
    """Return (layers, columns) of one imported model: stored points, or graphs."""
    if _kind(path) == "points":
        store = open_store(path)
        table = store.examples
        return {store.info(key): store[key] for key in store}, {str(c): table[c].to_numpy() for c in table.columns}
    columns = read_arrays(path / GRAPHS, COLUMNS)[0] if COLUMNS in list_groups(path / GRAPHS) else {}
    return {layer: graph for layer, graph, _ in published_graphs(path)}, columns


def published_graphs(path: Path) -> Iterator[tuple[LayerInfo, NeighborGraph, dict[str, str]]]:
    """Yield (layer, graph, dtype of each published array) of an imported model, in the order they came."""
    groups = [
        (about["place"], arrays, about)
        for name in list_groups(path / GRAPHS)
        if name.startswith(PUBLISHED)
        for arrays, about in [read_arrays(path / GRAPHS, name)]
    ]
    for _, arrays, about in sorted(groups, key=lambda group: group[0]):
        try:
            graph = NeighborGraph(indices=arrays.get("indices"), distances=arrays.get("distances"), metric=None)
        except (InputError, InputTypeError) as error:
            layer = about["layer"]["name"]
            raise StoreError(f"{path / GRAPHS}: the graph of layer {layer!r} is damaged. {error}") from error
        yield LayerInfo.of(about["layer"]), graph, dict(about["dtypes"])


def read_published(path: Path) -> Iterator[tuple[LayerInfo, NeighborGraph, dict[str, str]]]:
    """Yield (layer, graph, dtype of each array) of published neighbour files; a file that is no graph is named."""
    for layer, files in read_neighbor_files(path).items():
        indices, distances = files.load()
        try:
            graph = NeighborGraph.from_arrays(indices, distances, metric=None)
        except RepscapeError as error:
            named = ", ".join(str(file) for file in (files.indices, files.distances) if file is not None)
            raise type(error)(f"{named}: {error}") from error
        held = {"indices": indices, "distances": distances}
        yield layer, graph, {name: array.dtype.str for name, array in held.items() if array is not None}


def _kind(path: Path) -> Literal["points", "graphs"] | None:
    if (path / POINTS).is_dir() and MODEL not in open_store(path).provenance:
        return "points"
    if (path / GRAPHS).is_dir() and any(name.startswith(PUBLISHED) for name in list_groups(path / GRAPHS)):
        return "graphs"
    return None


def _target(folder: Path, model: str) -> Path:
    """Return where the model goes; refuse a name or folder that cannot hold it."""
    if model and (not re.fullmatch(r"[\w][\w .()+-]*", model) or model.endswith((".zarr", " ", "."))):
        raise InputError(
            "model of import_arrays names a folder: letters, digits, spaces and . ( ) + - _, beginning with a letter or digit. "
            f"Got {model!r}."
        )
    target = folder / model if model else folder
    entries = folder.iterdir() if folder.is_dir() else ()
    held = sorted(entry.name for entry in entries if not is_unfinished(entry.name))
    others = set(imported_models(folder))
    if folder.exists() and (
        not folder.is_dir() or (held and (not model or not others or "" in others or model in others))
    ):
        said = (
            f"the model{'s' * (len(others) > 1)} {', '.join(sorted(others))}" if others - {""} else ", ".join(held[:5])
        )
        hint = " Give a model name that is not there yet." if others - {""} else " Choose a new folder."
        raise StoreError(f"folder of import_arrays must be new or empty. {folder} holds {said or 'a file'}.{hint}")
    return target


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Yield a folder that becomes `target` if all goes well, and vanishes if not."""
    try:
        with making(target), whole_folder(target, sync=True) as fresh:
            yield fresh
    except RepscapeError:
        raise
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error}") from error


def _check_others(folder: Path, n: int, target: Path) -> None:
    """Refuse models of different examples in one folder."""
    for name, path in imported_models(folder).items():
        if path != target:
            layers, _ = read_imported(path)
            first = next(iter(layers.values()))
            held = first.n if isinstance(first, NeighborGraph) else first.shape[0]
            _check.same_rows(held, n, (f"model {name!r}", f"model {target.name!r}"), FUNCTION)


def _import_graphs(source: str | os.PathLike[str], target: Path, columns: GivenColumns, tell: Progress) -> Found:
    total = len(read_neighbor_files(source))
    layers: list[LayerInfo] = []
    n = 0
    for place, (layer, graph, dtypes) in enumerate(read_published(Path(source))):
        if layers:
            _check.same_rows(n, graph.n, (f"layer {layers[0].key!r}", f"layer {layer.key!r}"), FUNCTION)
        n = graph.n
        held = {"indices": graph.indices, "distances": graph.distances}
        write_arrays(
            target / GRAPHS,
            f"{PUBLISHED}{layer.key}",
            {name: array for name, array in held.items() if array is not None},
            attributes={"place": place, "layer": asdict(layer), "dtypes": dtypes, "source": str(source)},
        )
        layers.append(layer)
        tell(place + 1, total, layer.key)
    joined, notes = columns.joined(Rows(n, "the graphs"), FUNCTION)
    checked = {name: _check.column(values, f"column {name!r}", FUNCTION, n=n) for name, values in joined.items()}
    if checked:
        write_arrays(target / GRAPHS, COLUMNS, checked)
    return n, tuple(layers), tuple(checked), tuple(notes)
