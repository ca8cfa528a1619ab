"""One image file as an array: upright, in colours, with the levels it was stored in.

Pillow brings most files to 8 bits: 16-bit grey is clipped at 255, and of 16-bit colours only the high bytes are kept. Here
16-bit levels are uint16, floating ones float32, and only what has no other meaning is 8 bits.
"""

from __future__ import annotations

import math
import re
import struct
import sys
import warnings
from typing import Any

import numpy as np

from ..errors import InputError, needs_extra
from ._room import check_room
from ._source import Array
from ._walk import Noticed

LEVELS = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
"""Pillow's modes with more than 8 bits, each of one channel."""
CLEAR = ("RGBA", "LA", "PA", "RGBa", "La")
BITS, ORIENTATION = 258, 274
"""Numbers of TIFF's and EXIF's tags."""
BYTES = 12  # of a point in memory, at most: four channels of two bytes, and three of them again
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, OverflowError, TypeError, KeyError, IndexError, struct.error)
"""What Pillow raises for files that are no whole image."""
SWAPPED = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}


def decoded(file: Any, place: str, noticed: Noticed) -> Array:
    """Return an image file, or its bytes, as (h, w, 3): uint8, or uint16, int32 or float32 where it holds more levels."""
    try:
        from PIL import Image, ImageOps
    except ImportError as problem:
        raise needs_extra("reading images", "pillow", "models") from problem
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", Image.DecompressionBombWarning
            )  # what fits into memory may be as large as it is
            with Image.open(file) as image:
                _check_covered(image, place)
                check_room(math.prod(image.size) * BYTES, place)
                frames = getattr(image, "n_frames", 1)
                _mend_byte_order(image)
                raw = _raw_mode(image)  # before its levels are read: then it is gone
                if ";16" in raw and image.mode not in LEVELS:
                    found = _upright(_colours_of_16_bits(image, file, raw), image.getexif().get(ORIENTATION, 1))
                elif image.mode in LEVELS:
                    found = _three(np.asarray(ImageOps.exif_transpose(image)))
                else:
                    _check_depth(image, place)
                    found = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
                _notice(image, place, frames, noticed)
                return found
    except InputError:
        raise
    except UNREADABLE as problem:
        raise InputError(f"{place} is no image that can be read: {str(problem)[:200]}.") from problem
    except Image.DecompressionBombError as problem:
        raise InputError(f"{place} claims to be an image of more points than any is: {problem}") from problem


def pillow_array(image: Any) -> Array:
    """Return an image of Pillow upright as (h, w, 3), or with more levels where it holds them."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    return _three(np.asarray(upright)) if image.mode in LEVELS else np.asarray(upright.convert("RGB"))


TURNS = {
    1: lambda array: array,
    2: lambda array: array[:, ::-1],
    3: lambda array: array[::-1, ::-1],
    4: lambda array: array[::-1],
    5: lambda array: array.swapaxes(0, 1),
    6: lambda array: array.swapaxes(0, 1)[:, ::-1],
    7: lambda array: array.swapaxes(0, 1)[::-1, ::-1],
    8: lambda array: array.swapaxes(0, 1)[::-1],
}
"""Value of EXIF's orientation -> how the stored array is turned upright."""


def _upright(array: Array, orientation: int) -> Array:
    return np.ascontiguousarray(TURNS.get(orientation, TURNS[1])(array))


def _three(grey: Array) -> Array:
    """Return one channel three times, in this machine's byte order."""
    native = grey.astype(grey.dtype.newbyteorder("="), copy=False)
    return np.repeat(native[..., None], 3, axis=2)


def _notice(image: Any, place: str, frames: int, noticed: Noticed) -> None:
    """Note what a reader of the image's colours does not get."""
    if frames > 1:
        noticed.add("images of several frames, of which the first was taken", place)
    clear = image.mode in CLEAR or ("transparency" in image.info and image.mode not in LEVELS)
    if clear and image.convert("RGBA").getchannel("A").getextrema()[0] < 255:
        noticed.add("images with transparency, which was left out", place)


def _check_covered(image: Any, place: str) -> None:
    """Refuse a TIFF whose strips or tiles are of fewer points than it claims: Pillow would make up the rest."""
    if not hasattr(image, "tag_v2"):
        return
    corners = [tile.extents for tile in getattr(image, "tile", ()) if tile.extents is not None]
    held = sum(max(0, right - left) * max(0, low - high) for left, high, right, low in corners)
    if held < math.prod(image.size):
        raise InputError(f"{place} claims {math.prod(image.size):,} points and holds {held:,}: it is damaged.")


def _check_depth(image: Any, place: str) -> None:
    """Refuse a TIFF of more than 8 bits a colour in a layout that Pillow would read as bytes."""
    tags = getattr(image, "tag_v2", {})
    if tags.get(BITS, (8,))[0] > 8:
        raise InputError(
            f"{place} holds colours of {tags[BITS][0]} bits, laid out in a way that cannot be read. Save them with the "
            "channels of a point together (planarconfig='contig'), or as PNG."
        )


def _colours_of_16_bits(image: Any, file: Any, raw: str) -> Array:
    """Return an image of 16-bit colours as (h, w, 3) uint16.

    Pillow knows such files, and gives the high byte of each level. Told that the bytes are in the other order, it gives the low
    one: two readings make the whole.
    """
    if raw.startswith("LA;16"):  # grey and alpha: four bytes that can be read as four channels
        both = _read_as(file, "RGBA").astype(np.uint16)
        return _three(both[..., 0] << 8 | both[..., 1])
    high = np.asarray(image).astype(np.uint16)
    low = _read_as(file, raw[:-1] + SWAPPED[raw[-1]]).astype(np.uint16)
    return (high << 8 | low)[..., :3]


def _mend_byte_order(image: Any) -> None:
    """Say of a packed TIFF of the other byte order what holds once it is unpacked: libtiff has turned its numbers round.

    Pillow does so for 16 bits, and would turn those of 32 bits round once more.
    """
    tiles = getattr(image, "tile", None) or ()
    if tiles and tiles[0].codec_name == "libtiff":
        image.tile = [
            tile._replace(args=(re.sub(r"(;\d+)B", r"\1N", tile.args[0]), *tile.args[1:])) for tile in image.tile
        ]


def _raw_mode(image: Any) -> str:
    """Return how an image's bytes are laid out, in Pillow's words."""
    if not getattr(image, "tile", None):
        return ""
    arguments = image.tile[0].args
    return str(arguments[0] if isinstance(arguments, tuple) else arguments)


def _read_as(file: Any, raw: str) -> Array:
    """Read a file again as if its bytes were laid out in another way."""
    from PIL import Image

    if hasattr(file, "seek"):
        file.seek(0)
    with Image.open(file) as image:
        image.tile = [
            tile._replace(args=(raw, *tile.args[1:]) if isinstance(tile.args, tuple) else raw) for tile in image.tile
        ]
        return np.asarray(image)
