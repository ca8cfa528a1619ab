"""What an interrupted writer leaves behind."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..machine import NAMED, UNFINISHED, UNFINISHED_FOLDER
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
                    shutil.rmtree(chunk)


def remove_unfinished(path: Path) -> None:
    """Remove what attempts to make a folder left beside it."""
    own = re.compile(rf"\.{re.escape(path.name[:NAMED])}-[0-9a-f]+{re.escape(UNFINISHED_FOLDER)}")
    for leftover in path.parent.iterdir():
        if own.fullmatch(leftover.name):  # "run-2" is another store than "run"
            shutil.rmtree(leftover)
