"""What every reader hands over: a table of all the examples, and a way to load the inputs of the rows that are wanted.

Rows are chosen from the table alone, so that an image that is not wanted is never decoded.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check
from .._types import ExampleKind
from ..errors import InputError, InputTypeError, RepscapeWarning, UnknownNameError
from ._tables import plain_frame
from ._walk import Noticed

Array = npt.NDArray[Any]
Inputs = Sequence[str] | Array

RESIDUES = frozenset("ACDEFGHIKLMNPQRSTVWYXBZUO")
TEXT_COLUMNS = ("text", "sentence", "content", "review")
SEQUENCE_COLUMNS = ("sequence", "seq", "residues")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller said about the form; None where it is to be found out."""

    kind: ExampleKind | None = None
    """What an input is."""
    text: str | None = None
    """The column of texts."""
    sequence: str | None = None
    """The column of residues."""
    image: str | None = None
    """The column or array of images."""
    split: str | None = None
    """The part of a data set."""
    id_column: str | None = None
    """The column of ids, where the examples have it."""
    separator: str | None = None
    """What stands between the cells of a text file."""
    encoding: str | None = None
    """Of a text file."""
    allow_pickle: bool = False
    """Whether files may be read whose reading can run code."""
    stream: bool = False
    """Whether examples are read one after another, their texts not kept in memory."""
    first: int | None = None
    """At most so many of a stream, the first ones."""

    @property
    def words(self) -> frozenset[str]:
        """The columns that hold inputs, if a table has them: text, also where it looks like numbers."""
        named = (name for name in (self.text, self.sequence) if name is not None)
        return frozenset({*named, *TEXT_COLUMNS, *SEQUENCE_COLUMNS})


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Examples that have been found but not yet loaded."""

    kind: ExampleKind
    """What an input is."""
    table: pd.DataFrame
    """One row for each example: "id" first, then every other column."""
    load: Callable[[npt.NDArray[np.int64]], Inputs]
    """Loads the inputs of the given rows, or raises and names the row that cannot be used."""
    name: str
    """Where they come from, for messages and the record."""
    ids: Any = None
    """The ids that came with the examples, also where some repeat; None where the table counts its rows."""
    noticed: Noticed = field(default_factory=Noticed)
    """What its reader should know: what was left out, and how."""

    def tell(self) -> None:
        """Say once what was noticed on the way."""
        if self.noticed.held:
            warnings.warn(f"{self.name}: {self.noticed}.", RepscapeWarning, stacklevel=3)


def table_source(table: pd.DataFrame, name: str, asked: Wanted) -> Source:
    """Take texts, or proteins, from a column of a table."""
    kind: ExampleKind = asked.kind or ("protein" if asked.sequence is not None else "text")
    if kind not in ("text", "protein"):
        raise InputError(f"kind of {name} must be 'text' or 'protein', as it is a table. Got {kind!r}.")
    protein = kind == "protein"
    column = (
        _input_column(table, asked.sequence, SEQUENCE_COLUMNS, "sequence", name)
        if protein
        else _input_column(table, asked.text, TEXT_COLUMNS, "text", name)
    )
    table, ids = with_ids(table, name, asked.id_column)
    entries = table[column].to_numpy(dtype=object)

    def load(rows: npt.NDArray[np.int64]) -> list[str]:
        return [cleaned(entries[row], partial(place_of, table, row, name), protein=protein) for row in rows.tolist()]

    return Source(kind, table, load, name, ids)


def array_source(kind: ExampleKind, inputs: Array, *, columns: Mapping[str, Any], name: str) -> Source:
    """Take the rows of an array that is already there."""
    table, ids = with_ids(pd.DataFrame(columns, index=range(len(inputs))), name)
    return Source(kind, table, lambda rows: inputs[rows], name, ids)


def with_ids(table: pd.DataFrame, name: str, id_column: str | None = None) -> tuple[pd.DataFrame, Any]:
    """Put "id" first, and return the table's own ids: those of `id_column` or "id", None where it has neither.

    Ids that do not tell rows apart stay as "source_id", and row numbers stand in for them.
    """
    table = plain_frame(table, name)
    if id_column is not None and id_column != "id" and id_column in table.columns:
        own = _single(table[id_column], name)
        if own.isna().any() or not own.is_unique:
            wrong = own[own.isna() | own.duplicated()]
            raise InputError(
                f"ids of {name}, in column {id_column!r}, must differ from row to row. Row {wrong.index[0]} has "
                f"{_check.shown(wrong.iloc[0])}, which is {'none' if own.isna().any() else 'there already'}."
            )
        table = table.rename(columns={"id": "source_id"})
        table.insert(0, "id", own)
        return table, own.to_numpy()
    if "id" in table.columns:
        own = _single(table["id"], name)
        if not own.isna().any() and own.is_unique:
            return table[["id", *table.columns.drop("id")]], own.to_numpy()
        table = table.rename(columns={"id": "source_id"})
        table.insert(0, "id", np.arange(len(table)))
        return table, None if own.isna().any() else own.to_numpy()
    table.insert(0, "id", np.arange(len(table)))
    return table, None


def _single(ids: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Refuse ids that are lists or records, of which nothing says which are the same."""
    for row, entry in enumerate(ids if ids.dtype == object else ()):
        if not pd.api.types.is_scalar(entry):
            raise InputTypeError(
                f"ids of {name} must be text or numbers. Row {row} has {type(entry).__name__} {_check.shown(entry)[:80]}."
            )
    return ids


def place_of(table: pd.DataFrame, row: Any, name: str) -> str:
    """Say in words which row of the examples is meant."""
    return f"{name}, row {row} (id {_check.shown(table['id'].iloc[int(row)])})"


def known_column(table: pd.DataFrame, column: str, name: str) -> str:
    """Return the column's name if the table has it, else offer near ones."""
    if column not in table.columns:
        columns = [str(known) for known in table.columns]
        raise UnknownNameError(
            f"{name} has no column {column!r}. It has {', '.join(columns)}.{_check.near(column, columns)}"
        )
    return column


def _input_column(table: pd.DataFrame, asked: str | None, usual: Sequence[str], what: str, name: str) -> str:
    """Return the column asked for, one of the usual names, or the only column of text."""
    if asked is not None:
        return known_column(table, asked, name)
    texts = [column for column in table.columns if _holds_text(table[column])]
    for column in usual:
        if column in texts:
            return column
    if len(texts) == 1:
        return str(texts[0])
    raise InputError(
        f"{name}: which column holds the {what}? Say {what}=NAME. Columns of text: {', '.join(map(str, texts)) or 'none'}."
    )


def _holds_text(column: pd.Series[Any]) -> bool:
    return any(isinstance(entry, str) for entry in column.head(100))


def cleaned(entry: Any, place: Callable[[], str], *, protein: bool) -> str:
    """Return a text as it stands, or a sequence in capitals without its stop; refuse what is empty, or no residue."""
    return _residues(entry, place) if protein else _text(entry, place)


def _text(entry: Any, place: Callable[[], str]) -> str:
    if not isinstance(entry, str):
        if pd.api.types.is_scalar(entry) and pd.isna(entry):
            raise InputError(f"{place()}: the text is missing. Leave the row out or fill it in.")
        raise InputTypeError(f"{place()}: the text must be a string. Got {type(entry).__name__} {_check.shown(entry)}.")
    if not entry.strip():
        raise InputError(f"{place()}: the text is empty. Leave the row out or fill it in.")
    return entry


def _residues(entry: Any, place: Callable[[], str]) -> str:
    sequence = "".join(_text(entry, place).split()).upper().removesuffix("*")
    for position, letter in enumerate(sequence):
        if letter not in RESIDUES:
            hint = " Gaps of an alignment must be taken out." if letter in "-." else " Write X for an unknown residue."
            raise InputError(
                f"{place()}: {letter!r} at position {position} is no residue; known are {''.join(sorted(RESIDUES))}.{hint}"
            )
    if not sequence:
        raise InputError(f"{place()}: the sequence is empty. Leave the row out or fill it in.")
    return sequence
