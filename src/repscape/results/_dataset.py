"""Records as a labelled dataset: one variable for each measure, layers and the rest as dimensions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from ..measures import Curve, Estimate
from ._frame import plain_number
from ._record import MATRICES, Place, Record

DIMENSIONS = ("model", "model_other", "step", "group", "layer", "layer_other")
Axis = tuple[str, Callable[[Record], Any]]


def to_dataset(records: Iterable[Record], provenance: Mapping[str, Any]) -> xr.Dataset:
    """Return the dataset of records."""
    records = tuple(records)
    by_variable: dict[str, list[Record]] = {}
    for record in records:
        by_variable.setdefault(_variable(record), []).append(record)
    # One order of labels for the whole dataset: aligning different ones would sort the layers by name.
    layers = list(dict.fromkeys(place.layer.key for place in _places(records)))
    variables: dict[str, xr.DataArray] = {}
    for name, group in by_variable.items():
        axes = _axes(group, records)
        variables[name] = _array(group, axes, layers, read=_value)
        variables[name].attrs = _attributes(group)
        if len({record.result.chance for record in group}) > 1:
            variables[f"{name}_chance"] = _array(group, axes, layers, read=lambda result: result.chance)
        if any(record.result.stderr is not None for record in group):
            variables[f"{name}_stderr"] = _array(group, axes, layers, read=lambda result: result.stderr)
    dataset = xr.Dataset(variables, attrs={"provenance": json.dumps(dict(provenance))})
    return _with_depths(dataset, records)


def _value(result: Estimate | Curve) -> Any:
    return result.value if isinstance(result, Estimate) else result.values


def _variable(record: Record) -> str:
    """Name a variable: the variant, the column that entered, and the profile."""
    name = record.variant if record.column is None else f"{record.variant}[{record.column}]"
    return name if record.profile == "depth" else f"{name}.{record.profile}"


def _axes(group: list[Record], records: tuple[Record, ...]) -> list[Axis]:
    """Choose the dimensions of one variable: those along which records differ, and always the layer."""
    models: list[Axis] = [
        ("model", lambda r: r.place.model),
        ("model_other", lambda r: r.other.model if r.other is not None else ""),
    ]
    between = group[0].profile in ("models", "equal")
    # A study's checkpoints and groups are dimensions of all its variables, also of those that hold only one of them.
    whole: list[Axis] = [
        ("step", lambda r: np.nan if r.place.step is None else r.place.step),
        ("group", lambda r: "" if r.group is None else r.group),
    ]
    if between:
        axes = [axis for axis in models if len({axis[1](record) for record in group}) > 1]
    else:
        axes = models[:1] if len({place.model for place in _places(records)}) > 1 else []
    axes += [axis for axis in whole if len({axis[1](record) for record in records}) > 1]
    axes.append(("layer", lambda r: r.place.layer.key))
    cells = {tuple(value(record) for _, value in axes) for record in group}
    if group[0].profile in MATRICES or len(cells) < len(group):
        axes.append(("layer_other", lambda r: r.other.layer.key if r.other is not None else ""))
    return axes


def _array(group: list[Record], axes: list[Axis], layers: list[str], *, read: Callable[[Any], Any]) -> xr.DataArray:
    """Lay the values of records out on the axes; NaN where there is no record."""
    coords: dict[str, Any] = {
        name: layers if name.startswith("layer") else list(dict.fromkeys(value(record) for record in group))
        for name, value in axes
    }
    first = group[0].result
    if not isinstance(first, Estimate):
        axis = first.x_name if first.x_name not in DIMENSIONS else f"{first.x_name} (x)"
        curves = [record.result for record in group if not isinstance(record.result, Estimate)]
        coords[axis] = sorted({x for curve in curves for x in curve.x.tolist()})
    shape = [len(entries) for entries in coords.values()]
    data = np.full(shape, np.nan)
    places = [{entry: i for i, entry in enumerate(entries)} for entries in coords.values()]
    for record in group:
        at: tuple[Any, ...] = tuple(place[value(record)] for place, (_, value) in zip(places, axes, strict=False))
        if not isinstance(record.result, Estimate):
            at = (*at, [places[-1][x] for x in record.result.x.tolist()])
        found = read(record.result)
        data[at] = np.nan if found is None else found
    return xr.DataArray(data, coords=coords, dims=list(coords))


def _shared(group: list[Record]) -> dict[str, Any]:
    """Return the options and chance that all records of a variable have in common."""
    options = {json.dumps(dict(record.result.options), default=plain_number) for record in group}
    chances = {record.result.chance for record in group} - {None}
    return {
        **({"options": options.pop()} if len(options) == 1 else {}),
        **({"chance": chances.pop()} if len(chances) == 1 else {}),
    }


def _attributes(group: list[Record]) -> dict[str, Any]:
    info = group[0].info
    return {
        "long_name": info.label,
        "title": info.title,
        "measure": info.name,
        "version": info.version,
        "family": info.family,
        **({} if info.alike is None else {"alike": info.alike}),
        "bounds": list(info.bounds),
        "higher_means": info.higher_means,
        "reference": info.reference,
        **_shared(group),
    }


def _with_depths(dataset: xr.Dataset, records: tuple[Record, ...]) -> xr.Dataset:
    """Add index, depth and site along the layers, where all models agree on them."""
    infos: dict[str, set[tuple[int, float, str]]] = {}
    for place in _places(records):
        layer = place.layer
        infos.setdefault(layer.key, set()).add((layer.index, layer.depth, layer.site))
    for dimension in ("layer", "layer_other"):
        if dimension not in dataset.coords:
            continue
        found = [infos[str(key)] for key in dataset[dimension].to_numpy()]
        if all(len(entry) == 1 for entry in found):
            for name, values in zip(
                ("index", "depth", "site"), zip(*(next(iter(e)) for e in found), strict=True), strict=True
            ):
                dataset = dataset.assign_coords({name + dimension.removeprefix("layer"): (dimension, list(values))})
    return dataset


def _places(records: tuple[Record, ...]) -> Iterable[Place]:
    for record in records:
        yield record.place
        if record.other is not None:
            yield record.other
