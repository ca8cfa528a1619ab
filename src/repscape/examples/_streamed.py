"""Examples that come one after another, without an end known ahead: read once, their texts to a temporary file.

Only the columns beside the texts stay in memory. What a study needs to know before its first pass (how many there are, a
digest of them) is known when the stream has ended; a run that was stopped reads it again and goes on where its states end.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import ExampleKind
from ..errors import InputError, InputTypeError, UnknownNameError, needs_extra
from ._json_records import columns_of, parsed
from ._opened import opened
from ._source import SEQUENCE_COLUMNS, TEXT_COLUMNS, Source, Wanted, cleaned, with_ids
from ._there import suffix_of

FILES = (".jsonl", ".ndjson", ".txt", ".parquet")
HELD = 1 << 22  # bytes of a temporary file that stay in memory
BATCH = 1024  # rows of a parquet file that are read together


class Spool:
    """Texts behind one another in a temporary file, which goes with the last who holds them."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=HELD)  # noqa: SIM115  # it lives as long as the texts
        self._ends = array("q", [0])
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, text: str) -> None:
        """Put a text behind the others."""
        written = text.encode("utf-8", "surrogatepass")
        self._file.seek(0, os.SEEK_END)
        self._file.write(written)
        self._ends.append(self._ends[-1] + len(written))

    def read(self, row: int) -> str:
        """Return a text."""
        self._file.seek(self._ends[row])
        return self._file.read(self._ends[row + 1] - self._ends[row]).decode("utf-8", "surrogatepass")


class SpooledTexts(Sequence[str]):
    """Texts in a temporary file, read when they are asked for."""

    def __init__(self, spool: Spool, rows: npt.NDArray[np.int64]) -> None:
        self._spool = spool
        self._rows = rows

    def __repr__(self) -> str:
        return f"SpooledTexts({len(self):,} texts in a temporary file)"

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self._spool.read(row) for row in self._rows[place].tolist()]
        return self._spool.read(int(self._rows[place]))

    def __iter__(self) -> Iterator[str]:
        return map(self._spool.read, self._rows.tolist())

    def take(self, rows: npt.NDArray[np.int64]) -> SpooledTexts:
        """Return some of the texts, from the same file."""
        return SpooledTexts(self._spool, self._rows[rows])


def is_stream(source: Any) -> bool:
    """Say whether an object gives its examples one after another, and does not say how many there are."""
    known = isinstance(source, str | bytes | Mapping | Set | pd.DataFrame | pd.Series | np.ndarray | Sequence)
    return (
        isinstance(source, Iterable)
        and not known
        and not hasattr(source, "__len__")
        and not hasattr(source, "__array__")
    )


def stream_source(entries: Iterable[Any], name: str, asked: Wanted) -> Source:
    """Read a stream to its end, or to as many examples as are wanted of it.

    Raises
    ------
    InputError, InputTypeError, UnknownNameError
        An entry is neither text nor a record with one, or its text is empty: the message names it.
    """
    kind: ExampleKind = asked.kind or ("protein" if asked.sequence is not None else "text")
    if kind not in ("text", "protein"):
        raise InputError(f"kind of {name} must be 'text' or 'protein', as it is a stream. Got {kind!r}.")
    clean = partial(cleaned, protein=kind == "protein")
    spool = Spool()
    columns: dict[str, list[Any]] = {}
    column: str | None = None
    plain: bool | None = None
    for place, entry in enumerate(itertools.islice(entries, asked.first)):
        where = f"{name}, entry {place}"
        plain = isinstance(entry, str) if plain is None else plain
        if isinstance(entry, Mapping) and not plain:
            column = column or _column_of(entry, asked, kind, where)
            text = entry.get(column)
            _add(columns, {str(key): value for key, value in entry.items() if key != column}, place)
        elif isinstance(entry, str) and plain:
            text = entry
        else:
            raise InputTypeError(
                f"{where} must be text, or a record with a column of text, as all others are. Got {type(entry).__name__}."
            )
        spool.add(clean(text, partial(str, where)))
    count = len(spool)
    if not count:
        raise InputError(f"{name} holds no example.")
    table = columns_of({key: [*held, *[None] * (count - len(held))] for key, held in columns.items()}, count)
    table, ids = with_ids(table, name, asked.id_column)
    return Source(kind, table, SpooledTexts(spool, np.arange(count)).take, name, ids)


def streamed_file(path: Path, asked: Wanted) -> Source:
    """Read a file of records, or of lines, as a stream.

    Raises
    ------
    InputError
        It is a file of another form.
    """
    suffix = suffix_of(path)
    if suffix not in FILES:
        raise InputError(
            f"stream of the examples reads files of records one by one ({', '.join(FILES)}, .gz may follow), data sets and "
            f"iterables. Got {path}."
        )
    if asked.encoding is not None or asked.separator is not None:
        raise InputError(
            f"encoding and separator are for tables that are read whole; a stream is UTF-8. Got them for {path}."
        )
    entries = _batches(path) if suffix == ".parquet" else _lines(path, records=suffix != ".txt")
    return stream_source(entries, str(path), asked)


def _lines(path: Path, *, records: bool) -> Iterator[Any]:
    with opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            said = line.rstrip("\r\n")
            if not records:
                yield said
            elif said.strip():
                yield _record(parsed(said, f"{path}, line {number}"), f"{path}, line {number}")


def _record(entry: Any, place: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InputError(f"{place} must be a record, {{column: value}}. Got {type(entry).__name__}.")
    return entry


def _batches(path: Path) -> Iterator[dict[str, Any]]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as problem:
        raise needs_extra("reading parquet", "pyarrow", "models") from problem
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(BATCH):
            yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as problem:
        raise InputError(f"{path} cannot be read as parquet: {str(problem)[:300]}.") from problem


def _column_of(entry: Mapping[Any, Any], asked: Wanted, kind: str, where: str) -> str:
    """Return which column of the first record holds the inputs: the one asked for, one of the usual names, or the only text."""
    what, usual = ("sequence", SEQUENCE_COLUMNS) if kind == "protein" else ("text", TEXT_COLUMNS)
    told = asked.sequence if kind == "protein" else asked.text
    if told is not None:
        if told not in entry:
            raise UnknownNameError(f"{where} has no column {told!r}. It has {', '.join(map(str, entry))}.")
        return told
    texts = [str(name) for name, value in entry.items() if isinstance(value, str)]
    found = [name for name in usual if name in texts] or texts
    if not found or (len(found) > 1 and found is texts):
        raise InputError(
            f"{where}: which column holds the {what}? Say {what}=NAME. Columns of text: {', '.join(texts) or 'none'}."
        )
    return found[0]


def _add(columns: dict[str, list[Any]], record: Mapping[str, Any], place: int) -> None:
    """Add a record to the columns; what it lacks, and what earlier ones lacked, is missing."""
    for key, value in record.items():
        held = columns.setdefault(key, [])
        held += [None] * (place - len(held))
        held.append(value)
