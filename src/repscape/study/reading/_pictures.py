"""The examples of a study as pictures, where it was made of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import RepscapeError
from ...examples import CHANNELS, IMAGE_KEYS, load_npy, load_npz, split_key
from ._source import Source
from ._spec import StudySpec


def pictures_of(spec: StudySpec, source: Source) -> Any:
    """Return the examples as images where the study was made of images; None where not, or where they are gone."""
    try:
        if spec.models is None:
            found = _picture_array(list(dict.fromkeys(spec.arrays.values())))
        else:
            kinds = {about.get("data", {}).get("kind") for about in source.extracted.values()}
            found = spec.examples().inputs if kinds == {"image"} else None
    except RepscapeError:
        return None  # they are not needed for anything but looking at
    return found if found is not None and len(found) == source.n else None


def _picture_array(paths: Sequence[str]) -> Any:
    """Return the one array of images (n, h, w[, c]) in a file of arrays: of bytes, or under a usual name; else None."""
    if len(paths) != 1:
        return None
    where, key = split_key(paths[0])
    if where.suffix not in (".npz", ".npy"):
        return None
    arrays = load_npz(where) if where.suffix == ".npz" else {where.stem: load_npy(where)}
    found = [
        array
        for name, array in arrays.items()
        if key in (None, name)
        and (array.ndim == 3 or (array.ndim == 4 and array.shape[3] in CHANNELS))
        and (array.dtype == np.uint8 or name in IMAGE_KEYS)
    ]
    return found[0] if len(found) == 1 else None
