"""The one door through which examples come in, whatever their form."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from .. import _check
from .._types import ExampleKind, Examples
from ..errors import InputError, InputTypeError
from ._arrays import split_key
from ._images import image_arrays, image_folder
from ._neighbor_files import kind_of_folder
from ._npz import load_npy, load_npz
from ._select import chosen_rows
from ._source import Array, Source, Wanted, array_source, table_source
from ._tables import FASTA_SUFFIXES, READERS, read_table, suffix_of
from ._vectors import looks_like_vectors, npz_vectors, vectors_source, word_source

FUNCTION = "read_examples"
VECTOR_FILES = frozenset({".bin", ".kv", ".model", ".vec", ".glove"})


def read_examples(
    source: Any,
    *,
    kind: ExampleKind | None = None,
    text: str | None = None,
    label: str | None = None,
    sequence: str | None = None,
    image: str | None = None,
    split: str | None = None,
    limit: int | None = None,
    balance: int | None = None,
    rows: Any = None,
    rng: int | np.random.Generator = 0,
) -> Examples:
    """Read examples for a model, with an id and every other column that came with them.

    Parameters
    ----------
    source
        A file: csv, tsv, jsonl, json, parquet, plain lines (.txt), FASTA (all also .gz); .npz or .npy of images or
        vectors ("F.npz:name" for one array); GloVe or word2vec text, word2vec .bin, gensim's .kv. A folder of images by
        class, or one that the datasets library saved. A name on the hub ("owner/name" or "owner/name:config"), or with
        ``kind="vectors"`` one of gensim-downloader's. A DataFrame, a list of texts, an array, a dict of arrays, a
        datasets.Dataset, gensim KeyedVectors, or Examples. Files of gensim's own (.kv) hold pickles: trust their source.
    kind
        "text", "protein", "image", "vectors" or "array"; by default it follows from the form and the columns named.
    text, sequence, image
        The column, or array of a .npz, that holds the inputs; by default the usual names, or the only one that can.
    label
        A column that must have a label for every example.
    split
        Which split of a data set, or which folder of an image folder such as train.
    limit
        At most so many examples, drawn at random: a larger limit begins with those of a smaller one.
    balance
        So many examples of every class of `label`, drawn at random.
    rows
        Row numbers of the source, in the order wanted, as an array or a .npy file; limit and balance draw from these.
    rng
        Seed or Generator for `limit` and `balance`.

    Returns
    -------
    Examples
        Inputs, and the table with "id" first: the source's own ids where they differ, else its row numbers.

    Raises
    ------
    InputError
        The source is missing or damaged; an example cannot be used (an empty text, a missing label, a broken image, an
        unknown residue): the message names the row.
    UnknownNameError
        A column, array or split that is not there; near names are offered.

    Examples
    --------
    >>> examples = read_examples(pd.DataFrame({"text": ["good", "bad"], "stars": [5, 1]}), label="stars")
    >>> examples.kind, list(examples.inputs), list(examples.table.columns)
    ('text', ['good', 'bad'], ['id', 'text', 'stars'])
    """
    if kind is not None:
        _check.choice(kind, "kind", FUNCTION, get_args(ExampleKind))
    asked = Wanted(kind, text, sequence, image, split)
    if isinstance(source, Examples):
        found = Source(source.kind, source.table, lambda wanted: source.take(wanted).inputs, source.source)
    elif isinstance(source, str | os.PathLike):
        found = _from_path(os.fspath(source), asked)
    else:
        found = _from_object(source, asked)
    if kind is not None and found.kind != kind:
        raise InputError(f"kind of {FUNCTION} is {kind!r}, but {found.name} holds {found.kind} examples.")
    chosen = chosen_rows(found.table, found.name, label=label, rows=rows, balance=balance, limit=limit, rng=rng)
    if not len(chosen):
        raise InputError(f"{found.name} holds no example.")
    return Examples(found.kind, found.load(chosen), found.table.iloc[chosen].reset_index(drop=True), found.name)


def _from_path(given: str, asked: Wanted) -> Source:
    path, key = split_key(given)
    if path.is_dir():
        return _from_folder(path, asked)
    if not path.exists():
        return _from_name(given, asked)
    suffix = suffix_of(path)
    if suffix == ".npz":
        return _from_arrays(load_npz(path), str(path), kind=asked.kind, key=key or asked.image)
    if suffix == ".npy":
        return _from_arrays({path.stem: load_npy(path)}, str(path), kind=asked.kind, key=None)
    if suffix in VECTOR_FILES or asked.kind == "vectors":
        return vectors_source(path)
    if suffix not in READERS:
        known = ", ".join([*READERS, ".npz", ".npy", *sorted(VECTOR_FILES)])
        raise InputError(f"source of {FUNCTION} must be a file with suffix {known} (.gz may follow). Got {path}.")
    if suffix == ".txt" and asked.kind is None and looks_like_vectors(path):
        return vectors_source(path)
    if suffix in FASTA_SUFFIXES and asked.kind is None:
        asked = replace(asked, kind="protein")
    return table_source(read_table(path), str(path), asked)


def _from_folder(path: Path, asked: Wanted) -> Source:
    where = path / asked.split if asked.split is not None and (path / asked.split).is_dir() else path
    form = kind_of_folder(where)
    if form == "images":
        return image_folder(where)
    if form != "dataset":
        raise InputError(
            f"source of {FUNCTION} must hold examples. {path} holds {form}: there is no model to run on it."
        )
    from ._hf_datasets import dataset_source, open_dataset

    return dataset_source(open_dataset(str(path), split=asked.split), str(path), asked)


def _from_name(name: str, asked: Wanted) -> Source:
    """Read what is no path: a name of gensim's downloader, or one on the hub."""
    if suffix_of(Path(name)) or name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise InputError(
            f"source of {FUNCTION} must be a file or folder that exists, or a name on the hub. Got {name}."
        )
    if asked.kind == "vectors":
        from ._gensim import downloaded

        return vectors_source(downloaded(name))
    from ._hf_datasets import dataset_source, open_dataset

    return dataset_source(open_dataset(name, split=asked.split), name, asked)


def _from_object(source: Any, asked: Wanted) -> Source:
    if isinstance(source, pd.DataFrame):
        return table_source(source, "the DataFrame", asked)
    if isinstance(source, np.ndarray):
        return _from_arrays({"array": source}, "the array", kind=asked.kind, key=None)
    if isinstance(source, Mapping) and not hasattr(source, "column_names"):
        arrays = {str(name): np.asarray(array) for name, array in source.items()}
        return _from_arrays(arrays, "the dict", kind=asked.kind, key=asked.image)
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
        f"source of {FUNCTION} must be a path, a name, a DataFrame, a list of texts, an array, a dict of arrays, a "
        f"data set or KeyedVectors. Got {type(source).__name__}."
    )


def _from_arrays(arrays: dict[str, Array], name: str, *, kind: ExampleKind | None, key: str | None) -> Source:
    """Tell images, word vectors and plain vectors (n, d) apart by shape and name."""
    if key is not None:
        _check.choice(key, "image", f"{FUNCTION}, the name of an array in {name},", arrays)
    if kind == "vectors" or (kind is None and key is None and {"words", "vectors"} <= set(arrays)):
        return npz_vectors(arrays, name)
    flat = [known for known, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiub"]
    wanted = key if key is not None else (flat[0] if len(flat) == 1 else None)
    deep = any(array.ndim in (3, 4) for array in arrays.values())
    if kind == "image" or (kind is None and (deep if key is None else arrays[key].ndim != 2)):
        return image_arrays(arrays, key, name)
    if wanted is None or arrays[wanted].ndim != 2:
        listed = ", ".join(f"{known} {array.shape}" for known, array in arrays.items())
        raise InputError(f"{name}: which array holds the inputs, (n, d)? Give PATH.npz:NAME. Got {listed}.")
    vectors = _check.points(arrays[wanted], wanted, FUNCTION, least=1)
    columns = {known: array for known, array in arrays.items() if array.shape == vectors.shape[:1]}
    return array_source("array", vectors, columns=columns, name=name)
