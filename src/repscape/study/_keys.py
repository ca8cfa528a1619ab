"""Names made of contents: the same numbers, asked the same question, are found again, whatever they are called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..measures import is_builtin
from ..plan import Item

LENGTH = 32
BLOCK = 1 << 24


def digest(*parts: Any) -> str:
    """Return a name for a few values that JSON can hold.

    Examples
    --------
    >>> digest("a", 1) == digest("a", 1) != digest("a", 2)
    True
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()[
        :LENGTH
    ]


def contents_of(arrays: Sequence[Any]) -> str:
    """Return a name for arrays, read by blocks of rows where they lie on disk."""
    found = hashlib.sha256()
    for array in arrays:
        if array is None:
            found.update(b"none")
            continue
        found.update(f"{tuple(array.shape)}{array.dtype}".encode())
        row = max(1, int(np.prod(array.shape[1:])) * array.dtype.itemsize)
        rows = max(1, BLOCK // row)
        for start in range(0, array.shape[0], rows):
            found.update(np.ascontiguousarray(array[start : start + rows]))
    return found.hexdigest()[:LENGTH]


def column_of(values: Any) -> str:
    """Return a name for a column of labels or values: by what is written, so that a table on disk gives the same."""
    found = hashlib.sha256()
    for value in np.asarray(values).tolist():
        found.update(f"\x1e{value}".encode("utf-8", "surrogatepass"))
    return found.hexdigest()[:LENGTH]


def rows_of(rows: npt.NDArray[np.int64] | None) -> str:
    """Return a name for the examples that take part."""
    return "" if rows is None else hashlib.sha256(np.ascontiguousarray(rows, dtype=np.int64)).hexdigest()[:LENGTH]


def question_of(item: Item, column: str | None, *, read: Mapping[str, str], groups: str | None) -> str:
    """Return a name for one call of a measure: its version, options, and the contents of every column that it reads.

    `read` gives the name of each column's contents. Of a measure's code nothing is recorded: its name and its version are.
    """
    row = item.measure
    options = {
        name: ["column", read[value]] if name in row.column_options and isinstance(value, str) else value
        for name, value in item.options.items()
    }
    own = not is_builtin(row)
    columns = {kind: read[name] for kind, name in (("column", column), ("groups", groups)) if name is not None}
    used = {kind: name for kind, name in columns.items() if kind == "column" or "groups" in row.takes}
    return digest(row.name, own, row.version, options, used)
