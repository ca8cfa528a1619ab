"""A folder of text tables, such as train.csv and test.csv: read by our own reader, so that labels keep their spelling."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InputError, UnknownNameError
from ._layer_names import natural_key
from ._tables import read_table
from ._there import suffix_of
from ._typed import text
from ._walk import is_hidden

SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json"})
SPLITS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "valid": "validation",
    "validation": "validation",
    "val": "validation",
    "dev": "validation",
}
CONFIG = frozenset({"dataset_info.json", "dataset_dict.json", "dataset_infos.json", "metadata.json", "config.json"})


def data_files(folder: Path) -> list[Path]:
    """Return the tables of text that lie in a folder; none where the datasets library made it, or further data lie below."""
    entries = [entry for entry in folder.iterdir() if not is_hidden(entry.name)]
    if any(entry.is_dir() or entry.suffix == ".parquet" or entry.name in CONFIG for entry in entries):
        return []
    files = [entry for entry in entries if suffix_of(entry) in SUFFIXES]
    return sorted(files, key=lambda file: natural_key(file.name))


def data_table(
    files: Sequence[Path],
    folder: Path,
    *,
    split: str | None,
    separator: str | None = None,
    encoding: str | None = None,
    words: Container[str] = (),
) -> pd.DataFrame:
    """Read the files of one split, one below the other; a file belongs to the split that its name has a word for."""
    splits: dict[str, list[Path]] = {}
    for file in files:
        splits.setdefault(_split_of(file), []).append(file)
    if (split is None and len(splits) > 1) or (split is not None and split not in splits):
        raise UnknownNameError(f"split of {folder} must be one of {', '.join(splits)}. Got {split!r}.")
    chosen = splits[split] if split is not None else next(iter(splits.values()))
    tables = [read_table(file, separator=separator, encoding=encoding, words=words) for file in chosen]
    for file, table in zip(chosen, tables, strict=True):
        if list(table.columns) != list(tables[0].columns):
            raise InputError(
                f"files of {folder} must have the same columns. {chosen[0].name} has {', '.join(tables[0].columns)}, "
                f"{file.name} has {', '.join(table.columns)}."
            )
    return tables[0] if len(tables) == 1 else pd.concat(_alike(tables), ignore_index=True)


def _alike(tables: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the tables with a column as text in all of them if it is of one kind here and another there.

    1 of one file is "1" beside "01" of the next; every number comes back as it is spelled.
    """
    copies = [table.copy() for table in tables]
    for name in tables[0]:
        if len({_kind(table[name]) for table in tables}) > 1:
            for table in copies:
                table[name] = text([None if pd.isna(cell) else str(cell) for cell in table[name]])
    return copies


def _kind(column: pd.Series[Any]) -> str:
    whole = pd.api.types.is_integer_dtype(column.dtype)
    return "whole" if whole else "number" if pd.api.types.is_numeric_dtype(column.dtype) else "text"


def _split_of(file: Path) -> str:
    words = re.split(r"[^a-z]+", file.name.lower())
    return next((SPLITS[word] for word in words if word in SPLITS), "train")
