"""Whether what is named is there at all: looked at before anything that reads it, and takes a second to load, is loaded."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError

NO_LAYERS = "a path of layers must be a file or folder that exists. Got {!r}."
NO_COLUMNS = "a path of columns must be a file that exists. Got {}."
NO_DATA = "source of the examples must be a file or folder that exists, or a name on the hub. Got {}."


def named_path(entry: str) -> tuple[str, str]:
    """Take "NAME=PATH" apart; a file whose own path holds a = is a path.

    Examples
    --------
    >>> named_path("large=b/layers.npz"), named_path("layers.npz")
    (('large', 'b/layers.npz'), ('', 'layers.npz'))
    """
    name, sign, path = entry.partition("=")
    if not sign or os.path.exists(entry) or os.sep in name:
        return "", entry
    return name, path


def suffix_of(path: Path) -> str:
    """Return the suffix that says the form: that before .gz where there is one.

    Examples
    --------
    >>> suffix_of(Path("reviews.CSV.gz"))
    '.csv'
    """
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


def is_hub_name(name: str) -> bool:
    """Whether a text that is no path here may be the name of a data set.

    Examples
    --------
    >>> [is_hub_name(name) for name in ("imdb", "org/set", "./set", "set.csv", "a/b/c", "")]
    [True, True, False, False, False, False]
    """
    return bool(name) and not suffix_of(Path(name)) and not name.startswith((".", "/", "~")) and name.count("/") < 2


def look_for_layers(entry: str) -> None:
    """Refuse a "[NAME=]PATH[:KEY]" of which nothing exists; whoever reads it refuses an empty one.

    Raises
    ------
    InputError
        Naming the path.
    """
    _, path = named_path(entry)
    if path and not _exists(path):
        raise InputError(NO_LAYERS.format(path))


def look_for_columns(entry: str) -> None:
    """Refuse a "[NAME=]FILE[:COLUMN]" of which nothing exists, as of :func:`look_for_layers`."""
    _, path = named_path(entry)
    if path and not _exists(path):
        raise InputError(NO_COLUMNS.format(path))


def look_for_data(name: str) -> None:
    """Refuse examples that are neither here nor could be the name of a data set, as of :func:`look_for_layers`."""
    if name and not (is_hub_name(name) or _exists(name)):
        raise InputError(NO_DATA.format(name))


def _exists(path: str) -> bool:
    """Whether a path, or what stands before a colon in it, exists; which key or column is meant is found out later."""
    ends = [place for place, sign in enumerate(path) if sign == ":"]
    return os.path.exists(path) or any(os.path.exists(path[:end]) for end in ends if end)
