"""Tables from files: csv, tsv, jsonl, json, parquet, plain lines and FASTA, each also gzipped."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InputError, InputTypeError, needs_extra
from ._json_records import json_table
from ._opened import lines_of, text_of
from ._room import check_room
from ._separated import MOST_COLUMNS, check_names, separated_table
from ._there import suffix_of
from ._typed import check_characters

CELL = 64  # bytes of a cell in memory, at least, once it is a Python object


def read_table(
    path: Path, *, separator: str | None = None, encoding: str | None = None, words: Container[str] = ()
) -> pd.DataFrame:
    """Read a table by its suffix; errors name the file, and the line where there is one.

    `separator` is what stands between the cells of a csv or tsv, found out by default; `encoding` that of a text file, UTF-8 or
    what a byte order mark says by default; the columns `words` of a csv or tsv are text, whatever they look like.
    """
    suffix = suffix_of(path)
    if suffix == ".parquet":
        table = _parquet(path)
    elif suffix in SEPARATED:
        text, usual = text_of(path, encoding), SEPARATED[suffix]
        table = separated_table(text, path, usual=usual, separator=separator, words=words)
    else:
        table = OTHERS[suffix](text_of(path, encoding), path)
    if not len(table):
        raise InputError(f"{path} holds no example.")
    check_characters(table, str(path))
    return table


def plain_frame(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a caller's DataFrame with columns named by text, in rows counted from 0; its index stays behind.

    An index that is called "id" is a column of that name.
    """
    if not isinstance(frame.columns, pd.Index) or frame.columns.nlevels > 1:
        raise InputTypeError(f"{name} must have one name for each column. Got {frame.columns.nlevels} levels of names.")
    if frame.index.name == "id" and "id" not in frame.columns:
        frame = frame.reset_index()
    frame = frame.reset_index(drop=True).rename(columns=str)
    if frame.columns.has_duplicates:
        twice = sorted(set(frame.columns[frame.columns.duplicated()]))
        raise InputError(f"{name} must have columns of different names. Got {', '.join(twice)} twice.")
    check_characters(frame, name)
    return frame


def _lines(text: str, path: Path) -> pd.DataFrame:
    return pd.DataFrame({"text": lines_of(text)}, dtype="str")


def _fasta(text: str, path: Path) -> pd.DataFrame:
    ids: list[str] = []
    descriptions: list[str] = []
    sequences: list[list[str]] = []
    for number, line in enumerate(map(str.strip, lines_of(text)), start=1):
        if line.startswith(">"):
            name, *description = line[1:].split(maxsplit=1) or [""]
            if not name:
                raise InputError(f"{path}, line {number}: a '>' line must give its record an id. Got {line!r}.")
            ids.append(name)
            descriptions.append(description[0] if description else "")
            sequences.append([])
        elif line and not line.startswith(";"):
            if not sequences:
                raise InputError(f"{path}, line {number}: a FASTA file begins with a '>' line. Got {line[:40]!r}.")
            sequences[-1].append(line)
    whole = ["".join(parts) for parts in sequences]
    return pd.DataFrame({"id": ids, "sequence": whole, "description": descriptions}, dtype="str")


def _parquet(path: Path) -> pd.DataFrame:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as problem:
        raise needs_extra("reading parquet", "pyarrow", "models") from problem
    try:
        about = pyarrow.parquet.ParquetFile(path)
        names = about.schema_arrow.names
        if len(names) > MOST_COLUMNS or len(set(names)) < len(names):
            check_names(names, str(path))
        rows = about.metadata.num_rows
        check_room(max(rows * len(names) * CELL, _unpacked(about.metadata)), f"{path}, with {rows:,} rows,")
        names = _repeated(about)
        if names:
            held = pyarrow.parquet.read_table(path, columns=names, read_dictionary=names)
            held.validate(full=True)  # a damaged file may point behind its own dictionary
            check_room(sum(map(_spelled, held.columns)), f"{path}, unpacked,")
        table = pd.read_parquet(path)
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, OverflowError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"{path} cannot be read as parquet: {str(problem)[:300]}.") from problem
    return table.reset_index() if table.index.name is not None else table


def _repeated(about: Any) -> list[str]:
    """Return the columns of text that are packed as a few values and where they stand: unpacked, each is repeated."""
    import pyarrow

    text = (pyarrow.types.is_string, pyarrow.types.is_large_string, pyarrow.types.is_binary)
    return [field.name for field in about.schema_arrow if any(test(field.type) for test in text)]


def _spelled(column: Any) -> int:
    """Return the bytes that a column of packed text takes when every cell is spelled out."""
    import pyarrow.compute as pc

    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary).to_numpy(zero_copy_only=False)
        counts = pc.value_counts(chunk.indices.drop_null())
        places = counts.field("values").to_numpy()
        total += int((lengths[places].astype(float) * counts.field("counts").to_numpy()).sum())
    return total


def _unpacked(metadata: object) -> int:
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))  # type: ignore[attr-defined]
    return sum(group.total_byte_size for group in groups)


SEPARATED = {".csv": ",", ".tsv": "\t"}
OTHERS: dict[str, Callable[[str, Path], pd.DataFrame]] = {
    ".jsonl": partial(json_table, by_line=True),
    ".ndjson": partial(json_table, by_line=True),
    ".json": partial(json_table, by_line=False),
    ".txt": _lines,
    ".fasta": _fasta,
    ".fa": _fasta,
    ".faa": _fasta,
    ".fas": _fasta,
}
READABLE = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".txt", ".fasta", ".fa", ".faa", ".fas")
FASTA_SUFFIXES = frozenset({".fasta", ".fa", ".faa", ".fas"})
