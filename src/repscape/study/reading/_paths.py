"""Paths in the words of a study."""

from __future__ import annotations

import os

from ...examples import named_path
from ...machine import is_far


def absolute(path: str) -> str:
    """Return an absolute path; the name of an object ("s3://bucket/run.zarr") is one already."""
    return path if is_far(path) else os.path.abspath(path)


def beside(folder: str | os.PathLike[str], path: str) -> str:
    """Return a path as it is meant in a file of that folder."""
    return path if is_far(path) else os.path.join(folder, path)


def absolute_named(entry: str) -> str:
    """Return "NAME=PATH" with an absolute path."""
    name, path = named_path(entry)
    return f"{name}={absolute(path)}" if name else absolute(path)
