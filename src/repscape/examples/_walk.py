"""The files below a folder: links followed, hidden ones passed over, and what is passed over counted by kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError

NAMED = 3  # files that a note spells out, of each kind
CLUTTER = frozenset({"thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db"})  # what systems leave behind without a dot
OURS = frozenset({"study.toml", "zarr.json"})  # a folder that holds one of them is a study or a store of ours


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a reader of a folder should know of it, by kind: what was left out, and what was read through a link."""

    held: dict[str, list[str]] = field(default_factory=dict)
    """Kind -> names."""

    def add(self, kind: str, name: str) -> None:
        """Count one more."""
        self.held.setdefault(kind, []).append(name)

    def __str__(self) -> str:
        return "; ".join(
            f"{len(names)} {kind} ({', '.join(names[:NAMED])}{', ...' if len(names) > NAMED else ''})"
            for kind, names in self.held.items()
        )


def is_hidden(name: str) -> bool:
    """Whether a file or folder is one that systems and tools keep for themselves, such as .DS_Store and Thumbs.db.

    Examples
    --------
    >>> [is_hidden(name) for name in ("._cat.png", ".ipynb_checkpoints", "Thumbs.db", "cat.png")]
    [True, True, True, False]
    """
    return name.startswith(".") or name.lower() in CLUTTER


def files_below(folder: Path, wanted: Callable[[Path], bool], noticed: Noticed) -> Iterator[Path]:
    """Yield the wanted files below a folder, through links too; count what is left out, and the links that were followed.

    Raises
    ------
    InputError
        If a link leads back to a folder that is read anyway: its files would come twice, or without end.
    """
    yield from _below(folder, folder, wanted, noticed, {os.path.realpath(folder): folder})


def _below(
    folder: Path, home: Path, wanted: Callable[[Path], bool], noticed: Noticed, seen: dict[str, Path]
) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as problem:
        raise InputError(f"{folder} cannot be read: {problem}.") from problem
    for entry in entries:
        name = entry.relative_to(home).as_posix()
        if is_hidden(entry.name):
            noticed.add("hidden files or folders, left out", name)
        elif entry.is_dir():
            if any((entry / ours).is_file() for ours in OURS):
                noticed.add("folders of studies or stores, left out", name)
                continue
            real = os.path.realpath(entry)
            if real in seen:
                raise InputError(
                    f"{entry} leads to {real}, which is read as {seen[real]} already. Take the link out of the folder."
                )
            seen[real] = entry
            if entry.is_symlink():
                noticed.add("links, followed", name)
            yield from _below(entry, home, wanted, noticed, seen)
        elif not entry.is_file():
            noticed.add("links that lead nowhere, left out" if entry.is_symlink() else "special files, left out", name)
        elif wanted(entry):
            if entry.is_symlink():
                noticed.add("links, followed", name)
            yield entry
        else:
            noticed.add(f"{entry.suffix.lower() or 'other'} files, left out", name)
