"""Files and folders that are written whole or not at all, that a power cut does not take back, and that lie where they seem to.

Every file that repscape writes is written here. The order at each commit: the data reach the disk, then the new file takes its
name, then the folder that holds the name. What is unfinished has a random name and is made anew, so that nothing is ever
written through a link that lies in wait; permissions follow the umask.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import StoreError
from ._places import is_far, write_far

UNFINISHED = ".part"
UNFINISHED_FOLDER = ".new"
NAMED = 100  # characters of a name that an unfinished one repeats: file systems allow 255 bytes


def write_whole(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file in one step: whoever reads sees the old one or the new one; permissions follow the umask.

    A link that stands there is replaced, and what it leads to is left alone.

    Raises
    ------
    OSError
        It cannot be written; what was there before still stands.
    """
    if is_far(path):
        write_far(path, content)
        return
    unfinished, descriptor = _begun(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
            if os.name != "nt":
                unfinished.replace(path)  # while it is held: nobody takes it for what was left behind
        if os.name == "nt":
            unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def _begun(path: Path) -> tuple[Path, int]:
    """Make the unfinished file, and hold it."""
    while True:
        unfinished = unfinished_name(path, UNFINISHED)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        _hold(descriptor, wait=True)
        if os.name == "nt" or os.fstat(descriptor).st_nlink:
            return unfinished, descriptor
        os.close(descriptor)  # somebody tidied up just then


def _hold(descriptor: int, *, wait: bool) -> bool:
    """Lock a file that is open; return whether nobody else holds it. Where there are no such locks nobody does."""
    try:
        import fcntl  # here, since Windows has none: what is open cannot be removed there
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def remove_left(unfinished: Path) -> None:
    """Remove an unfinished file whose writer is gone; one that is being written stays."""
    with suppress(OSError):
        if not stat.S_ISREG(unfinished.lstat().st_mode):
            unfinished.unlink()
            return
        descriptor = os.open(unfinished, os.O_RDONLY)
        try:
            if _hold(descriptor, wait=False):
                unfinished.unlink()
        finally:
            os.close(descriptor)


@contextmanager
def whole_folder(target: Path, *, sync: bool = False) -> Iterator[Path]:
    """Yield a new folder beside `target` that becomes it if all goes well, and vanishes if not.

    Raises
    ------
    OSError
        It cannot be made, or `target` holds something.
    """
    if is_far(target):  # nothing is renamed there: the object that says what lies here is the last one
        yield target
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = unfinished_name(target, UNFINISHED_FOLDER)
    fresh.mkdir()
    try:
        yield fresh
        if sync:
            sync_tree(fresh)
        if os.name == "nt" and target.is_dir():  # only there must an empty one make way first
            target.rmdir()
        fresh.replace(target)
        if sync:
            sync_folder(target.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def unfinished_name(path: Path, ending: str) -> Path:
    """Return a hidden, random name beside a file or folder, which nobody can have guessed."""
    return path.with_name(f".{path.name[:NAMED]}-{secrets.token_hex(6)}{ending}")


def check_inside(root: Path, entries: Iterable[Path] | None = None) -> None:
    """Refuse a folder with a link that leads out of it, or with what is neither a file nor a folder.

    Parameters
    ----------
    root
        The folder; it may itself be reached by a link.
    entries
        Which of its entries are looked at, with all that is below them; all by default. Those that are not there are fine.

    Raises
    ------
    StoreError
        The message names the entry, and where it leads.
    """
    if is_far(root):  # object stores know no links
        return
    home = os.path.realpath(root)
    with suppress(FileNotFoundError, NotADirectoryError):
        places = [home] if entries is None else [os.path.join(home, entry.relative_to(root)) for entry in entries]
        for place in places:
            if place == home or _is_folder(place, root, home):
                _check_below(place, root, home)


def _check_below(folder: str, root: Path, home: str) -> None:
    with suppress(FileNotFoundError), os.scandir(folder) as held:  # a writer may be at work
        for entry in held:
            if entry.is_dir(follow_symlinks=False):
                _check_below(entry.path, root, home)
            elif not entry.is_file(follow_symlinks=False):
                _is_folder(entry.path, root, home)


def _is_folder(place: str, root: Path, home: str) -> bool:
    """Whether an entry is a folder to be looked into; refuse what is neither file, nor folder, nor a link that stays inside."""
    try:
        mode = os.lstat(place).st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        return True
    shown = root / os.path.relpath(place, home)
    if stat.S_ISLNK(mode):
        leads = os.path.realpath(place)
        if leads == home or not leads.startswith(home + os.sep):
            raise StoreError(
                f"{shown} is a link that leads out of {root}, to {leads}. What belongs to a study is read and written in its "
                "folder alone, since one from elsewhere could lead anywhere. If the link is yours, put what it leads to in "
                "its place."
            )
    elif not stat.S_ISREG(mode):
        raise StoreError(f"{shown} is neither a file nor a folder. Delete it.")
    return False


def sync_files(files: Iterable[Path]) -> None:
    """Bring files, and the names they have in their folders, to the disk."""
    folders: dict[Path, None] = {}
    for file in files:
        if is_far(file):
            return
        if file.is_dir():
            folders[file] = None
            continue
        _sync(
            file, os.O_RDWR if os.name == "nt" else os.O_RDONLY
        )  # Windows brings only what may be written to the disk
        folders[file.parent] = None
    for folder in folders:
        sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Bring everything below a folder, and the folder itself, to the disk."""
    if is_far(folder):
        return
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
