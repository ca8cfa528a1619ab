"""What a study reads: arrays, graphs, files, stores, models and checkpoints, brought to one list of representations."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ... import _check
from ..._types import Brief, LayerInfo
from ...errors import InputError, InputTypeError, StoreError
from ...examples import (
    BUILTIN,
    ArrayLayers,
    Form,
    GivenColumns,
    Rows,
    as_array,
    builtin_values,
    is_model,
    is_model_source,
    kind_of_folder,
    layers_in_memory,
    read_layers,
)
from ...graph import NeighborGraph
from ...machine import is_far
from ...results import Place
from ...store import Store, open_store
from .._rounding import rounding_said
from ._collected import ID, Collected, Representation, Shaped
from ._imported import imported_models, read_imported, read_published

LEAST = 3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trajectory(Brief):
    """Checkpoints of one model: the same layers of the same examples at several steps.

    Parameters
    ----------
    checkpoints : sequence of (step, source)
        Steps are numbers that increase; each source is whatever :func:`repscape.run` takes for one model.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> early, late = {"hidden": X}, {"hidden": X[:, :2]}
    >>> results = rs.run(rs.Trajectory([(0, early), (100, late)]), rs.Plan(measures=["id_twonn"]))
    >>> [(r.place.step, round(r.result.value)) for r in results]
    [(0.0, 4), (100.0, 2)]
    """

    checkpoints: Sequence[tuple[float, Any]]
    """(step, source) pairs."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "checkpoints", tuple(self.checkpoints))
        steps = [pair[0] if isinstance(pair, tuple | list) and len(pair) == 2 else pair for pair in self.checkpoints]
        paired = all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in self.checkpoints)
        if not steps or not paired or not all(_is_step(step) for step in steps):
            raise InputError(
                f"checkpoints of Trajectory must be (step, source) pairs with numbers as steps. Got {_check.shown(steps)}."
            )
        if any(later <= earlier for earlier, later in itertools.pairwise(steps)):
            raise InputError(f"steps of Trajectory must increase. Got {_check.shown(steps)}.")


def _is_step(step: Any) -> bool:
    number = isinstance(step, int | float | np.integer | np.floating) and not isinstance(step, bool)
    return number and bool(np.isfinite(step))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Source(Brief):
    """Everything a study reads: the same n examples in every representation."""

    representations: tuple[Representation, ...]
    """In the order of models, checkpoints, sites and depth."""
    columns: Mapping[str, Any]
    """Labels and values of the n examples by name."""
    notes: tuple[str, ...] = field(default=())
    """What the user must be told, such as images that were flattened."""
    extracted: Mapping[str, Any] = field(default_factory=dict)
    """For each model read from a store: which model it was, on what data, with which options."""
    images: Any = None
    """The examples themselves, where a file of images was read."""

    @property
    def n(self) -> int:
        """Number of examples."""
        return self.representations[0].n


def read_source(source: Any, columns: Any = None, *, function: str = "run") -> Source:
    """Bring whatever `run` was given to one list of representations, and check that they are of the same examples.

    Columns are joined to the examples by id where both have ids, else row by row; `function` is what the user called.
    """
    given = GivenColumns.of(columns)
    source, form = (source.source, source.form) if isinstance(source, Shaped) else (source, Form())
    found = Collected(function, form.beside(given.lengths))
    for model, one in _models(source, found):
        for step, checkpoint in _steps(one):
            _collect(checkpoint, model, step, into=found)
    if not found.representations:
        raise InputError(f"source of {function} holds no layer.")
    first = found.representations[0]
    if first.n < LEAST:
        raise InputError(
            f"{_name(first.place)} of {function} must have at least {LEAST} points and 1 feature. Got {first.n} points."
        )
    for other in found.representations:
        _check.same_rows(first.n, other.n, (_name(first.place), _name(other.place)), function)
    own = {name: _sized(values, name, first.n, function) for name, values in found.columns.items()}
    joined, notes = given.joined(Rows(first.n, "the examples", own.get(ID), columns=own), function)
    return Source(
        tuple(found.representations),
        own | joined,
        tuple(dict.fromkeys([*found.notes, *notes])),
        found.extracted,
        found.images,
    )


def with_builtin(source: Source, wanted: Sequence[str]) -> Source:
    """Add the columns that images have by themselves, where they are wanted and nobody gave them."""
    missing = [name for name in wanted if name not in source.columns and name in BUILTIN["image"]]
    if source.images is None or not missing:
        return source
    own = builtin_values(source.images, kind="image")
    return replace(source, columns={**source.columns, **{name: own[name] for name in missing}})


def _sized(values: Any, name: str, n: int, function: str) -> Any:
    """Refuse a column of another length; whether its entries will do is for the measure that reads it."""
    column = np.asarray(values)
    if column.shape != (n,):
        raise InputError(
            f"column {name!r} of {function} must have shape ({n},), one entry for each example. Got {column.shape}."
        )
    return column


def _name(place: Place) -> str:
    model = f"{place.model}: " if place.model else ""
    step = "" if place.step is None else f" at step {place.step:g}"
    return f"{model}{place.layer.key}{step}"


def _models(source: Any, into: Collected) -> Iterator[tuple[str, Any]]:
    """Yield (name, source of one model); a dict of sources names several models, and so does a folder of imported ones."""
    if isinstance(source, Mapping) and not isinstance(source, Store) and source:
        listed = list if into.form.told else ()  # where axes are told, a list is the examples of one layer
        nested = [
            isinstance(value, Mapping | Trajectory | str | Path)
            or (is_model_source(value) and not isinstance(value, listed))
            for value in source.values()
        ]
        if all(nested):
            for name, one in source.items():
                _writable(str(name), f"model of {into.function}")
                yield str(name), one
            return
        if any(nested):
            raise InputTypeError(
                f"source of {into.function} must be a dict of layers or a dict of models, not a mixture. "
                f"Got values of type {', '.join(sorted({type(value).__name__ for value in source.values()}))}."
            )
    on_disk = isinstance(source, str | Path) and not is_far(source)
    models = imported_models(Path(source)) if on_disk else {}
    yield from models.items() if models else [("", source)]


def _steps(source: Any) -> Iterator[tuple[float | None, Any]]:
    if isinstance(source, Trajectory):
        yield from ((float(step), one) for step, one in source.checkpoints)
    else:
        yield None, source


def _collect(source: Any, model: str, step: float | None, *, into: Collected) -> None:
    """Add the layers of one model at one checkpoint."""
    if isinstance(source, str) and is_far(source):
        source = open_store(source)
    if isinstance(source, str | Path):
        if not os.fspath(source):
            raise InputError(f"source of {into.function} must be a path that exists. Got ''.")
        source = _opened(Path(source), into)
    elif not isinstance(source, Store):
        source = _in_memory(source, into)
    if isinstance(source, Store):
        source = _of_store(source, Place(model, LayerInfo("", 0, 0.0), step), into)
    if not isinstance(source, Mapping) or not source:
        raise InputTypeError(
            f"source of {into.function} must be a store, a path, a dict of layers {{name: (n, d) array}}, a dict of models "
            f"{{name: source}}, a Trajectory, an array, a list of arrays, a DataFrame or AnnData. Got {type(source).__name__}."
        )
    for layer, values in _named_layers(source, into):
        place = Place(model, layer, step)
        if isinstance(values, NeighborGraph):
            into.representations.append(Representation(place, graph=values))
        else:
            shaped = as_array(values, f"layer {layer.key!r}", into.function)
            if len(shaped.shape) > 2:
                raise InputError(
                    f"layer {layer.key!r} of {into.function} must be 2-D, (n points, d features). Got shape "
                    f"{tuple(shaped.shape)}. Flatten images first: X.reshape(len(X), -1). Where an axis is tokens, say "
                    "pool='mean' (or first, last, max); where one is layers, axes='layers,n,d'."
                )
            if len(shaped.shape) != 2 or shaped.dtype.kind not in "fiub":
                _check.points(shaped, f"layer {layer.key!r}", into.function)
            into.representations.append(Representation(place, points=shaped))


def _in_memory(source: Any, into: Collected) -> Any:
    """Return the layers of an array, a list, a cache, a table or AnnData; anything else as it is."""
    read = layers_in_memory(source, form=into.form, function=into.function)
    return source if read is None else _taken(read, f"source of {into.function}", into)


def _taken(read: ArrayLayers, name: str, into: Collected) -> Mapping[Any, Any]:
    """Take what was read of arrays: their columns and notes go with the rest."""
    into.add_columns(read.columns, name)
    into.notes.extend(read.notes)
    into.images = read.images if into.images is None else into.images
    return read.layers


def _of_store(store: Store, at: Place, into: Collected) -> Mapping[LayerInfo, Any]:
    """Return the layers of a store; its columns, and what is known of its making, go with the rest."""
    into.check_unshaped(str(store.path))
    if not store.complete:
        raise StoreError(
            f"{store.path} holds {store.rows} of {store.total_rows} rows: its extraction was stopped. "
            "Give the same extract command again; it goes on from there."
        )
    table = store.examples
    if ID in table.columns:
        into.check_ids(table[ID].to_numpy(), str(store.path))
    into.columns |= {str(name): table[name].to_numpy() for name in table.columns}
    name = at.model if at.step is None else f"{at.model} step {at.step:g}".strip()
    rounding = store.state.get("rounding")
    into.extracted[name] = {**store.provenance, **({"rounding": rounding} if rounding else {})}
    if said := rounding_said(store.state):
        into.notes.append(f"{name}: {said}." if name else f"{said}.")
    if cut := store.state.get("truncated"):
        into.notes.append(
            f"{cut} of the examples were longer than {name or 'the model'}, or its maximal length, takes, and were cut."
        )
    return {store.info(key): store[key] for key in store}


def _named_layers(source: Mapping[Any, Any], into: Collected) -> Iterator[tuple[LayerInfo, Any]]:
    last = max(1, len(source) - 1)
    for index, (name, values) in enumerate(source.items()):
        layer = name if isinstance(name, LayerInfo) else LayerInfo(str(name), index, index / last, site="")
        _writable(layer.key, f"layer of {into.function}")
        yield layer, values


def _writable(name: str, what: str) -> None:
    """Refuse a name that no file can hold."""
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        raise InputError(f"name of a {what} must be text that can be written as UTF-8. Got {name!r}.")


def _opened(path: Path, into: Collected) -> Mapping[Any, Any]:
    """Read a path: arrays, published neighbour files, what was imported from either, or a store."""
    if "" in imported_models(path):
        into.check_unshaped(str(path))
        layers, columns = read_imported(path)
        into.add_columns(columns, str(path))
        return layers
    kind = kind_of_folder(path) if path.is_dir() else "arrays"
    if kind in ("store", "study"):
        return open_store(path)
    if kind == "neighbors":
        into.check_unshaped(str(path))
        return {layer: graph for layer, graph, _ in read_published(path)}
    if kind != "arrays" and is_model(path):
        raise InputError(
            f"{path} holds a model (config.json), and its weights are no hidden states: repscape run --model {path} --data D "
            "extracts them first."
        )
    if kind != "arrays":
        raise InputError(
            f"{path} holds {kind}, which a study cannot measure by itself: it needs a model. "
            "repscape run --model M --data D extracts the layers first."
        )
    return _taken(read_layers(path, form=into.form), str(path), into)
