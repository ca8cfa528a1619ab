"""What a kind of file is to the fuzzer: how it is made, how the product reads it, what another reader says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Plain = tuple[Any, ...] | str


class Told(Exception):
    """The product goes on without what is damaged, and says so: as good as an error."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    name: str
    """What the table in the docs calls it."""
    make: Callable[[Path], None]
    """Writes whole files into an empty folder."""
    files: str
    """Which of them are harmed, as a glob; one at a time."""
    read: Callable[[Path], Any]
    """Reads them as a user of the product does, and returns every number and word that came out."""
    form: str = "bytes"
    """What the file is, for the ways to harm it."""
    says: Callable[[Path], Any] | None = None
    """What another reader finds. None: the file has a check sum, and nothing but its own numbers may come out."""
    same: bool = True
    """Whether the other reader's answer is the product's word by word; else only whether it changed is compared."""
    command: Callable[[Path], list[object]] | None = None
    """A command line that reads the files."""
    group: str = "read"
    """"read": comes from outside; "written": the product writes it."""


def plain(value: Any) -> Any:
    """Bring whatever a reader returns to tuples and text that can be compared bit by bit."""
    if isinstance(value, pd.DataFrame):
        return tuple((str(name), plain(value[name].to_numpy())) for name in value.columns)
    if isinstance(value, np.ndarray) or (hasattr(value, "__array__") and hasattr(value, "shape")):
        array = np.asarray(value)
        if array.dtype.kind in "OUT":
            return ("text", array.shape, tuple(map(str, array.ravel())))
        if array.dtype.kind in "fiub":
            return ("numbers", array.shape, np.ascontiguousarray(array.astype(np.float64)).tobytes())
        return (array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())
    if isinstance(value, Mapping):
        return tuple((str(key), plain(entry)) for key, entry in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return repr(value)
