"""Columns of the examples that lie in a file of their own: labels and values beside arrays that hold none."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Brief
from ..errors import InputError, InputTypeError, UnknownNameError
from ._npz import load_npy, load_npz
from ._tables import READABLE, read_table
from ._there import NO_COLUMNS, suffix_of
from ._told_apart import as_column
from ._typed import half_pair, settled

ID = "id"
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """How files of columns are read."""

    id_column: str | None = None
    """The column of ids; "id" by default, where there is one."""
    separator: str | None = None
    """What stands between cells; found out by default."""
    encoding: str | None = None
    """Of text files; UTF-8 by default."""
    allow_pickle: bool = False
    """Whether arrays of Python objects may be loaded, which can run code."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ColumnTable(Brief):
    """Columns that belong together row by row, and the ids of their rows if they have any."""

    name: str
    """Where they come from, for messages."""
    columns: dict[str, Any]
    """Name -> one entry for each row."""
    ids: Any = None
    """One for each row, or None."""
    id_column: str | None = None
    """What their column is called there."""
    others: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the same file that were not asked for, among which ids may be found."""


def read_columns(
    path: str | os.PathLike[str], *, name: str | None = None, reading: Reading | None = None
) -> dict[str, Array]:
    """Read labels or values of the examples, one row for each.

    Parameters
    ----------
    path
        A .npy of one entry for each example, or of several columns with the number of one: "F.npy:2"; a .npz, all its
        one-axis arrays or one: "F.npz:labels"; a table (csv, tsv, jsonl, json, parquet, also .gz), all its columns or
        one: "F.csv:genre". Labels of shape (n, 1), or one-hot, become (n,).
    name
        What to call the column, where there is one. By default what the file calls it; a .npy calls it by the file's name.
    reading
        How the file is read, where it does not say itself.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        In the order of the file. A column of a text file holds numbers only where their spelling comes back exactly: "01",
        "1e5" and "NA" are text.

    Raises
    ------
    InputError
        The file is missing, damaged, pickled, or of a form that is not known; several columns were given one name.
    UnknownNameError
        The file has no such column; near names are offered.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "genres.npy"
    >>> np.save(file, np.array(["drama", "comedy"]))
    >>> read_columns(file)["genres"].tolist()
    ['drama', 'comedy']
    """
    where, key = _taken_apart(os.fspath(path))
    return _named(_read(where, key, reading or Reading()), where, key, name)


def column_table(path: str | os.PathLike[str], *, name: str | None = None, reading: Reading) -> ColumnTable:
    """Read labels or values of the examples with the ids of their rows, as of :func:`read_columns`."""
    where, key = _taken_apart(os.fspath(path))
    held = _read(where, key, reading)
    ids = next((column for column in (reading.id_column, ID) if column in held), None)
    others = {known: values for known, values in held.items() if known != ids or key == ids}
    named = _named(others, where, key, name)
    return ColumnTable(str(where), named, None if ids is None else held[ids], ids, others)


def _read(where: Path, key: str | None, reading: Reading) -> dict[str, Array]:
    """Return every column of a file; of a .npy the one that `key` names."""
    if not where.is_file():
        raise InputError(NO_COLUMNS.format(where))
    if where.suffix == ".npy":
        return _of_npy(where, key, allow_pickle=reading.allow_pickle)
    if where.suffix == ".npz":
        return _of_npz(where, allow_pickle=reading.allow_pickle)
    if suffix_of(where) not in READABLE:
        known = ", ".join([".npy", ".npz", *READABLE])
        raise InputError(f"a file of columns must end in one of {known} (or .gz after it). Got {where}.")
    table = settled(read_table(where, separator=reading.separator, encoding=reading.encoding))
    return {str(column): table[column].to_numpy() for column in table.columns}


def _named(found: dict[str, Array], where: Path, key: str | None, name: str | None) -> dict[str, Array]:
    """Keep the column that was asked for, under the name that was asked for."""
    if key is not None and where.suffix != ".npy":
        if key not in found:
            raise UnknownNameError(
                f"{where} has no column {key!r}. It has {', '.join(found)}.{_check.near(key, found)}"
            )
        found = {key: found[key]}
    if name is None:
        return found
    if len(found) != 1:
        several = f"has several columns: {', '.join(found)}" if found else "has no column but that of ids"
        example = f" Name one: {name}={where}:{next(iter(found))}." if found else ""
        raise InputError(f"{where} {several}.{example}")
    return dict(zip([name], found.values(), strict=True))


def _taken_apart(text: str) -> tuple[Path, str | None]:
    """Take "F.csv:column" apart; a colon in the path of the file itself stays."""
    if not text:
        raise InputError(NO_COLUMNS.format("''"))
    if not os.path.exists(text) and ":" in text:
        where, _, key = text.rpartition(":")
        if os.path.exists(where):
            return Path(where), key
    return Path(text), None


def _of_npy(where: Path, key: str | None, *, allow_pickle: bool) -> dict[str, Array]:
    array = load_npy(where, allow_pickle=allow_pickle)
    _check_kind(array, str(where))
    if key is None and (column := _column(array)) is not None:
        return {where.stem: column}
    if array.ndim != 2 or key is None or not re.fullmatch("[0-9]{1,9}", key) or int(key) >= array.shape[1]:
        allowed = f"{where}:0 to {where}:{array.shape[1] - 1}" if array.ndim == 2 else f"{where}, with one axis"
        raise InputError(f"a column of {where} must be one of {allowed}. Got shape {array.shape}, column {key}.")
    return {f"{where.stem}_{key}": np.asarray(array[:, int(key)])}


def _of_npz(where: Path, *, allow_pickle: bool) -> dict[str, Array]:
    held = load_npz(where, allow_pickle=allow_pickle)
    found = {name: column for name, array in held.items() if (column := _column(array)) is not None}
    if not found:
        shapes = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in held.items())
        raise InputError(f"{where} must hold an array with one axis, (n,). Got {shapes or 'no array'}.")
    return found


def _column(array: Array) -> Array | None:
    return array if array.dtype.kind == "O" and array.ndim == 1 else as_column(array)


def _check_kind(array: Array, name: str) -> None:
    if array.dtype.kind in "cV":
        raise InputTypeError(f"{name} must hold text, numbers or dates. Got dtype {array.dtype}.")
    if array.dtype.kind == "U":
        for row, entry in enumerate(array.flat):
            if (place := half_pair(str(entry))) is not None:
                raise InputError(
                    f"{name}, entry {row}: {entry[place]!r} at position {place} is half a surrogate pair, which is no "
                    "character. Replace it."
                )
