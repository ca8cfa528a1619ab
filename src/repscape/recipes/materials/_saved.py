"""What was saved of two models, in place of the models: embeddings, neighbour files, or the matrix of their overlaps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ..._types import LayerInfo
from ...errors import InputError
from ...examples import kind_of_folder, load_npy, load_npz
from ...measures import Estimate, measure
from ...results import MeasureInfo, Place, Record, Results

FUNCTION = "a recipe"
SAVED = ("neighbors", "arrays", "store", "study")
NEIGHBOURS = "-idx"  # what published folders of neighbour indices end in
FloatArray = npt.NDArray[np.float64]


def saved_models(path: Path) -> dict[str, Any]:
    """Return model -> its saved layers, as `repscape.run` takes them; {} where `path` holds examples for a model.

    A folder holds for each model a folder of arrays, of neighbour files (MODEL-idx) or a store, or one .npz. A .npz holds
    arrays that are called MODEL/LAYER.
    """
    if path.suffix == ".npz" and path.is_file():
        return _from_npz(path)
    if not path.is_dir():
        return {}
    found: dict[str, Any] = {}
    for entry in sorted(path.iterdir()):
        if entry.suffix == ".npz" or (entry.is_dir() and _kind(entry) in SAVED):
            found[entry.name.removesuffix(".npz").removesuffix(NEIGHBOURS)] = entry
    return found


def two_of(found: Mapping[str, Any], asked: Mapping[str, str], *, own: bool) -> dict[str, Any]:
    """Return the two models that are asked for, by name or by the last part of their hub id; else the only two.

    Raises
    ------
    InputError
        If it is not clear which two.
    UnknownNameError
        If a model that the user names is not there; near names are offered.
    """
    names = [name if name in found else Path(model).name for name, model in asked.items()]
    if own:
        if len(names) != 2:
            raise InputError(f"two models are compared. Got {len(names)}: give --model twice.")
        return {name: found[_check.choice(name, "model", FUNCTION, found)] for name in names}
    if all(name in found for name in names):
        return {name: found[name] for name in names}
    if len(found) != 2:
        raise InputError(
            f"data hold {len(found)} models, and two are compared: {', '.join(found)}. Say which: give --model NAME twice."
        )
    return dict(found)


def matrix_results(path: Path, names: tuple[str, str], *, k: int, input_layer: bool) -> Results:
    """Return a saved matrix of overlaps, (layers of the first model, layers of the second), as results.

    Raises
    ------
    InputError
        If the file holds no such matrix.
    """
    cells = load_npy(path)
    if cells.ndim != 2 or not cells.size or cells.dtype.kind not in "fiu":
        raise InputError(
            f"{path} must hold a matrix of overlaps, (layers, layers). Got {cells.dtype} of shape {cells.shape}."
        )
    if not ((cells >= 0) & (cells <= 1)).all():  # so that NaN is refused too
        raise InputError(
            f"{path} must hold overlaps, from 0 to 1. Got values from {np.min(cells):g} to {np.max(cells):g}."
        )
    start = 0 if input_layer else 1
    first, second = (
        [_place(name, i, size) for i in range(size)] for name, size in zip(names, cells.shape, strict=True)
    )
    row = MeasureInfo.of(measure("overlap_neighbors"))
    variant = f"overlap_neighbors(k={k})"
    records = [
        Record(row, variant, "models", first[i], Estimate(float(cells[i, j]), 0, options={"k": k}), other=second[j])
        for i in range(start, len(first))
        for j in range(start, len(second))
    ]
    return Results(tuple(records), {"source": {"saved overlaps": path.name}})


def _place(model: str, index: int, layers: int) -> Place:
    return Place(model, LayerInfo(f"layer {index}", index, index / max(1, layers - 1), site=""))


def _from_npz(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, array in load_npz(path).items():
        model, sign, layer = name.rpartition("/")
        if not sign:
            return {}
        found.setdefault(model, {})[layer] = array
    return found


def _kind(folder: Path) -> str:
    try:
        return kind_of_folder(folder)
    except InputError:
        return "unknown"
