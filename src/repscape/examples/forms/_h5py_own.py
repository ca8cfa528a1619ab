"""HDF5 files that hold what they say, and nothing of other files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import InputError, needs_extra
from ._form import Held


def h5py_for(what: str) -> Any:
    """Return the library, or say how to install it."""
    try:
        import h5py
    except ImportError as problem:
        raise needs_extra(what, "h5py", "formats") from problem
    return h5py


def check_own(path: Path) -> None:
    """Refuse a file whose numbers lie in others: whoever made it could name any file of this machine."""
    h5py = h5py_for(f"reading {path.name}")
    notes = Held()
    with h5py.File(path, "r") as file:
        for name in names_in(file, "", notes, h5py=h5py):
            if elsewhere(file[name]):
                raise InputError(f"{name} in {path} lies in other files, which are not followed.")


def elsewhere(data: Any) -> bool:
    """Whether an array lies in other files."""
    return data.external is not None or data.is_virtual


def names_in(group: Any, above: str, held: Held, *, h5py: Any, seen: frozenset[int] = frozenset()) -> list[str]:
    """Return the paths of the data sets below a group; one that holds itself is not gone into again."""
    found = []
    seen = seen | {h5py.h5o.get_info(group.id).addr}
    for key in group:
        name = f"{above}/{key}" if above else key
        link = group.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
            held.notes.append(f"left out {name}: a link")
        elif isinstance(group[key], h5py.Group):
            if h5py.h5o.get_info(group[key].id).addr not in seen:
                found += names_in(group[key], name, held, h5py=h5py, seen=seen)
        else:
            found.append(name)
    return found
