"""Named groups of arrays with attributes, each written whole or not at all: graphs, results, example tables.

A group lies in a folder of its own, its arrays in a folder named by their digest inside. Replacing the one small file
that says which digest counts is what commits a write, so a reader sees the old group or the new one, never a mixture.
Groups can be written by several threads at once; writers of one group take turns, since each clears away what no longer counts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr

from .. import _check
from ..errors import InputError, InputTypeError, StoreError, UnknownNameError
from ..machine import UNFINISHED, is_far, place_of, remove_tree, sync_tree
from ._format import (
    VERSION,
    get_array,
    open_root,
    own_name,
    plain,
    put_array,
    put_group,
    reading,
    safe_name,
    unseal,
    writing,
    zarr_place,
)
from ._lock import turn

Array = npt.NDArray[Any]


def write_arrays(
    path: str | os.PathLike[str],
    group: str,
    arrays: Mapping[str, Any],
    *,
    attributes: Mapping[str, Any] | None = None,
    sync: bool = True,
) -> None:
    """Write a named group of arrays, replacing the one of that name; whoever reads meanwhile sees the old one whole.

    Parameters
    ----------
    path
        The zarr folder; made if it is not there.
    group
        Any text, such as a layer's key.
    arrays
        Name -> array of numbers, booleans or text, of any shape.
    attributes
        What JSON can hold: text, numbers, lists, dicts.
    sync
        Whether to wait until the disk has it, so that not even a power cut takes it back.

    Raises
    ------
    InputTypeError
        An array holds objects, or an attribute is something JSON cannot hold.
    StoreError
        The folder cannot be written, for example because the disk is full; the old group still stands.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "graphs.zarr"
    >>> write_arrays(path, "h.3:norm1", {"indices": np.array([[1], [0]])}, attributes={"k": 1})
    >>> arrays, attributes = read_arrays(path, "h.3:norm1")
    >>> arrays["indices"].tolist(), attributes, list_groups(path)
    ([[1], [0]], {'k': 1}, ('h.3:norm1',))
    """
    held = {name: _storable(array, f"{group}/{name}") for name, array in arrays.items()}
    extra = plain(attributes or {}, f"attributes of {group!r}")
    root = place_of(path)
    home = root / safe_name(group)
    with writing(f"{group!r} in {root}", "What was there before is untouched."):
        if not (root / "zarr.json").exists():  # several threads may: they write the same
            put_group(root, {"format": VERSION, "kind": "arrays"}, sync=sync)
        with _turn(home):
            _write(home, held, {"name": group, "attributes": extra}, sync=sync)


def _write(home: Path, held: Mapping[str, Array], about: Mapping[str, Any], *, sync: bool) -> None:
    """Write the arrays of a group beside those that count, and then say that they do."""
    old = _generation(home)
    _clear(home, keep=old)
    generation = _digest(held)
    if generation == old:  # never write into the folder that readers may be in
        generation += "-again"
    inside = zarr.open_group(zarr_place(home / generation), mode="w", zarr_format=3)
    entries = [
        put_array(inside, home / generation, name=f"{i:04d}", array=array) | {"name": name}
        for i, (name, array) in enumerate(held.items())
    ]
    if sync:
        sync_tree(home / generation)
    counts = {"generation": generation, "arrays": entries}
    put_group(home, {"name": about["name"], **counts, "attributes": about["attributes"]}, sync=sync)
    _clear(home, keep=generation)


def remove_group(path: str | os.PathLike[str], group: str) -> None:
    """Take a group away, if it is there: first from the eyes of readers, then from the disk."""
    home = place_of(path) / safe_name(group)
    with writing(f"{group!r} in {path}", "Nothing else was touched."):
        if not home.exists():
            return
        with _turn(home):
            (home / "zarr.json").unlink(missing_ok=True)
            if home.exists():
                remove_tree(home)


def read_arrays(
    path: str | os.PathLike[str], group: str, *, only: Collection[str] | None = None
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read a group back: its arrays, whole, or `only` those of some names; and its attributes.

    Raises
    ------
    UnknownNameError
        The folder has no such group; near names are offered.
    StoreError
        There is no such folder, or a bit of the group has changed since it was written.
    """
    arrays, attributes = read_group(path, group, only=only)
    return {name: _fixed(array) if array.dtype.kind == "T" else array for name, array in arrays.items()}, attributes


def read_group(
    path: str | os.PathLike[str], group: str, *, only: Collection[str] | None = None
) -> tuple[dict[str, Array], dict[str, Any]]:
    """As `read_arrays`, but text stays in numpy's StringDType: every entry of a str array is as wide as the longest."""
    root = place_of(path)
    home = root / safe_name(group)
    open_root(root)
    if not (home / "zarr.json").exists():
        raise UnknownNameError(f"{root} has no group {group!r}.{_check.near(group, list_groups(root))}")
    while True:
        about = _about(home)
        folder = home / own_name(about["generation"], home)
        try:
            with reading(f"{group!r} in {root}"):
                inside = zarr.open_group(zarr_place(folder, read_only=True), mode="r", zarr_format=3)
                entries = [entry for entry in about["arrays"] if only is None or entry["name"] in only]
                arrays = {entry["name"]: get_array(inside, folder, entry) for entry in entries}
            return arrays, about["attributes"]
        except StoreError:
            if _about(home)["generation"] == about["generation"]:
                raise  # nobody replaced the group meanwhile: it really is damaged


def has_group(path: str | os.PathLike[str], group: str) -> bool:
    """Whether a group is there, by its name alone."""
    return bool((place_of(path) / safe_name(group) / "zarr.json").is_file())


def list_groups(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the names of the groups in a folder, sorted; none where there is no folder yet.

    Raises
    ------
    StoreError
        The folder is damaged, or not ours.
    """
    names, torn = look_at_groups(path)
    if torn:
        raise torn[min(torn)]
    return names


def look_at_groups(path: str | os.PathLike[str]) -> tuple[tuple[str, ...], dict[Path, StoreError]]:
    """Return the names of the groups in a folder, sorted, and the folders of those that are not even known by name.

    Raises
    ------
    StoreError
        The folder itself is damaged, or not ours.
    """
    root = place_of(path)
    begun = any(entry.is_dir() for entry in root.glob("*"))
    if not begun and not (root / "zarr.json").exists():  # a full disk may have stopped at the first file
        return (), {}
    open_root(root)
    names: list[str] = []
    torn: dict[Path, StoreError] = {}
    for home in root.iterdir():
        if home.name != "layers" and (home / "zarr.json").exists():
            try:
                names.append(_about(home)["name"])
            except StoreError as error:
                torn[home] = error
    return tuple(sorted(names)), torn


def _generation(home: Path) -> str | None:
    """Return which contents of a group count; None where there are none, or where they are damaged and are replaced."""
    with suppress(StoreError):
        return str(_about(home)["generation"]) if (home / "zarr.json").exists() else None
    return None


def _turn(home: Path) -> AbstractContextManager[None]:
    """Whoever writes a group waits for those who do; a store elsewhere has no locks."""
    return nullcontext() if is_far(home) else turn(home.with_name(f".{home.name}.lock"))


def _fixed(text: Array) -> Array:
    return np.asarray(text.tolist(), dtype=str).reshape(text.shape)


def _about(home: Path) -> dict[str, Any]:
    with reading(str(home)):
        return unseal(zarr.open_group(zarr_place(home, read_only=True), mode="r", zarr_format=3), home)


def _clear(home: Path, *, keep: str | None) -> None:
    """Remove what an interrupted write left, and generations that no longer count."""
    if home.exists():
        for entry in home.iterdir():
            if entry.is_dir() and entry.name != keep:
                remove_tree(entry)
            elif entry.suffix in (".partial", UNFINISHED):
                entry.unlink()


def _storable(array: Any, name: str) -> Array:
    held = np.asarray(array)
    text = held.dtype.kind in "UTO" and all(isinstance(entry, str) for entry in held.flat)
    if not text and held.dtype.kind not in "biufc":
        raise InputTypeError(f"{name} must be an array of numbers or text. Got dtype {held.dtype}.")
    if text and any("\ud800" <= character <= "\udfff" for entry in held.flat for character in entry):
        raise InputError(f"{name} holds half a surrogate pair, which is no text that can be stored.")
    return held


def _digest(arrays: Mapping[str, Array]) -> str:
    """Digest of names, dtypes, shapes and contents: the same arrays always land in the same place."""
    digest = hashlib.blake2b(digest_size=8)
    for name, array in arrays.items():
        digest.update(f"{name}\x1f{array.dtype}\x1f{array.shape}\x1e".encode())
        if array.dtype.kind in "UTO":
            digest.update("\x1f".join(map(str, array.flat)).encode("utf-8", "surrogatepass"))
        else:
            digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
