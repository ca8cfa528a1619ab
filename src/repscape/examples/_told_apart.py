"""Which arrays that lie together are layers, and which are labels or values of the examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError

Array = npt.NDArray[Any]
NUMBERS = "fiub"
BLOCK = 1 << 12  # rows looked at in one go
PARTS = r"y|train|test|val|valid|validation|true|gold"
LABELS = re.compile(
    rf"(?i)(({PARTS})[_.-])?(labels?|targets?|class(es)?|categor(y|ies)|one[_-]?hot|ids?)"
    rf"([_.-]({PARTS}|ids?|codes?|one[_-]?hot))?"
)
"""Names that say labels by every part of them: class_ids and train_labels, but neither class_token nor target_encoder."""


def as_column(array: Array) -> Array | None:
    """Return an array as labels or values, one for each row: (n,), (n, 1), or (n, classes) with a single 1 in each row.

    None where it is none of them. Bytes become text.

    Examples
    --------
    >>> as_column(np.array([[3], [4]])).tolist(), as_column(np.array([[0, 1], [1, 0], [0, 1]])).tolist()
    ([3, 4], [1, 0, 1])
    """
    if array.ndim == 0 or array.dtype.names is not None or array.dtype.kind in "cVO":
        return None
    if array.ndim == 1 or (array.size == array.shape[0] and array.size):
        column = np.asarray(array).reshape(array.shape[0])
        return np.char.decode(column, "utf-8") if column.dtype.kind == "S" else _native(column)
    return np.asarray(array).argmax(axis=1) if is_one_hot(array) else None


def is_one_hot(array: Array) -> bool:
    """Whether every row has a single 1 among zeros, and rows share their places as examples share classes."""
    if array.ndim != 2 or array.dtype.kind not in NUMBERS or not 2 <= array.shape[1] < array.shape[0]:
        return False
    blocks = (array[start : start + BLOCK] for start in range(0, array.shape[0], BLOCK))
    return all(bool((((block == 0) | (block == 1)).all()) and (block.sum(axis=1) == 1).all()) for block in blocks)


def layers_and_columns(arrays: Mapping[str, Array], where: Any) -> tuple[dict[str, Array], dict[str, Array], list[str]]:
    """Return (layers, columns, what the user must be told) of arrays without a word on which is which.

    Arrays of two or more axes are layers. Beside wider layers, one of a single column, one that is one-hot, or one whose name
    says labels is not, unless its name goes on with theirs ("layer3" beside "layer2").
    """
    deep = {name: array for name, array in arrays.items() if array.ndim > 1 and array.dtype.kind in NUMBERS}
    wide = {name: array for name, array in deep.items() if as_column(array) is None and not LABELS.fullmatch(name)}
    forms = {_form(name) for name in wide}
    layers = {name: array for name, array in deep.items() if not wide or name in wide or _form(name) in forms}
    columns: dict[str, Array] = {}
    notes: list[str] = []
    rows = {array.shape[0] for array in layers.values()}
    n = rows.pop() if len(rows) == 1 else None
    for name, array in arrays.items():
        if name in layers:
            continue
        column = as_column(array) if array.ndim and array.shape[0] == n else None
        if column is not None:
            columns[name] = column
            if array.ndim > 1:
                what = "one-hot labels" if array.shape[1] > 1 else "one value for each example"
                notes.append(f"took {name} {array.shape} for {what}, not for a layer")
        elif n is not None:
            notes.append(_left_out(name, array, n, where))
    return layers, columns, notes


def _left_out(name: str, array: Array, n: int, where: Any) -> str:
    if array.dtype.kind == "c" and array.ndim > 1 and array.shape[0] == n:
        raise InputError(
            f"{name} in {where} holds complex numbers, {array.shape} {array.dtype}: put real and imaginary parts side by "
            f"side, or name the layer that is meant: {where}:NAME."
        )
    why = f"not ({n}, ...) numbers"
    if array.ndim > 1 and array.shape[0] == n and array.dtype.kind in NUMBERS:
        why = "its name says labels"
    return f"left out {name} of shape {array.shape} and dtype {array.dtype}: {why}"


def _form(name: str) -> str | None:
    """Return a name with its numbers taken out, for names that have some."""
    return re.sub(r"\d+", "#", name) if re.search(r"\d", name) else None


def _native(column: Array) -> Array:
    """Return numbers in this machine's byte order."""
    return column.astype(column.dtype.newbyteorder("="), copy=False)


def columns_among(arrays: Mapping[str, Array], n: int, but: Iterable[str] = ()) -> dict[str, Array]:
    """Return every array that has one label or value for each of n rows."""
    left = set(but)
    found = {name: as_column(array) for name, array in arrays.items() if name not in left and array.shape[:1] == (n,)}
    return {name: column for name, column in found.items() if column is not None}
