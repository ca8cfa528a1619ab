"""Where things lie: a path on this machine's disks, or on an object store ("s3://bucket/run.zarr") through fsspec.

Both are used alike, as paths. An object store writes each object whole and knows no links and no locks, so that renaming,
syncing and looking for links are for disks alone.
"""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from typing import Any

from ..errors import InputError, needs_extra

SCHEME = re.compile(r"([a-z][a-z0-9+]+)://")
OBJECT = re.compile(r"([a-z][a-z0-9+]+):/+(.*)", re.DOTALL)  # as a path on a disk writes it


def is_far(path: Any) -> bool:
    """Whether a path, or a text, names something on an object store."""
    return SCHEME.match(path) is not None if isinstance(path, str) else not isinstance(path, os.PathLike | Path)


def place_of(path: Any) -> Any:
    """Return a path on disk, or one on an object store that is used like it.

    Raises
    ------
    MissingExtraError
        What reads object stores is not installed.

    Examples
    --------
    >>> place_of("run.zarr").name, is_far("s3://bucket/run.zarr"), is_far("C:/run.zarr")
    ('run.zarr', True, False)
    """
    if not isinstance(path, str | os.PathLike) or (isinstance(path, str) and SCHEME.match(path)):
        if importlib.util.find_spec("upath") is None:
            raise needs_extra(f"{path}", "universal_pathlib", "cluster")
        from ._places_upath import far_place

        return far_place(path)
    return Path(path)


def check_on_disk(path: Path, what: str, then: str) -> None:
    """Refuse a path that was made of the name of an object: it would be a folder called "s3:" on this disk.

    Raises
    ------
    InputError
        It was.
    """
    if far := OBJECT.match(path.as_posix()):
        raise InputError(
            f"{what} must lie on a disk, or on a file system that all workers share. Got {far[1]}://{far[2]}. {then}"
        )


def remove_tree(path: Any) -> None:
    """Remove a folder with all that is below it."""
    if is_far(path):
        path.fs.rm(path.path, recursive=True)
    else:
        import shutil

        shutil.rmtree(path)


def write_far(path: Any, content: bytes) -> None:
    """Write one object, which an object store does whole or not at all."""
    path.write_bytes(content)
