"""Columns of the examples that lie in a file of their own: labels and values beside arrays that hold none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError, UnknownNameError
from ._npz import load_npy, load_npz
from ._tables import READERS, read_table, suffix_of

FUNCTION = "read_columns"
Array = npt.NDArray[Any]


def read_columns(path: str | os.PathLike[str], *, name: str | None = None) -> dict[str, Array]:
    """Read labels or values of the examples, one row for each.

    Parameters
    ----------
    path
        A .npy of one entry for each example, or of several columns with the number of one: "F.npy:2"; a .npz, all its
        one-axis arrays or one: "F.npz:labels"; a table (csv, tsv, jsonl, json, parquet, also .gz), all its columns or
        one: "F.csv:genre".
    name
        What to call the column, where there is one. By default what the file calls it; a .npy calls it by the file's name.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        In the order of the file.

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
    if not where.is_file():
        raise InputError(f"path of {FUNCTION} must be a file that exists. Got {where}.")
    found = _all(where) if where.suffix != ".npy" else _of_npy(where, key)
    if key is not None and where.suffix != ".npy":
        if key not in found:
            raise UnknownNameError(
                f"{where} has no column {key!r}. It has {', '.join(found)}.{_check.near(key, found)}"
            )
        found = {key: found[key]}
    if name is None:
        return found
    if len(found) > 1:
        raise InputError(
            f"{where} has several columns: {', '.join(found)}. Name one: {name}={where}:{next(iter(found))}."
        )
    return dict(zip([name], found.values(), strict=True))


def _taken_apart(text: str) -> tuple[Path, str | None]:
    """Take "F.csv:column" apart; a colon in the path of the file itself stays."""
    if not os.path.exists(text) and ":" in text:
        where, _, key = text.rpartition(":")
        if os.path.exists(where):
            return Path(where), key
    return Path(text), None


def _of_npy(where: Path, key: str | None) -> dict[str, Array]:
    array = load_npy(where)
    if key is None and array.ndim == 1:
        return {where.stem: np.asarray(array)}
    if array.ndim != 2 or key is None or not key.isdigit() or int(key) >= array.shape[1]:
        allowed = f"{where}:0 to {where}:{array.shape[1] - 1}" if array.ndim == 2 else f"{where}, with one axis"
        raise InputError(f"a column of {where} must be one of {allowed}. Got shape {array.shape}, column {key}.")
    return {f"{where.stem}_{key}": np.asarray(array[:, int(key)])}


def _all(where: Path) -> dict[str, Array]:
    if where.suffix == ".npz":
        held = load_npz(where)
        found = {name: np.asarray(array) for name, array in held.items() if array.ndim == 1}
        if not found:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in held.items())
            raise InputError(f"{where} must hold an array with one axis, (n,). Got {shapes or 'no array'}.")
        return found
    if suffix_of(where) not in READERS:
        known = ", ".join([".npy", ".npz", *READERS])
        raise InputError(f"path of {FUNCTION} must end in one of {known} (or .gz after it). Got {where}.")
    table = read_table(where)
    return {str(column): table[column].to_numpy() for column in table.columns}
