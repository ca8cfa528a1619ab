"""What an interrupted writer leaves behind."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..machine import NAMED, UNFINISHED, UNFINISHED_FOLDER, is_far, remove_tree
from ._format import writing
from ._lock import Lock

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


@contextmanager
def making(path: Path) -> Iterator[None]:
    """Hold the lock beside a folder that is made in one step, and take away what attempts that were stopped left there.

    Raises
    ------
    BusyError
        Another process is making it.
    StoreError
        It cannot be made there.
    """
    with writing(str(path), "Nothing was written."):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = Lock(path.with_name(f".{path.name}.lock"), path)
        lock.take()
        try:
            remove_unfinished(path)
            yield
        finally:
            lock.release()


def is_unfinished(name: str) -> bool:
    """Whether an entry of a folder is what an attempt to make another left there, or its lock."""
    return re.fullmatch(rf"\..+-[0-9a-f]+{re.escape(UNFINISHED_FOLDER)}|\..+\.lock(\.json)?", name) is not None


def remove_unfinished(path: Path) -> None:
    """Remove what attempts to make a folder left beside it."""
    if is_far(path):
        return
    own = re.compile(rf"\.{re.escape(path.name[:NAMED])}-[0-9a-f]+{re.escape(UNFINISHED_FOLDER)}")
    for leftover in path.parent.iterdir():
        if own.fullmatch(leftover.name):  # "run-2" is another store than "run"
            remove_tree(leftover)
