"""Pictures of examples, small: one array of equal thumbnails, and one file that holds them side by side."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ._images import CHANNELS

Pictures = npt.NDArray[np.uint8]
SIDE = 48  # pixels at most, along the longer side


def thumbnails(images: Iterable[Any]) -> Pictures:
    """Return (m, h, w, 3) thumbnails of images (h, w) or (h, w, c), of one or of several sizes.

    Numbers that are not bytes are stretched from the least to the largest of all images.

    Raises
    ------
    InputError
        If something among them is no image.
    """
    every = [_checked(np.asarray(image), place) for place, image in enumerate(images)]
    if not every:
        raise InputError("pictures of map_examples must hold at least one image. Got none.")
    if any(image.dtype != np.uint8 for image in every):
        low = min(float(image.min()) for image in every)
        span = max(float(image.max()) for image in every) - low or 1.0
        every = [((image.astype(np.float64) - low) * (255 / span)).round().astype(np.uint8) for image in every]
    side = min(SIDE, max(max(image.shape[:2]) for image in every))
    return np.stack([_squared(image, side) for image in every])


def sheet(pictures: Pictures) -> tuple[bytes, str, int]:
    """Return one image with all thumbnails side by side, its kind, and how many stand in a row."""
    from PIL import Image  # comes with matplotlib

    m, height, width, _ = pictures.shape
    across = math.ceil(math.sqrt(m))
    down = math.ceil(m / across)
    whole = np.zeros((down * height, across * width, 3), dtype=np.uint8)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, across)
        whole[row * height : (row + 1) * height, column * width : (column + 1) * width] = picture
    grey = bool((whole[..., 0] == whole[..., 1]).all() and (whole[..., 1] == whole[..., 2]).all())
    image = Image.fromarray(whole[..., 0] if grey else whole)
    buffer = io.BytesIO()
    # A photograph as a JPEG is a quarter of the PNG; strokes on paper are not.
    kind = "png" if grey else "jpeg"
    image.save(buffer, format=kind, **({"optimize": True} if grey else {"quality": 82}))
    return buffer.getvalue(), f"image/{kind}", across


def _checked(image: npt.NDArray[Any], place: int) -> npt.NDArray[Any]:
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or image.shape[2] not in CHANNELS or image.dtype.kind not in "fiub" or not image.size:
        raise InputError(
            f"pictures of map_examples must be images (h, w) or (h, w, c) of numbers, c of 1, 3 or 4. "
            f"Got shape {image.shape} and dtype {image.dtype} at {place}."
        )
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image[..., :3]


def _squared(image: npt.NDArray[np.uint8], side: int) -> Pictures:
    """Scale an image into a square; what is smaller stays as it is, in the middle."""
    from PIL import Image

    height, width = image.shape[:2]
    if max(height, width) > side:
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))
        height, width = image.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    square = np.zeros((side, side, 3), dtype=np.uint8)
    square[top : top + height, left : left + width] = image
    return square
