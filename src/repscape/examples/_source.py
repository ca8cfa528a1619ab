"""What every reader hands over: a table of all the examples, and a way to load the inputs of the rows that are wanted.

Rows are chosen from the table alone, so that an image that is not wanted is never decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check
from .._types import ExampleKind
from ..errors import InputError, InputTypeError, UnknownNameError

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
    named, entries, clean = with_ids(table, name), table[column], _residues if protein else _text

    def load(rows: npt.NDArray[np.int64]) -> list[str]:
        return [clean(entries.iloc[int(row)], f"{name}, row {row} (id {named['id'].iloc[int(row)]!r})") for row in rows]

    return Source(kind, named, load, name)


def array_source(kind: ExampleKind, inputs: Array, *, columns: Mapping[str, Any], name: str) -> Source:
    """Take the rows of an array that is already there."""
    table = with_ids(pd.DataFrame({"id": np.arange(len(inputs)), **columns}), name)
    return Source(kind, table, lambda rows: inputs[rows], name)


def with_ids(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put "id" first: the table's own where it tells rows apart (else kept as "source_id"), or the row number."""
    table = table.reset_index(drop=True).rename(columns=str)
    if table.columns.has_duplicates:
        twice = sorted(set(table.columns[table.columns.duplicated()]))
        raise InputError(f"{name} must have columns of different names. Got {', '.join(twice)} twice.")
    if "id" in table.columns:
        if not table["id"].hasnans and table["id"].is_unique:
            return table[["id", *table.columns.drop("id")]]
        table = table.rename(columns={"id": "source_id"})
    table.insert(0, "id", np.arange(len(table)))
    return table


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


def _text(entry: Any, place: str) -> str:
    if not isinstance(entry, str):
        if pd.api.types.is_scalar(entry) and pd.isna(entry):
            raise InputError(f"{place}: the text is missing. Leave the row out or fill it in.")
        raise InputTypeError(f"{place}: the text must be a string. Got {type(entry).__name__} {entry!r}.")
    if not entry.strip():
        raise InputError(f"{place}: the text is empty. Leave the row out or fill it in.")
    return entry


def _residues(entry: Any, place: str) -> str:
    sequence = "".join(_text(entry, place).split()).upper().removesuffix("*")
    for position, letter in enumerate(sequence):
        if letter not in RESIDUES:
            hint = " Gaps of an alignment must be taken out." if letter in "-." else " Write X for an unknown residue."
            raise InputError(
                f"{place}: {letter!r} at position {position} is no residue; known are {''.join(sorted(RESIDUES))}.{hint}"
            )
    if not sequence:
        raise InputError(f"{place}: the sequence is empty. Leave the row out or fill it in.")
    return sequence
