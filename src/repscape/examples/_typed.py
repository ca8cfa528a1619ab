"""From the cells of a text file to columns: a number only where its spelling comes back exactly, text everywhere else.

"01", "1e5", "+1", "True", "NA" and "2024-05-01" are words until somebody asks for numbers (`as_numbers`): as labels they must
keep their spelling, and two spellings are two labels.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check
from ..errors import InputError, InputTypeError

Array = npt.NDArray[Any]
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
GAPS = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a", "-nan"})  # in columns that are read as numbers
MOST = np.iinfo(np.int64).max
EXACT = 2**53  # beyond it a float64 no longer holds every integer


def typed(cells: Sequence[str]) -> pd.Series[Any]:
    """Return the cells of a column as int64, float64 or text; an empty cell is missing.

    Examples
    --------
    >>> [typed(cells).tolist() for cells in (["1", "20"], ["0.5", "-2.0"], ["01", "1"], ["1", "2.5"], ["1e5", "NA"])]
    [[1, 20], [0.5, -2.0], ['01', '1'], ['1', '2.5'], ['1e5', 'NA']]
    """
    filled = [cell for cell in cells if cell]
    if filled and all(map(INTEGER.fullmatch, filled)) and all(abs(int(cell)) <= MOST for cell in filled):
        return integers([int(cell) if cell else None for cell in cells])
    if filled and all(map(_is_float, filled)):
        return pd.Series([float(cell) if cell else math.nan for cell in cells], dtype=np.float64)
    return text([cell or None for cell in cells])


def integers(entries: Sequence[int | None]) -> pd.Series[Any]:
    """Return integers as int64, or as pandas' Int64 where some are missing: as floats they would lose their spelling."""
    return pd.Series(entries, dtype="Int64" if None in entries else np.int64)


def text(entries: Sequence[str | None]) -> pd.Series[Any]:
    """Return text as text, whatever it looks like."""
    return pd.Series(list(entries), dtype=object if None in entries else "str")


def settled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with plain columns: integers with gaps are int64 where no gap is left, else float64 with NaN."""
    changed: dict[str, pd.Series[Any]] = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.Int64Dtype):
            known = column.dropna()
            exact = known.empty or known.abs().max() <= EXACT
            changed[str(name)] = column.astype(
                np.int64 if len(known) == len(column) else np.float64 if exact else object
            )
    return table.assign(**changed) if changed else table


def check_characters(table: pd.DataFrame, name: str) -> None:
    """Refuse text that no file and no tokenizer can hold: half a surrogate pair."""
    for column in table.columns:
        if (place := half_pair(str(column))) is not None:
            raise InputError(
                f"{name}: the name of column {column!r} holds half a surrogate pair at {place}: no character."
            )
        if table[column].dtype.kind != "O":
            continue
        for row, entry in enumerate(table[column]):
            if isinstance(entry, str) and (place := half_pair(entry)) is not None:
                raise InputError(
                    f"{name}, row {row}, column {column!r}: {entry[place]!r} at position {place} is half a surrogate pair, "
                    "which is no character. Replace it, or leave the row out."
                )


def half_pair(entry: str) -> int | None:
    """Return where a text holds half a surrogate pair; None for text that can be written."""
    try:
        entry.encode()
    except UnicodeEncodeError as problem:
        return problem.start
    return None


def as_numbers(values: Any, what: str) -> Array:
    """Return a column as numbers where it is text that spells them; numbers stay as they are, missing cells become NaN.

    Raises
    ------
    InputTypeError
        If an entry is no number; the message has its row.

    Examples
    --------
    >>> as_numbers(np.array(["1.50", "+2", "1e3", ""]), "column 'score'").tolist()
    [1.5, 2.0, 1000.0, nan]
    """
    column = np.asarray(values)
    if column.dtype.kind not in "OUT":
        return column
    found = np.empty(column.shape, dtype=np.float64)
    for row, entry in enumerate(column):
        found[row] = _number(entry, f"{what} is read as numbers; row {row}")
    return found


def _number(entry: Any, place: str) -> float:
    if isinstance(entry, str):
        if NUMBER.fullmatch(entry.strip()):
            return float(entry)
        if entry.strip().lower() in GAPS:
            return math.nan
    elif entry is None or entry is pd.NA or entry is pd.NaT:
        return math.nan
    elif isinstance(entry, int | float | np.integer | np.floating) and not isinstance(entry, bool):
        return float(entry)
    hint = " Decimals are written with a point." if isinstance(entry, str) and _number_with_comma(entry) else ""
    raise InputTypeError(f"{place} holds {_check.shown(entry)}.{hint}")


def _number_with_comma(entry: str) -> bool:
    return NUMBER.fullmatch(entry.strip().replace(",", ".")) is not None


def _is_float(cell: str) -> bool:
    """Whether a cell is a finite number, written as Python writes it."""
    if not NUMBER.fullmatch(cell):
        return False
    value = float(cell)
    return math.isfinite(value) and repr(value) == cell and cell != "-0.0"
