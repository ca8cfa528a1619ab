"""The one place where columns from elsewhere meet the examples: by id where both have ids, else row by row.

A label that goes to another example than its own is a wrong number without a sign; so whatever does not fit is refused.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .. import _check
from ..errors import InputError, InputTypeError
from ._columns import ID, Array, ColumnTable, Reading, column_table
from ._layer_names import natural_key
from ._tables import plain_frame
from ._there import named_path
from ._typed import settled

SHOWN = 5  # ids that a message spells out


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The examples that columns are joined to."""

    n: int
    """How many."""
    name: str
    """What to call them in messages."""
    ids: Any = None
    """Their ids, or None where they have none: then a row's number may stand for it."""
    part: bool = True
    """Whether they may be a part of the data, so that columns of further examples are no mistake."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """Their own columns, one of which may hold the ids that a table calls by its name."""

    def ids_like(self, table: ColumnTable) -> Any:
        """Return the ids that the table's ids are compared with: those of a column of the same name, else their own."""
        named = table.id_column not in (None, ID) and table.id_column in self.columns
        return self.columns[str(table.id_column)] if named else self.ids


@dataclass(frozen=True, slots=True, eq=False)
class GivenColumns(Mapping[str, Any]):
    """Columns as they were given, table by table, before they are joined: name -> entries in the order of their table."""

    tables: tuple[ColumnTable, ...] = ()

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for table in self.tables:
            for name in table.columns:
                if name in seen:
                    raise InputError(
                        f"two files hold a column {name!r}: {seen[name]} and {table.name}. "
                        f"Name one of them: NAME={table.name}:{name}."
                    )
                seen[name] = table.name

    @classmethod
    def of(cls, columns: Any, reading: Reading | None = None) -> GivenColumns:
        """Take a mapping name -> (n,) array, a DataFrame, a file "[NAME=]PATH[:COLUMN]" or several, or what is this already."""
        if columns is None or isinstance(columns, GivenColumns):
            return columns or cls()
        if isinstance(columns, pd.DataFrame):
            return cls((_of_frame(columns, reading or Reading()),))
        if isinstance(columns, Mapping):
            return cls((_of_mapping(columns),))
        entries = [columns] if isinstance(columns, str | os.PathLike) else columns
        if isinstance(entries, Sequence) and all(isinstance(entry, str | os.PathLike) for entry in entries):
            named = map(named_path, map(os.fspath, entries))
            return cls(
                tuple(column_table(path, name=name or None, reading=reading or Reading()) for name, path in named)
            )
        raise InputTypeError(
            "columns must be a mapping of names to arrays, a DataFrame, or files of columns. "
            f"Got {type(columns).__name__}; a single column goes in as {{'label': ...}}."
        )

    def __getitem__(self, name: str) -> Any:
        for table in self.tables:
            if name in table.columns:
                return table.columns[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for table in self.tables:
            yield from table.columns

    def __len__(self) -> int:
        return sum(len(table.columns) for table in self.tables)

    @property
    def lengths(self) -> frozenset[int]:
        """Numbers of rows of the tables."""
        held = (values for table in self.tables for values in table.columns.values())
        return frozenset(len(values) for values in held if isinstance(values, Sized) and not isinstance(values, str))

    def has_ids(self, column: str) -> bool:
        """Whether the ids of some table are those of this column."""
        return any(table.id_column == column for table in self.tables)

    def only(self, names: Iterable[str]) -> GivenColumns:
        """Return the columns of these names."""
        kept = set(names)
        tables = (
            ColumnTable(
                table.name,
                {name: table.columns[name] for name in table.columns if name in kept},
                table.ids,
                table.id_column,
                table.others,
            )
            for table in self.tables
        )
        return GivenColumns(tuple(table for table in tables if table.columns))

    def joined(self, rows: Rows, function: str) -> tuple[dict[str, Array], list[str]]:
        """Return name -> one entry for each row, and what the user must be told.

        Raises
        ------
        InputError
            If ids are missing, repeated or disagree, or a table without ids has another number of rows.
        """
        found: dict[str, Array] = {}
        notes: list[str] = []
        for table in self.tables:
            order, note = _order(table, rows)
            notes += [note] if note else []
            for name, values in table.columns.items():
                what = f"column {name!r}"
                entries = _check.plain_array(values, what, function)
                if order is None and entries.shape != (rows.n,):
                    hint = (
                        ""
                        if rows.ids is None
                        else f" A column {ID!r} of ids would join them to {rows.name} in any order and number."
                    )
                    raise InputError(
                        f"{what} of {function} must have shape ({rows.n},), one entry for each example. "
                        f"Got {entries.shape}.{hint}"
                    )
                found[name] = entries if order is None else entries[order]
        return found, notes


def _of_frame(frame: pd.DataFrame, reading: Reading) -> ColumnTable:
    table = settled(plain_frame(frame, "columns"))
    key = next((name for name in (reading.id_column, ID) if name in table.columns), None)
    columns = {str(name): table[name].to_numpy() for name in table.columns if name != key}
    return ColumnTable("columns", columns, None if key is None else table[key].to_numpy(), key)


def _of_mapping(columns: Mapping[Any, Any]) -> ColumnTable:
    held = {str(name): values for name, values in columns.items()}
    ids = held.pop(ID, None)
    return ColumnTable("columns", held, ids, None if ids is None else ID)


def _order(table: ColumnTable, rows: Rows) -> tuple[Array | None, str]:
    """Return where in the table each example's row is, None where they lie row by row, and what to say about it."""
    if table.ids is None:
        _check_ids_among(table, rows)
        return None, ""
    given = _written(table.ids, table.name)
    for name, values in table.columns.items():
        if len(values) != len(given):
            raise InputError(
                f"column {name!r} of {table.name} must have an entry for each of its {len(given)} ids. Got {len(values)}."
            )
    _check_different(given, table.name)
    if (ids := rows.ids_like(table)) is not None:
        wanted = _written(ids, rows.name)
        return _by_id(given, wanted, table.name, rows)
    numbers = list(map(str, range(rows.n)))
    if len(given) == rows.n and set(given) == set(numbers):  # ids that count the rows are the numbers of the rows
        return _by_id(given, numbers, table.name, rows)
    if len(given) == rows.n and not _in_order(given):
        raise InputError(
            f"{table.name} has ids, not in order, and {rows.name} have none to join them by. Give both the ids, or take the "
            f"column of ids out of {table.name} if it lies row by row."
        )
    return None, f"{table.name} has ids and {rows.name} have none: its columns were taken row by row"


def _check_ids_among(table: ColumnTable, rows: Rows) -> None:
    """Refuse to take a table row by row of which another column holds ids of the examples, in another order.

    Ids that are whole numbers are left alone: any count, rank or year could be taken for them.
    """
    if rows.ids is None:
        return
    wanted = list(map(str, rows.ids))
    if all(one.isdecimal() for one in wanted):
        return
    spelling = _loosely if len(set(map(_loosely, wanted))) == len(set(wanted)) else str
    known = set(map(spelling, wanted))
    for name, values in {**table.others, **table.columns}.items():
        entries = list(map(str, values)) if np.ndim(values) == 1 else []
        alike = [spelling(entry) for entry in entries]
        if len(entries) < rows.n:  # too short to be taken row by row, and refused as such
            continue
        if 2 * len(known & set(alike)) <= len(known) or alike == list(map(spelling, wanted)):
            continue
        cure = f"Say that it is the column of ids: --id-column {name} (id_column={name!r})."
        if not set(wanted) <= set(entries):
            cure = f"Write them as there ({wanted[0]!r}), one for each, and say so: --id-column {name} (id_column={name!r})."
        raise InputError(
            f"column {name!r} of {table.name} holds the ids of {rows.name}, in another order: row by row, labels would go "
            f"to the wrong examples. {cure}"
        )


def _loosely(entry: str) -> str:
    """Return an id without what files spell differently: case, a version ("P3.1"), a data bank around it ("sp|P3|NAME")."""
    parts = entry.strip().casefold().split("|")
    return re.sub(r"\.\d+$", "", parts[1] if len(parts) > 2 else parts[0])


def _by_id(given: list[str], wanted: list[str], name: str, rows: Rows) -> tuple[Array, str]:
    place = {one: row for row, one in enumerate(given)}
    known = set(wanted)
    missing = [one for one in dict.fromkeys(wanted) if one not in place]
    extra = [one for one in given if one not in known]
    if missing or (extra and not rows.part):
        parts = [f"it lacks {_listed(missing)}"] if missing else []
        parts += [f"it has {_listed(extra)}, which they have not"] if extra else []
        hint = " Say which column holds the ids (id_column)." if len(missing) == len(known) else ""
        raise InputError(f"{name} must have the ids of {rows.name}: {'; '.join(parts)}.{hint}")
    note = f"{len(extra)} of {len(given)} rows of {name} are of no example here and were left out" if extra else ""
    return np.array([place[one] for one in wanted], dtype=np.int64), note


def _written(ids: Any, name: str) -> list[str]:
    """Return ids as text, so that 7 of one file is "7" of another; a missing one is refused."""
    found = []
    for row, one in enumerate(_check.plain_array(ids, "ids", name).tolist()):
        if one is None or one is pd.NA or one != one:
            raise InputError(f"{name} must have an id in every row. Row {row} has none.")
        found.append(str(int(one)) if isinstance(one, float) and one.is_integer() else str(one))
    return found


def _check_different(ids: Sequence[str], name: str) -> None:
    seen: dict[str, int] = {}
    for row, one in enumerate(ids):
        if one in seen:
            raise InputError(f"{name} must have different ids. {one!r} stands in rows {seen[one]} and {row}.")
        seen[one] = row


def _in_order(ids: Sequence[str]) -> bool:
    keys = list(map(natural_key, ids))
    return all(before < after for before, after in itertools.pairwise(keys))


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(map(repr, ids[:SHOWN])) + more
