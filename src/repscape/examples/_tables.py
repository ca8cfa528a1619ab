"""Tables from files: csv, tsv, jsonl, json, parquet, plain lines and FASTA, each also gzipped."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

import pandas as pd

from ..errors import InputError, needs_extra

NOT_A_NUMBER = frozenset({"NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A"})


def suffix_of(path: Path) -> str:
    """Return the suffix that says the form: that before .gz where there is one.

    Examples
    --------
    >>> suffix_of(Path("reviews.CSV.gz"))
    '.csv'
    """
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


def read_table(path: Path) -> pd.DataFrame:
    """Read a table by its suffix; errors name the file, and the line where there is one."""
    with opened(path) as stream:
        table = READERS[suffix_of(path)](path, stream)
    if not len(table):
        raise InputError(f"{path} holds no example.")
    return table


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a text file, gzipped or not; whatever is wrong with its bytes becomes an error that names it."""
    try:
        if path.name.lower().endswith(".gz"):
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
                yield cast(TextIO, stream)
        else:
            with path.open(encoding="utf-8-sig", newline="") as plain:
                yield plain
    except UnicodeDecodeError as problem:
        raise InputError(
            f"{path} must be UTF-8 text. {problem}; convert it first: iconv -f latin1 -t utf-8."
        ) from problem
    except (OSError, EOFError, zlib.error) as problem:
        raise InputError(f"{path} cannot be read: {problem}.") from problem


def _separated(separator: str) -> Callable[[Path, TextIO], pd.DataFrame]:
    def read(path: Path, stream: TextIO) -> pd.DataFrame:
        try:  # "null" and "NA" are words, not gaps: only an empty cell is missing
            table = pd.read_csv(stream, sep=separator, keep_default_na=False, na_values=[""], low_memory=False)
        except (ValueError, pd.errors.EmptyDataError) as problem:  # ParserError is a ValueError
            if isinstance(problem, UnicodeDecodeError):
                raise
            raise InputError(f"{path} cannot be read as a table: {problem}.") from problem
        return table.apply(_numbers_with_gaps)

    return read


def _numbers_with_gaps(column: pd.Series[Any]) -> pd.Series[Any]:
    """Turn a column of numbers in which some cells say NA back into numbers."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    gaps = column.isna() | column.isin(NOT_A_NUMBER)
    if gaps.all() or not column.isin(NOT_A_NUMBER).any():
        return column
    numbers = pd.to_numeric(column.mask(gaps), errors="coerce")
    return column if numbers[~gaps].isna().any() else numbers


def _json_lines(path: Path, stream: TextIO) -> pd.DataFrame:
    records = []
    for number, line in enumerate(stream, start=1):
        if line.strip():
            records.append(_record(_parsed(line, f"{path}, line {number}"), f"{path}, line {number}"))
    return pd.DataFrame(records)


def _json(path: Path, stream: TextIO) -> pd.DataFrame:
    held = _parsed(stream.read(), str(path))
    if not isinstance(held, list):
        raise InputError(f"{path} must hold a list of records. Got {type(held).__name__}.")
    return pd.DataFrame([_record(entry, f"{path}, record {i}") for i, entry in enumerate(held)])


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        raise InputError(f"{place} is no JSON: {problem}.") from problem


def _record(entry: Any, place: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InputError(f"{place} must be a record, {{column: value}}. Got {type(entry).__name__}.")
    return entry


def _lines(path: Path, stream: TextIO) -> pd.DataFrame:
    return pd.DataFrame({"text": [line.rstrip("\r\n") for line in stream]}, dtype="str")


def _fasta(path: Path, stream: TextIO) -> pd.DataFrame:
    ids: list[str] = []
    descriptions: list[str] = []
    sequences: list[list[str]] = []
    for number, line in enumerate(stream, start=1):
        line = line.strip()
        if line.startswith(">"):
            name, _, description = line[1:].strip().partition(" ")
            ids.append(name)
            descriptions.append(description.strip())
            sequences.append([])
        elif line and not line.startswith(";"):
            if not sequences:
                raise InputError(f"{path}, line {number}: a FASTA file begins with a '>' line. Got {line[:40]!r}.")
            sequences[-1].append(line)
    whole = ["".join(parts) for parts in sequences]
    return pd.DataFrame({"id": ids, "sequence": whole, "description": descriptions}, dtype="str")


def _parquet(path: Path, stream: TextIO) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except ImportError as problem:
        raise needs_extra("reading parquet", "pyarrow", "models") from problem
    except (OSError, ValueError) as problem:  # pyarrow's own errors are ValueErrors
        raise InputError(f"{path} cannot be read as parquet: {problem}.") from problem
    return table.reset_index() if table.index.name is not None else table


READERS: dict[str, Callable[[Path, TextIO], pd.DataFrame]] = {
    ".csv": _separated(","),
    ".tsv": _separated("\t"),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".parquet": _parquet,
    ".txt": _lines,
    ".fasta": _fasta,
    ".fa": _fasta,
    ".faa": _fasta,
    ".fas": _fasta,
}
FASTA_SUFFIXES = frozenset({".fasta", ".fa", ".faa", ".fas"})
