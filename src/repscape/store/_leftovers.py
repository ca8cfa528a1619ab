"""What an interrupted writer leaves behind, and the permissions that new folders get."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._format import writing
from ._whole import UNFINISHED

AGAIN = "Make room and run again: the work goes on from there."


def umask_of(folder: Path) -> int:
    """Return the umask, found out without changing it for other threads: by the permissions that a new folder gets."""
    probe = folder / "permissions"
    probe.mkdir()
    found = 0o777 & ~probe.stat().st_mode
    probe.rmdir()
    return found


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
