"""Where examples lie, told from what was given: a file, a folder, a name, an object; each has its reader."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import _check
from .._types import Examples
from ..errors import InputError, InputTypeError, UnknownNameError
from ._array_inputs import from_arrays
from ._arrays import split_key
from ._data_files import data_files, data_table
from ._images import image_folder
from ._in_memory import items_source
from ._neighbor_files import kind_of_folder
from ._npz import load_npy, load_npz
from ._select import WHAT
from ._source import Source, Wanted, table_source
from ._streamed import is_stream, stream_source, streamed_file
from ._tables import FASTA_SUFFIXES, READABLE, read_table
from ._there import NO_DATA, is_hub_name, suffix_of
from ._vectors import looks_like_vectors, vectors_source, word_source
from ._walk import is_hidden

VECTOR_FILES = frozenset({".bin", ".kv", ".model", ".vec", ".glove"})


def find_source(source: Any, asked: Wanted) -> Source:
    """Return the examples that were given, found but not loaded."""
    if isinstance(source, Examples):
        ids = source.table["id"].to_numpy() if "id" in source.table else None
        return Source(source.kind, source.table, lambda rows: source.take(rows).inputs, source.source, ids)
    if isinstance(source, str | os.PathLike):
        return _from_path(os.fspath(source), asked)
    if not hasattr(source, "column_names"):
        _check_no_split(asked, type(source).__name__)
    return _from_object(source, asked)


def _from_path(given: str, asked: Wanted) -> Source:
    path, key = split_key(given)
    if not given or not path.exists():
        return _from_name(given, asked)
    if path.is_dir():
        return _from_folder(path, asked)
    _check_no_split(asked, str(path))
    if asked.stream:
        return streamed_file(path, asked)
    suffix = suffix_of(path)
    if suffix == ".npz":
        arrays = load_npz(path, allow_pickle=asked.allow_pickle)
        return from_arrays(arrays, str(path), kind=asked.kind, key=key if key is not None else asked.image)
    if suffix == ".npy":
        arrays = {path.stem: load_npy(path, allow_pickle=asked.allow_pickle)}
        return from_arrays(arrays, str(path), kind=asked.kind, key=None)
    if suffix in VECTOR_FILES or asked.kind == "vectors":
        return vectors_source(path, allow_pickle=asked.allow_pickle)
    if suffix not in READABLE:
        known = ", ".join([*READABLE, ".npz", ".npy", *sorted(VECTOR_FILES)])
        raise InputError(f"source of {WHAT} must be a file with suffix {known} (.gz may follow). Got {path}.")
    if suffix == ".txt" and asked.kind is None and looks_like_vectors(path):
        return vectors_source(path)
    if suffix in FASTA_SUFFIXES and asked.kind is None:
        asked = replace(asked, kind="protein")
    table = read_table(path, separator=asked.separator, encoding=asked.encoding, words=asked.words)
    return table_source(table, str(path), asked)


def _check_no_split(asked: Wanted, name: str) -> None:
    if asked.split is not None:
        raise InputError(f"split of {WHAT} is for data sets and folders. Got {asked.split!r} for {name}.")


def _from_folder(path: Path, asked: Wanted) -> Source:
    if asked.stream:
        return _streamed_set(str(path), asked)
    where = path / asked.split if asked.split and (path / asked.split).is_dir() else path
    form = kind_of_folder(where)
    if form == "images":
        if asked.split is not None and where is path:
            inner = sorted(entry.name for entry in path.iterdir() if entry.is_dir() and not is_hidden(entry.name))
            raise UnknownNameError(
                f"split of {path} must be a folder in it: {', '.join(inner) or 'there is none'}. Got {asked.split!r}."
                f"{_check.near(asked.split, inner)}"
            )
        return image_folder(where)
    if form != "dataset":
        raise InputError(f"source of {WHAT} must hold examples. {path} holds {form}: there is no model to run on it.")
    if files := data_files(path):
        reading = {"separator": asked.separator, "encoding": asked.encoding}
        table = data_table(files, path, split=asked.split, words=asked.words, **reading)
        return table_source(table, str(path), asked)
    from ._hf_datasets import dataset_source, open_dataset

    return dataset_source(open_dataset(str(path), split=asked.split), str(path), asked)


def _from_name(name: str, asked: Wanted) -> Source:
    """Read what is no path: a name of gensim's downloader, or one on the hub."""
    if not is_hub_name(name):
        raise InputError(NO_DATA.format(name or repr(name)))
    if asked.kind == "vectors":
        from ._gensim import downloaded

        return vectors_source(downloaded(name))
    if asked.stream:
        return _streamed_set(name, asked)
    from ._hf_datasets import dataset_source, open_dataset

    return dataset_source(open_dataset(name, split=asked.split), name, asked)


def _streamed_set(where: str, asked: Wanted) -> Source:
    from ._hf_datasets import entries_of, open_stream

    return stream_source(entries_of(open_stream(where, split=asked.split)), where, asked)


def _from_object(source: Any, asked: Wanted) -> Source:
    if is_stream(source):
        if hasattr(source, "column_names"):
            from ._hf_datasets import entries_of

            return stream_source(entries_of(source), "the data set", asked)
        return stream_source(source, "the stream", asked)
    if asked.stream:
        raise InputError(
            f"stream of {WHAT} is for files, data sets and iterables. Got {type(source).__name__}, in memory already."
        )
    if isinstance(source, pd.DataFrame):
        return table_source(source, "the DataFrame", asked)
    if isinstance(source, pd.Series):
        source = source.tolist()
    if (found := items_source(source, asked)) is not None:
        return found
    if isinstance(source, np.ndarray):
        array = _check.plain_array(source, "source", WHAT)
        return from_arrays({"array": array}, "the array", kind=asked.kind, key=None)
    if isinstance(source, Mapping) and not hasattr(source, "column_names"):
        arrays = {str(name): _check.plain_array(array, str(name), WHAT) for name, array in source.items()}
        return from_arrays(arrays, "the dict", kind=asked.kind, key=asked.image)
    if hasattr(source, "index_to_key") and hasattr(source, "vectors"):
        return word_source(list(source.index_to_key), np.asarray(source.vectors), "the KeyedVectors")
    if hasattr(source, "column_names"):
        from ._hf_datasets import dataset_source, one_split

        return dataset_source(one_split(source, asked.split, "the data set"), "the data set", asked)
    if isinstance(source, list | tuple):
        column = "sequence" if asked.kind == "protein" else "text"
        table = pd.DataFrame({column: pd.Series(list(source), dtype=object)})
        return table_source(table, "the list", asked)
    raise InputTypeError(
        f"source of {WHAT} must be a path, a name, a DataFrame, a list of texts, arrays or images, an array or tensor, a "
        f"dict of arrays, a data set, KeyedVectors, or an iterable of texts or records. Got {type(source).__name__}."
    )
