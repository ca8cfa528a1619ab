"""Images: folders by class, and arrays (n, h, w[, c])."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError, InputTypeError
from ._image_files import decoded
from ._layer_names import natural_key
from ._neighbor_files import IMAGE_SUFFIXES
from ._room import check_room
from ._source import Array, Source, array_source, with_ids
from ._told_apart import columns_among
from ._walk import Noticed, files_below

IMAGE_KEYS = ("images", "image", "x", "X", "data")
CHANNELS = (1, 3, 4)


def image_folder(folder: Path) -> Source:
    """Find the images below a folder; the first folder on the way to an image is its class, in column "label"."""
    noticed = Noticed()
    files = list(files_below(folder, lambda file: file.suffix.lower() in IMAGE_SUFFIXES, noticed))
    files.sort(key=lambda file: natural_key(file.relative_to(folder).as_posix()))
    if not files:
        raise InputError(
            f"{folder} holds no image ({', '.join(sorted(IMAGE_SUFFIXES))}). It holds {noticed if noticed.held else 'nothing'}."
        )
    paths = [file.relative_to(folder) for file in files]
    table = pd.DataFrame({"id": [path.as_posix() for path in paths]})
    classes = [path.parts[0] if len(path.parts) > 1 else None for path in paths]
    if None not in classes:
        table["label"] = classes
    elif any(classes):
        raise InputError(
            f"{folder} holds images both in folders by class and beside them, such as {paths[classes.index(None)]}."
        )

    def load(rows: npt.NDArray[np.int64]) -> Array:
        images = (decoded(files[int(row)], f"{files[int(row)]}", noticed) for row in rows)
        return gathered(images, len(rows), str(folder))

    table, ids = with_ids(table, str(folder))
    return Source("image", table, load, str(folder), ids, noticed)


def image_arrays(arrays: Mapping[str, Array], key: str | None, name: str) -> Source:
    """Take the images of a .npz or dict; one-axis arrays of their length become columns."""
    if key is None:
        usual = [known for known in IMAGE_KEYS if known in arrays and arrays[known].ndim in (3, 4)]
        deep = usual[:1] or [known for known, array in arrays.items() if array.ndim in (3, 4)]
        if len(deep) != 1:
            raise InputError(f"{name}: which array holds the images? Say image=NAME. Got {', '.join(arrays)}.")
        key = deep[0]
    images = arrays[key]
    if images.dtype.kind not in "fiub":
        raise InputTypeError(f"{key} in {name} must hold numbers. Got dtype {images.dtype}.")
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[3] not in CHANNELS:
        channels_first = images.ndim == 4 and images.shape[1] in CHANNELS
        hint = (
            " Put the channels last: images.transpose(0, 2, 3, 1). For a module of your own that takes them as they are: "
            "read_examples(..., kind='array')."
            if channels_first
            else ""
        )
        raise InputError(
            f"{key} in {name} must be images (n, h, w) or (n, h, w, c) with c of 1, 3 or 4. Got {arrays[key].shape}.{hint}"
        )
    columns = columns_among(arrays, len(images), but=[key])
    return array_source("image", _narrowest(images), columns=columns, name=name)


def _narrowest(images: Array) -> Array:
    """Return integers that are all bytes as bytes: levels of 16 bits would be read on another scale."""
    if images.dtype.kind in "iu" and images.dtype.itemsize > 1 and images.size:
        images = images.astype(images.dtype.newbyteorder("="), copy=False)
        if images.min() >= 0 and images.max() <= np.iinfo(np.uint8).max:
            return images.astype(np.uint8)
    return images


def gathered(images: Iterable[Array], count: int, name: str) -> Array:
    """Return images of one size as one array, of several sizes as an array of arrays; the first says what all will take."""
    held: list[Array] = []
    for image in images:
        if not held:
            check_room(2 * count * image.nbytes, f"{count:,} images of {name}")
        held.append(image)
    return stacked(held)


def stacked(images: Sequence[Array]) -> Array:
    """Return images of one size and depth as (n, h, w, c), others as an (n,) array of arrays (h, w, c)."""
    if len({(image.shape, image.dtype) for image in images}) == 1:
        return np.stack(images)
    ragged = np.empty(len(images), dtype=object)
    ragged[:] = images
    return ragged
