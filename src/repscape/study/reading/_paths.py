"""Paths in the words of a study."""

from __future__ import annotations

import os

from ...examples import named_path


def absolute_named(entry: str) -> str:
    """Return "NAME=PATH" with an absolute path."""
    name, path = named_path(entry)
    return f"{name}={os.path.abspath(path)}" if name else os.path.abspath(path)
