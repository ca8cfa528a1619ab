"""Images: folders by class, and arrays (n, h, w[, c])."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError, InputTypeError, needs_extra
from ._arrays import natural_key
from ._neighbor_files import IMAGE_SUFFIXES
from ._source import Array, Source, array_source, with_ids

IMAGE_KEYS = ("images", "image", "x", "X", "data")
CHANNELS = (1, 3, 4)


def image_folder(folder: Path) -> Source:
    """Find the images below a folder; the first folder on the way to an image is its class, in column "label"."""
    files = [file for file in folder.rglob("*") if file.suffix.lower() in IMAGE_SUFFIXES and file.is_file()]
    files.sort(key=lambda file: natural_key(file.relative_to(folder).as_posix()))
    if not files:
        raise InputError(f"{folder} holds no image ({', '.join(sorted(IMAGE_SUFFIXES))}).")
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
        return stacked([decoded(files[int(row)], f"{files[int(row)]}") for row in rows])

    return Source("image", with_ids(table, str(folder)), load, str(folder))


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
        hint = " Put the channels last: images.transpose(0, 2, 3, 1)." if channels_first else ""
        raise InputError(
            f"{key} in {name} must be images (n, h, w) or (n, h, w, c) with c of 1, 3 or 4. Got {arrays[key].shape}.{hint}"
        )
    columns = {other: array for other, array in arrays.items() if other != key and array.shape == images.shape[:1]}
    return array_source("image", images, columns=columns, name=name)


def decoded(file: Any, place: str) -> Array:
    """Return an image file, or the bytes of one, as (h, w, 3) uint8."""
    try:
        from PIL import Image
    except ImportError as problem:
        raise needs_extra("reading images", "pillow", "models") from problem
    try:
        with Image.open(file) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:  # SyntaxError: a broken PNG
        raise InputError(f"{place} is no image that can be read: {problem}.") from problem


def stacked(images: Sequence[Array]) -> Array:
    """Return images of one size as (n, h, w, c), of several sizes as an (n,) array of arrays (h, w, c)."""
    if len({image.shape for image in images}) == 1:
        return np.stack(images)
    ragged = np.empty(len(images), dtype=object)
    ragged[:] = images
    return ragged
