"""Representations that are already arrays on disk: a .npy, a .npz, or a folder of them, one (n, d) for each layer.

Arrays are memory-mapped wherever their file allows it (a .npy, a .npz written without compression), so that a folder
larger than memory can be read by blocks of rows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Brief, LayerInfo
from ..errors import InputError, InputTypeError, UnknownNameError
from ._npz import load_npy, load_npz
from ._told_apart import NUMBERS, columns_among, layers_and_columns
from ._walk import is_hidden

Array = npt.NDArray[Any]
LONGEST = 18  # digits of a number in a name that counts layers


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


def read_layers(path: str | os.PathLike[str], *, key: str | None = None) -> ArrayLayers:
    """Read the layers of a model from a .npy, a .npz, or a folder of .npy and .npz files.

    Arrays of two or more axes are layers, and must agree on their number of rows n; images and other arrays of more
    than two axes are flattened to (n, d), with a note. One-axis arrays of n entries become columns, and so do, with a note,
    labels of shape (n, 1) or one-hot beside wider layers. Anything else is left out, with a note.

    Names that differ in one number alone (layer1, layer2, layer10) are ordered by it, and it is their index; other
    names keep the order of the .npz, or the natural order of the file names in a folder.

    Parameters
    ----------
    path
        The file or folder. "F.npz:name" is short for ``key="name"``.
    key
        Take this array of a .npz alone as the one layer; columns of its length still come along.

    Returns
    -------
    ArrayLayers
        Layers (n, d), memory-mapped where the file allows, columns (n,), and notes.

    Raises
    ------
    InputError
        The file is missing, truncated, damaged, pickled, or has no layer; two layers have different n; one is complex.
    InputTypeError
        An array that is asked for does not hold real numbers.
    UnknownNameError
        The .npz has no array named `key`.

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
    if not os.fspath(path) or not where.exists():
        raise InputError(f"a path of layers must be a file or folder that exists. Got {_check.shown(os.fspath(path))}.")
    if where.is_dir():
        if key is not None:
            raise InputError(f"a key names an array of a .npz. Got key {key!r} for the folder {where}.")
        return _sorted_out(_folder(where), where)
    if where.suffix == ".npz":
        arrays = load_npz(where)
        return _sorted_out(arrays, where) if key is None else _chosen(arrays, key, where)
    if where.suffix == ".npy":
        if key is not None:
            raise InputError(f"a key names an array of a .npz. Got key {key!r} for {where}.")
        return _sorted_out({where.stem: load_npy(where)}, where)
    raise InputError(f"layers must be a .npy, a .npz, or a folder of them. Got {where}.")


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts layer2 before layer10.

    Examples
    --------
    >>> sorted(["layer10", "layer2", "embed"], key=natural_key)
    ['embed', 'layer2', 'layer10']
    """
    parts = [(part.lstrip("0"), part) for part in re.split(r"(\d+)", name)]
    return [(1, len(digits), f"{digits} {part}") if i % 2 else (0, 0, part) for i, (digits, part) in enumerate(parts)]


def layer_infos(names: Iterable[str]) -> list[LayerInfo]:
    """Place layers by the one number in which their names differ, else by their order.

    Examples
    --------
    >>> [(info.index, info.depth) for info in layer_infos(["block4", "block1"])]
    [(4, 1.0), (1, 0.25)]
    """
    wanted = list(names)
    numbers = _numbers(wanted)
    places = numbers if numbers is not None else list(range(len(wanted)))
    last = max(places, default=0)
    return [
        LayerInfo(name, place, place / last if last else 0.0, site="")
        for name, place in zip(wanted, places, strict=True)
    ]


def _numbers(names: list[str]) -> list[int] | None:
    """Return the number that tells the names apart, or None where they differ in more than one."""
    split = [re.split(r"(\d+)", name) for name in names]
    if len({len(parts) for parts in split}) != 1:
        return None
    differing = [i for i in range(len(split[0])) if len({parts[i] for parts in split}) > 1]
    if len(differing) != 1 or differing[0] % 2 == 0:
        return None
    digits = [parts[differing[0]] for parts in split]
    if max(map(len, digits)) > LONGEST:
        return None
    numbers = list(map(int, digits))
    return numbers if len(set(numbers)) == len(numbers) else None


def split_key(path: str | os.PathLike[str], key: str | None = None) -> tuple[Path, str | None]:
    """Take "F.npz:key" apart."""
    text = os.fspath(path)
    if not os.path.exists(text) and ".npz:" in text:
        text, _, named = text.rpartition(".npz:")
        text += ".npz"
        if key is not None and key != named:
            raise InputError(f"{text} was given two keys, {named!r} in the path and key={key!r}.")
        key = named
    return Path(text), key


def _chosen(arrays: Mapping[str, Array], key: str, where: Path) -> ArrayLayers:
    """Take the array `key` as the one layer, and whatever has one label or value for each of its rows."""
    if key not in arrays:
        raise UnknownNameError(f"{where} has no array {key!r}. It has {', '.join(arrays)}.{_check.near(key, arrays)}")
    if arrays[key].ndim < 2:
        raise InputError(f"{key} in {where} must have at least 2 axes, (n, ...). Got shape {arrays[key].shape}.")
    if arrays[key].dtype.kind not in NUMBERS:
        raise InputTypeError(
            f"{key} in {where} must hold real numbers (float, int or bool). Got dtype {arrays[key].dtype}."
        )
    return _placed({key: arrays[key]}, columns_among(arrays, arrays[key].shape[0], but=[key]), [])


def _folder(folder: Path) -> dict[str, Array]:
    """Return every array of the folder's files: by file name, or file/key where a .npz holds several layers."""
    files = sorted(
        (f for f in folder.iterdir() if f.suffix in (".npy", ".npz") and not is_hidden(f.name)),
        key=lambda f: natural_key(f.name),
    )
    found: dict[str, Array] = {}
    for file in files:
        if file.suffix == ".npy":
            entries = {file.stem: load_npy(file)}
        else:
            held = load_npz(file)
            alone = sum(array.ndim > 1 for array in held.values()) == 1
            entries = {
                file.stem if array.ndim > 1 and alone else (f"{file.stem}/{key}" if array.ndim > 1 else key): array
                for key, array in held.items()
            }
        for name, array in entries.items():
            if name not in found:
                found[name] = array
            elif array.ndim > 1 or not np.array_equal(found[name], array):
                raise InputError(f"{folder} holds two arrays named {name!r}, the second in {file.name}. Rename one.")
    return found


def _sorted_out(arrays: Mapping[str, Array], where: Path) -> ArrayLayers:
    """Tell layers from columns; refuse arrays without a layer, and layers of different examples."""
    layers, columns, notes = layers_and_columns(arrays, where)
    if not layers:
        held = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in arrays.items()) or "no array"
        kind = InputTypeError if any(array.ndim > 1 for array in arrays.values()) else InputError
        raise kind(f"{where} must hold an array of real numbers with at least 2 axes, (n, ...). Got {held}.")
    if len({array.shape[0] for array in layers.values()}) > 1:
        listed = ", ".join(f"{name} {layers[name].shape}" for name in layers)
        hint = f" Choose one with {where}:NAME." if where.suffix == ".npz" else ""
        raise InputError(f"the layers in {where} must have the same number of rows. Got {listed}.{hint}")
    return _placed(layers, columns, notes)


def _placed(layers: Mapping[str, Array], columns: dict[str, Array], notes: list[str]) -> ArrayLayers:
    """Place layers by depth, and flatten those of more than two axes."""
    placed, images = {}, None
    for info in sorted(layer_infos(layers), key=lambda info: info.index):
        array = layers[info.name]
        n = array.shape[0]
        if array.ndim > 2:
            may_be = array.ndim == 3 or (array.ndim == 4 and array.shape[3] in (1, 3, 4))
            images = array if images is None and may_be else images
            flat = array.reshape(n, -1) if n else array.reshape(0, int(np.prod(array.shape[1:])))
            notes.append(f"flattened {info.name} {array.shape} to {flat.shape}")
            array = flat
        placed[info] = array
    return ArrayLayers(placed, columns, tuple(notes), images)
