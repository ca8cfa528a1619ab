"""Records from JSON: a list of them, or one on each line, whichever of the two a file is called."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InputError
from ._opened import lines_of
from ._separated import MOST_COLUMNS, check_names
from ._typed import EXACT, MOST, integers, text

LIST = "a list of records, [{column: value}, ...], or one record on each line"
DIGITS = 40  # no count, name or measurement is a longer integer
SPACE = " \t\r\n"


def json_table(content: str, path: Path, *, by_line: bool) -> pd.DataFrame:
    """Return a table of records; `by_line` says what the file's name promises, its first character what it is."""
    content = content.strip(SPACE)
    lines = [(number, line) for number, line in enumerate(lines_of(content), start=1) if line.strip(SPACE)]
    if not content:
        return pd.DataFrame()
    if content.startswith("[") and not (by_line and len(lines) > 1 and lines[0][1].strip(SPACE).endswith("]")):
        held = parsed(content, str(path))
        return _table([_record(entry, f"{path}, record {place}") for place, entry in enumerate(held)], path)
    if not by_line and (len(lines) == 1 or not _is_json(lines[0][1])):
        parsed(content, str(path))
        raise InputError(f"{path} must hold {LIST}. It holds one {'record' if content[0] == '{' else 'value'} alone.")
    places = [(f"{path}, line {number}", line) for number, line in lines]
    return _table([_record(parsed(line, place), place) for place, line in places], path)


def _is_json(line: str) -> bool:
    try:
        parsed(line, "")
    except InputError:
        return False
    return True


def parsed(content: str, place: str) -> Any:
    """Return what a text of JSON says; what is none, or says a thing twice, is refused with its place."""

    def integer(digits: str) -> int:
        if len(digits) > DIGITS:
            raise InputError(f"{place} holds an integer of {len(digits):,} digits. Write a name of digits in quotes.")
        return int(digits)

    def record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            check_names([name for name, _ in pairs], place)
        return found

    try:
        return json.loads(content, parse_int=integer, object_pairs_hook=record)
    except json.JSONDecodeError as problem:
        raise InputError(f"{place} is no JSON: {problem}.") from problem
    except RecursionError as problem:
        raise InputError(f"{place} is nested too deeply to be read.") from problem


def _record(entry: Any, place: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InputError(f"{place} must be a record, {{column: value}}. Got {type(entry).__name__}.")
    return entry


def _table(records: Sequence[dict[str, Any]], path: Path) -> pd.DataFrame:
    names: dict[str, None] = {}
    for record in records:
        names |= dict.fromkeys(record)
        if len(names) > MOST_COLUMNS:
            break
    check_names(list(names), str(path))
    return columns_of({name: [record.get(name) for record in records] for name in names}, len(records))


def columns_of(columns: Mapping[str, Sequence[Any]], rows: int) -> pd.DataFrame:
    """Return a table of columns, each of one kind where its entries are."""
    return pd.DataFrame({name: _column(entries) for name, entries in columns.items()}, index=pd.RangeIndex(rows))


def _column(entries: Sequence[Any]) -> pd.Series[Any]:
    """Return a column of one kind where it is of one kind; an integer with gaps beside it stays an integer."""
    kinds = {type(entry) for entry in entries if entry is not None}
    if kinds == {str}:
        found = pd.Series(list(entries), dtype=object)
        return found if not _writable(entries) else text(entries)
    if kinds == {int}:
        fits = all(entry is None or abs(entry) <= MOST for entry in entries)
        return integers(entries) if fits else text([None if entry is None else str(entry) for entry in entries])
    if kinds in ({float}, {int, float}) and all(abs(entry) <= EXACT for entry in entries if type(entry) is int):
        return pd.Series([math.nan if entry is None else float(entry) for entry in entries])
    return pd.Series(list(entries), dtype=object if kinds != {bool} or None in entries else bool)


def _writable(entries: Sequence[str | None]) -> bool:
    """Whether text holds no half of a surrogate pair, which JSON can spell; what holds one is refused by row later."""
    try:
        for entry in entries:
            (entry or "").encode()
    except UnicodeEncodeError:
        return False
    return True
