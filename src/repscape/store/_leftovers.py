"""What an interrupted writer leaves behind."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..machine import NAMED, UNFINISHED, UNFINISHED_FOLDER, is_far, remove_tree
from ._format import writing

AGAIN = "Make room and run again: the work goes on from there."


def remove_leftovers(path: Path, about: Mapping[str, Any]) -> None:
    """Remove half-written files, and chunks that hold no committed row."""
    slabs = -(-about["committed"] // about["slab_rows"])
    with writing(str(path), AGAIN):
        for leftover in itertools.chain(path.rglob("*.partial"), path.rglob(f"*{UNFINISHED}")):
            leftover.unlink()
        for entry in about["layers"]:
            for chunk in (path / "layers" / entry["array"]).glob("c/*"):
                if int(chunk.name) >= slabs:
                    remove_tree(chunk)


def remove_unfinished(path: Path) -> None:
    """Remove what attempts to make a folder left beside it."""
    if is_far(path):
        return
    for leftover in path.parent.iterdir():
        if leftover.name.startswith(f".{path.name[:NAMED]}-") and leftover.name.endswith(UNFINISHED_FOLDER):
            remove_tree(leftover)
