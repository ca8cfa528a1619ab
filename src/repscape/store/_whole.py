"""Files that are written whole or not at all, and that a power cut does not take back.

The order at each commit: the data reach the disk, then the new file takes its name, then the folder that holds the name.
Unfinished files have random names and are made anew, so that nothing is ever written through a link that lies in wait.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".part"


def write_whole(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file in one step: whoever reads sees the old one or the new one; permissions follow the umask.

    Raises
    ------
    OSError
        It cannot be written; what was there before still stands.
    """
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(6)}{UNFINISHED}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def sync_files(files: Iterable[Path]) -> None:
    """Bring files, and the names they have in their folders, to the disk."""
    folders: dict[Path, None] = {}
    for file in files:
        _sync(file, os.O_RDONLY)
        folders[file.parent] = None
    for folder in folders:
        sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Bring everything below a folder, and the folder itself, to the disk."""
    for inner, folders, files in os.walk(folder, topdown=False):
        sync_files(Path(inner, name) for name in files)
        for name in folders:
            sync_folder(Path(inner, name))
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk; Windows, which keeps them by itself, has no such call."""
    if os.name != "nt":
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
