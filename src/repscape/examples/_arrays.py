"""Representations that others have extracted already, on disk or in memory: (n, d) for each layer, and columns beside them.

Arrays are memory-mapped wherever their file allows it (a .npy, a .npz written without compression, .safetensors), so that a
folder larger than memory can be read by blocks of rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Brief, LayerInfo
from ..errors import InputError, InputTypeError, UnknownNameError
from ._layer_names import layer_infos
from ._there import NO_LAYERS
from ._told_apart import NUMBERS, as_column, columns_among, layers_and_columns
from .forms import READERS, Arranged, Form, Held, arranged, as_array, held_in_memory, read_held

Array = npt.NDArray[Any]
SHOWN = 6  # layers that a message spells out


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ArrayLayers(Brief):
    """What was read: the layers of one model, and the columns that came with them."""

    layers: dict[LayerInfo, Array]
    """(n, d) for each layer, by depth; all of the same n."""
    columns: dict[str, Array] = field(default_factory=dict)
    """(n,) for each 1-D array of that length: labels, names, values."""
    notes: tuple[str, ...] = ()
    """What the user must be told, such as images that were flattened."""
    images: Array | None = None
    """(n, h, w) or (n, h, w, c): the first layer that may be images, as it was before it was flattened."""


def read_layers(path: str | os.PathLike[str], *, key: str | None = None, form: Form | None = None) -> ArrayLayers:
    """Read the layers of a model from a file or a folder of hidden states.

    Arrays of two or more axes are layers, and must agree on their number of rows n; images and other arrays of more
    than two axes are flattened to (n, d), with a note. One-axis arrays of n entries become columns, and so do, with a note,
    labels of shape (n, 1) or one-hot beside wider layers. Anything else is left out, with a note.

    Names that differ in one number alone (layer1, layer2, layer10) are ordered by it, and it is their index; other
    names keep the order of the file, or the natural order of their names where the form has none.

    Parameters
    ----------
    path
        A .npy, .npz, .safetensors, .pt, .h5, .h5ad, .parquet, a plain zarr folder, or a folder of them: a file for each layer,
        or, as vLLM writes them, a file for each example. "F.npz:name" is short for ``key="name"``.
    key
        Take this array of a file alone as the one layer; columns of its length still come along.
    form
        Which axes the arrays have, and how tokens are pooled; by default found out, or refused where it cannot be.

    Returns
    -------
    ArrayLayers
        Layers (n, d), memory-mapped where the file allows, columns (n,), and notes.

    Raises
    ------
    InputError
        The file is missing, truncated, damaged, pickled, or has no layer; two layers have different n; one is complex; nothing
        says which axis is which.
    InputTypeError
        An array that is asked for does not hold real numbers.
    UnknownNameError
        The file has no array named `key`.
    MissingExtraError
        The form needs a package that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for i in (10, 2):
    ...     np.save(folder / f"layer{i}.npy", np.zeros((5, 3)))
    >>> [(layer.name, layer.index, layer.depth) for layer in read_layers(folder).layers]
    [('layer2', 2, 0.2), ('layer10', 10, 1.0)]
    """
    where, key = split_key(path, key)
    form = form or Form()
    if not os.fspath(path) or not where.exists():
        raise InputError(NO_LAYERS.format(os.fspath(path)))
    if key is not None and (where.suffix == ".npy" or (where.is_dir() and where.suffix != ".zarr")):
        said = f"the folder {where}" if where.is_dir() else where
        raise InputError(f"a key names an array of a .npz. Got key {key!r} for {said}.")
    held = read_held(where, form)
    if key is not None:
        return _chosen(held, key, where, form)
    return _sorted_out(held, where, form)


def layers_in_memory(source: Any, *, form: Form, function: str, plain: bool = False) -> ArrayLayers | None:
    """Take layers from an array, a list, a cache, a table or AnnData; None where it is none of them.

    A dict of layers (n, d) is none of them either, unless it is wanted `plain`.

    Raises
    ------
    InputError
        Nothing says which axis is which, or two layers have different n.
    """
    held = held_in_memory(source, form, function, plain=plain)
    return None if held is None else _sorted_out(held, f"source of {function}", form, function=function)


def split_key(path: str | os.PathLike[str], key: str | None = None) -> tuple[Path, str | None]:
    """Take "F.npz:key" apart."""
    text = os.fspath(path)
    ends = [f"{suffix}:" for suffix in (*READERS, ".zarr") if f"{suffix}:" in text]
    if not os.path.exists(text) and ends:
        at, end = max((text.rindex(end), end) for end in ends)
        text, named = text[: at + len(end) - 1], text[at + len(end) :]
        if key is not None and key != named:
            raise InputError(f"{text} was given two keys, {named!r} in the path and key={key!r}.")
        key = named
    return Path(text), key


def _chosen(held: Held, key: str, where: Path, form: Form) -> ArrayLayers:
    """Take the array `key` as the one layer, and whatever has one label or value for each of its rows."""
    arrays = held.arrays
    if key not in arrays:
        raise UnknownNameError(f"{where} has no array {key!r}. It has {', '.join(arrays)}.{_check.near(key, arrays)}")
    others = {name: array for name, array in arrays.items() if name != key and not isinstance(array, list)}
    beside = {name: array for name, array in others.items() if len(array.shape) == 1 or name == form.mask}
    found = arranged(replace(held, arrays={key: arrays[key], **beside}), form, where, function="read_layers")
    if found.layers:
        return _whole(found, held, where)
    array = found.rest[key]
    if array.ndim < 2:
        raise InputError(f"{key} in {where} must have at least 2 axes, (n, ...). Got shape {array.shape}.")
    if array.dtype.kind not in NUMBERS:
        raise InputTypeError(f"{key} in {where} must hold real numbers (float, int or bool). Got dtype {array.dtype}.")
    columns = {**held.columns, **columns_among(_plain(others), array.shape[0])}
    return _placed({(key, ""): array}, columns, found.notes)


def _plain(arrays: Mapping[str, Any]) -> dict[str, Array]:
    """Return tensors as arrays."""
    return {name: as_array(array, name, "read_layers") for name, array in arrays.items()}


def _sorted_out(held: Held, where: Any, form: Form, *, function: str = "read_layers") -> ArrayLayers:
    """Tell layers from columns; refuse arrays without a layer, and layers of different examples."""
    found = arranged(held, form, where, function=function)
    if found.layers:
        return _whole(found, held, where)
    if held.certain:
        layers: Mapping[str, Array] = {name: a for name, a in found.rest.items() if len(a.shape) > 1}
        n = next((array.shape[0] for array in layers.values()), 0)
        beside = columns_among({name: a for name, a in found.rest.items() if name not in layers}, n)
        left = [name for name in found.rest if name not in layers and name not in beside]
        notes = [*found.notes, *(f"left out {name} of shape {found.rest[name].shape}: not ({n},)" for name in left)]
        columns = {**held.columns, **beside}
    else:
        layers, columns, notes = layers_and_columns(found.rest, where)
        columns, notes = {**held.columns, **columns}, [*found.notes, *notes]
    if not layers:
        said = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in found.rest.items()) or "no array"
        kind = InputTypeError if any(array.ndim > 1 for array in found.rest.values()) else InputError
        raise kind(f"{where} must hold an array of real numbers with at least 2 axes, (n, ...). Got {said}.")
    _check_rows({name: array.shape for name, array in layers.items()}, where)
    return _placed({(name, ""): array for name, array in layers.items()}, columns, notes, ordered=held.ordered)


def _whole(found: Arranged, held: Held, where: Any) -> ArrayLayers:
    """Put layers that were taken apart beside those that were (n, d) already, and columns with an entry for each row."""
    layers = dict(found.layers)
    n = next(iter(layers.values())).shape[0]
    columns, notes = dict(held.columns), list(found.notes)
    if found.tokens is not None:
        example, position = found.tokens
        count = int(example[-1]) + 1
        columns = {name: np.asarray(values)[example] for name, values in columns.items() if len(values) == count}
        columns |= {"example": example, "position": position}
        if "id" in columns:  # of the examples, and no more of the rows
            columns["source_id"] = columns.pop("id")
    for name, array in found.rest.items():
        if len(array.shape) == 2 and array.shape[0] == n and array.dtype.kind in NUMBERS and as_column(array) is None:
            layers[name, ""] = array
        elif array.shape[:1] == (n,) and (column := as_column(array)) is not None:
            columns[name] = column
        else:
            notes.append(f"left out {name} of shape {array.shape} and dtype {array.dtype}: not ({n}, ...) numbers")
    _check_rows({name: array.shape for (name, _), array in layers.items()}, where)
    columns = {name: values for name, values in columns.items() if len(values) == n}
    return _placed(layers, columns, notes, ordered=held.ordered)


def _check_rows(shapes: Mapping[str, Sequence[int]], where: Any) -> None:
    """Refuse layers of different examples."""
    if len({shape[0] for shape in shapes.values()}) > 1:
        listed = ", ".join(f"{name} {tuple(shape)}" for name, shape in list(shapes.items())[:SHOWN])
        hint = f" Choose one with {where}:NAME." if str(where).endswith(tuple(READERS)) else ""
        raise InputError(f"the layers in {where} must have the same number of rows. Got {listed}.{hint}")


def _placed(
    layers: Mapping[tuple[str, str], Array], columns: dict[str, Array], notes: list[str], *, ordered: bool = True
) -> ArrayLayers:
    """Place layers by depth, and flatten those of more than two axes."""
    placed, images = {}, None
    names = dict.fromkeys(name for name, _ in layers)
    infos = {info.name: info for info in layer_infos(names, ordered=ordered)}
    for name, part in sorted(layers, key=lambda key: infos[key[0]].index):
        array = layers[name, part]
        info = replace(infos[name], part=part)
        n = array.shape[0]
        if array.ndim > 2:
            may_be = array.ndim == 3 or (array.ndim == 4 and array.shape[3] in (1, 3, 4))
            images = array if images is None and may_be else images
            array = np.asarray(array)
            flat = array.reshape(n, -1) if n else array.reshape(0, int(np.prod(array.shape[1:])))
            notes.append(f"flattened {info.name} {array.shape} to {flat.shape}")
            array = flat
        placed[info] = array
    return ArrayLayers(placed, columns, tuple(notes), images)
