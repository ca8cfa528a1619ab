"""Tables of cells between separators: csv, tsv and their kin, read cell by cell so that no row ever shifts.

The standard parsers mend what they should refuse: they fill short rows, take a surplus cell for an index, join the lines after
a quote that is never closed, and limit a cell's length for the whole process. Here a line that does not fit is named.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import InputError
from ._opened import LINE_ENDS, line_at, lines_of
from ._typed import half_pair, typed
from ._typed import text as as_text

SEPARATORS = (",", "\t", ";", "|")
MOST_COLUMNS = 10_000
HINT = re.compile(r"sep=(.)(?:\r\n|\n|\r)")  # a first line by which spreadsheets say their separator


@dataclass(frozen=True, slots=True)
class Records:
    """The cells of a file."""

    header: list[str]
    rows: list[list[str]]
    """As long as the header, each."""
    separator: str


def separated_table(
    text: str, path: Path, *, usual: str, separator: str | None = None, words: Container[str] = ()
) -> pd.DataFrame:
    """Return a table of the cells of a text, whose first line names the columns; those of `words` are text in any case.

    `usual` is the separator that the file's name promises. If another one (tab, semicolon, bar, comma) gives every row as many
    cells as the header, and the promised one does not, it is that; `separator` says it outright.
    """
    if (hint := HINT.match(text)) and separator in (None, hint[1]):
        separator, text = hint[1], text[hint.end() :]
    if separator is not None:
        _check_separator(separator)
        found = _records(text, path, separator)
    else:
        found = _by_usual_separators(text, path, usual)
    names = [name or f"Unnamed: {place}" for place, name in enumerate(found.header)]
    check_names(names, f"{path}, line 1,")
    columns = zip(*found.rows, strict=True) if found.rows else [()] * len(names)
    return pd.DataFrame(
        {
            name: as_text([cell or None for cell in cells]) if name in words else typed(cells)
            for name, cells in zip(names, columns, strict=True)
        }
    )


def check_names(names: Sequence[str], place: str) -> None:
    """Refuse names that cannot tell columns apart, and more columns than a table of examples can mean."""
    if len(names) > MOST_COLUMNS:
        raise InputError(
            f"{place} has {len(names):,} columns; a table has at most {MOST_COLUMNS:,}. Numbers by the thousand belong in "
            "an array: save them as .npy."
        )
    if half := next((name for name in names if half_pair(name) is not None), None):
        raise InputError(
            f"{place} has a column {half!r}, whose name holds half a surrogate pair, which is no character."
        )
    if len(set(names)) < len(names):
        seen: set[str] = set()
        twice = dict.fromkeys(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise InputError(f"{place} must have columns of different names. Got {', '.join(map(repr, twice))} twice.")


def _check_separator(separator: str) -> None:
    if not isinstance(separator, str) or not separator or set(separator) & set('"\r\n'):
        raise InputError(f"separator must be text between two cells, such as ';' or '|'. Got {separator!r}.")


def _by_usual_separators(text: str, path: Path, usual: str) -> Records:
    """Take the promised separator where it fits, else another one that does, else say what is wrong with the promised one."""
    problem: InputError | None = None
    alone: Records | None = None
    head = LINE_ENDS.split(text.lstrip("\r\n"), maxsplit=1)[0]
    for candidate in (usual, *(other for other in SEPARATORS if other != usual and other in head)):
        try:
            found = _records(text, path, candidate)
        except InputError as refused:
            problem = problem or refused
            continue
        if len(found.header) > 1:
            return found
        alone = alone or found
    if problem is not None:
        raise problem
    if alone is None:
        raise InputError(f"{path} cannot be read as a table: it is empty.")
    return alone


def _records(text: str, path: Path, separator: str) -> Records:
    """Split a text into cells, with quotes as in a csv, or as they stand where they cannot be meant so."""
    if '"' not in text:
        return _squared(_Split.at(text, separator), path)
    quoted = _Split.quoted(text, separator)
    if separator == "\t":
        # A tab-separated file has no quotes by its own rules; some writers put them, and then where they need none too.
        as_it_stands, meant = _try(_Split.at(text, separator), path), _try(quoted, path)
        if isinstance(as_it_stands, Records):
            return meant if isinstance(meant, Records) and _quoting(as_it_stands) else as_it_stands
        return _squared(quoted, path)
    found = _squared(quoted, path)
    if (swallowed := _swallowed(found)) and isinstance(_try(_Split.at(text, separator), path), Records):
        raise InputError(
            f"{path}, line {quoted.lines[swallowed]}: the quote that is opened there is closed some lines on, and the lines "
            'between are whole rows. Write a quote that belongs to a text as "", and the text in quotes.'
        )
    return found


def _try(split: _Split, path: Path) -> Records | InputError:
    try:
        return _squared(split, path)
    except InputError as problem:
        return problem


def _swallowed(records: Records) -> int:
    """Return the place, counted with the header, of a row with whole rows inside of a cell; 0 where there is none."""
    width = len(records.header)
    for place, row in enumerate(records.rows, start=1):
        for cell in row:
            between = lines_of(cell)[1:-1] if width > 1 and ("\n" in cell or "\r" in cell) else []
            if between and all(line.count(records.separator) == width - 1 for line in between):
                return place
    return 0


def _quoting(records: Records) -> bool:
    """Whether cells in quotes look written by a csv writer: a column wholly in quotes, or quotes doubled inside of them."""
    for column in zip(*records.rows, strict=True):
        filled = [cell for cell in column if cell]
        within = [len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in filled]
        if filled and all(within):
            return True
        if any(inside and '""' in cell[1:-1] for inside, cell in zip(within, filled, strict=True)):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Split:
    """Cells by line, before anybody asked whether they make a table."""

    cells: list[list[str]]
    lines: list[int]
    """The number of the line on which each row begins."""
    separator: str
    problem: str = ""
    """What stopped the reading, and where."""

    @classmethod
    def at(cls, text: str, separator: str) -> _Split:
        """Split at every separator and line end."""
        cells = [line.split(separator) for line in lines_of(text)]
        return cls(cells, list(range(1, len(cells) + 1)), separator)

    @classmethod
    def quoted(cls, text: str, separator: str) -> _Split:
        """Split at separators and line ends that stand in no quotes."""
        cells: list[list[str]] = []
        starts: list[int] = []
        match = _cell(separator).match
        row: list[str] = []
        place, end = 0, len(text)
        starts.append(0)
        while place < end or row:
            found = match(text, place)
            if found is None:
                line = line_at(text, place)
                closed = re.compile(r'[ ]*"[^"]*(?:""[^"]*)*"').match(text, place)
                wrong = "something follows a closing quote" if closed else "a quote is opened and never closed"
                return cls(cells, _lines(text, starts), separator, f"line {line}: {wrong}")
            inside, outside, after = found.groups()
            row.append(inside.replace('""', '"') if inside is not None else outside)
            place = found.end()
            if after != separator:
                cells.append(row)
                starts.append(place)
                row = []
        return cls(cells, _lines(text, starts), separator)


def _cell(separator: str) -> re.Pattern[str]:
    """Return what matches a cell and what ends it: a quoted one, or one that begins with no quote."""
    between = re.escape(separator)
    spaces = "" if separator in (" ", "\t") else " *"
    quoted = rf'{spaces}"([^"]*(?:""[^"]*)*)"{spaces}'
    letters = rf"[^{between}\r\n]*" if len(separator) == 1 else rf"(?:(?!{between})[^\r\n])*"
    return re.compile(rf'(?:{quoted}|((?!{spaces}"){letters}))({between}|\r\n|\n|\r|\Z)')


def _lines(text: str, starts: Sequence[int]) -> list[int]:
    """Return the numbers of the lines that hold increasing positions."""
    ends = LINE_ENDS.finditer(text)
    following = next(ends, None)
    line, found = 1, []
    for start in starts:
        while following is not None and following.end() <= start:
            line += 1
            following = next(ends, None)
        found.append(line)
    return found


def _squared(split: _Split, path: Path) -> Records:
    """Return rows as long as the header; a row that is longer or shorter is named by its line."""
    filled = [(line, cells) for line, cells in zip(split.lines, split.cells, strict=False)]
    while filled and _blank(filled[0][1]):
        filled.pop(0)
    while filled and _blank(filled[-1][1]):
        filled.pop()
    if not filled:
        raise InputError(f"{path} cannot be read as a table: {split.problem or 'it is empty'}.")
    header, body = filled[0][1], filled[1:]
    if len(header) > 1:  # in a table of one column an empty line is an empty cell
        body = [(line, cells) for line, cells in body if not _blank(cells)]
    header, rows = _without_surplus(header, [cells for _, cells in body])
    for (line, _), cells in zip(body, rows, strict=True):
        if len(cells) != len(header):
            raise InputError(
                f"{path} cannot be read as a table: line {line} has {len(cells)} cells, and the header {len(header)} "
                f"({_named(header)}), with {split.separator!r} between cells. Put a cell that holds it in quotes, or say "
                "another separator."
            )
    if split.problem:
        raise InputError(
            f"{path} cannot be read as a table: {split.problem}. Write a quote inside a quoted cell twice."
        )
    return Records(header, rows, split.separator)


def _blank(cells: Sequence[str]) -> bool:
    return len(cells) == 1 and not cells[0].strip()


def _without_surplus(header: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Take off a separator too many at the end of every line: a last cell that is empty everywhere and has no name."""
    lengths = {len(cells) for cells in rows}
    width = len(header)
    if lengths == {width + 1} and not any(cells[-1] for cells in rows):
        return header, [cells[:-1] for cells in rows]
    if width > 1 and not header[-1]:
        if lengths == {width - 1}:
            return header[:-1], rows
        if lengths == {width} and not any(cells[-1] for cells in rows):
            return header[:-1], [cells[:-1] for cells in rows]
    return header, rows


def _named(header: Sequence[str], most: int = 6) -> str:
    return ", ".join(header[:most]) + (", ..." if len(header) > most else "")
