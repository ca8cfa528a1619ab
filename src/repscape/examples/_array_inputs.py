"""Which of several arrays are inputs: images, word vectors or plain vectors."""

from __future__ import annotations

from collections.abc import Mapping

from .. import _check
from .._types import ExampleKind
from ..errors import InputError
from ._images import image_arrays
from ._select import WHAT
from ._source import Array, Source, array_source
from ._told_apart import as_column, columns_among
from ._vectors import npz_vectors


def from_arrays(arrays: dict[str, Array], name: str, *, kind: ExampleKind | None, key: str | None) -> Source:
    """Tell images, word vectors and plain vectors (n, d) apart by shape and name; kind "array" takes any (n, ...) as it is."""
    if key is not None:
        _check.choice(key, "image", f"{WHAT}, the name of an array in {name},", arrays)
    if kind == "vectors" or (kind is None and key is None and {"words", "vectors"} <= set(arrays)):
        return npz_vectors(arrays, name)
    flat = _flat(arrays)
    wanted = key if key is not None else (flat[0] if len(flat) == 1 else None)
    deep = any(array.ndim > 2 for array in arrays.values())
    if kind == "image" or (kind is None and (deep if key is None else arrays[key].ndim != 2)):
        return image_arrays(arrays, key, name)
    if kind == "array" and key is None and deep:
        whole = [known for known, array in arrays.items() if array.ndim > 2]
        wanted = whole[0] if len(whole) == 1 else None
    if kind == "array" and wanted is not None and arrays[wanted].ndim > 2:
        return _as_it_is(arrays, wanted, name)
    if wanted is None or arrays[wanted].ndim != 2:
        listed = ", ".join(f"{known} {array.shape}" for known, array in arrays.items())
        raise InputError(f"{name}: which array holds the inputs, (n, d)? Give PATH.npz:NAME. Got {listed}.")
    vectors = _check.points(arrays[wanted], wanted, WHAT, least=1)
    return array_source("array", vectors, columns=columns_among(arrays, len(vectors), but=[wanted]), name=name)


def _as_it_is(arrays: Mapping[str, Array], wanted: str, name: str) -> Source:
    """Take (n, ...) numbers for a module that takes them in that form, such as images with their channels first."""
    inputs = arrays[wanted]
    _check.points(inputs.reshape(len(inputs), -1), wanted, WHAT, least=1)
    return array_source("array", inputs, columns=columns_among(arrays, len(inputs), but=[wanted]), name=name)


def _flat(arrays: Mapping[str, Array]) -> list[str]:
    """Return the names of arrays (n, d) that may be inputs; beside wider ones, labels of one column are none."""
    tables = {name: array for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiub"}
    wide = [name for name, array in tables.items() if as_column(array) is None]
    return wide or list(tables)
