"""Examples that are in memory one by one: tensors, lists of arrays, of tensors, of Pillow's images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _check
from ..errors import InputError
from ._array_inputs import from_arrays
from ._image_files import pillow_array
from ._images import stacked
from ._select import WHAT
from ._source import Array, Source, Wanted, array_source
from .forms import as_array, is_tensor


def items_source(source: Any, asked: Wanted) -> Source | None:
    """Take a tensor, or a list of arrays, tensors or images; None where it is none of them.

    Raises
    ------
    InputError
        If entries differ in kind, or arrays that are no images in shape.
    """
    if is_tensor(source):
        return from_arrays({"array": as_array(source, "source", WHAT)}, "the tensor", kind=asked.kind, key=None)
    if not isinstance(source, list | tuple) or not len(source) or not (_is_array(source[0]) or _is_image(source[0])):
        return None
    name = "the list"
    odd = [row for row, entry in enumerate(source) if not (_is_array(entry) or _is_image(entry))]
    if odd:
        kind = type(source[odd[0]]).__name__
        raise InputError(
            f"source of {WHAT} must be a list of arrays, or of images, throughout. Got {kind} at {odd[0]}."
        )
    if _is_image(source[0]):
        images = [_image(entry, row) for row, entry in enumerate(source)]
        return array_source("image", stacked(images), columns={}, name=name)
    arrays = [
        _check.plain_array(as_array(entry, f"source[{row}]", WHAT), f"source[{row}]", WHAT)
        for row, entry in enumerate(source)
    ]
    if len({array.shape for array in arrays}) == 1:
        return from_arrays({"array": np.stack(arrays)}, name, kind=asked.kind, key=None)
    return array_source("image", stacked(_pictures(arrays)), columns={}, name=name)


def _is_array(entry: Any) -> bool:
    return is_tensor(entry) or isinstance(entry, np.ndarray)


def _is_image(entry: Any) -> bool:
    """Whether it is an image of Pillow, which need not be installed to ask."""
    return hasattr(entry, "getbands") and hasattr(entry, "mode")


def _image(entry: Any, row: int) -> Array:
    if _is_image(entry):
        return pillow_array(entry)
    array: Array = np.asarray(entry)
    return _pictures([array], row)[0]


def _pictures(arrays: Sequence[Array], first: int = 0) -> list[Array]:
    """Return arrays of different sizes as images (h, w, c)."""
    found = []
    for row, array in enumerate(arrays, first):
        image = array[..., np.newaxis] if array.ndim == 2 else array
        if image.ndim != 3 or image.shape[2] not in (1, 3, 4):
            raise InputError(
                f"source of {WHAT} must hold arrays of one shape, or images (h, w) or (h, w, c) with c of 1, 3 or 4. "
                f"Got {array.shape} at {row}."
            )
        found.append(image)
    return found
