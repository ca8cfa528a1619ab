"""The one door through which examples come in, whatever their form."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check
from .._types import ExampleKind, Examples
from ..errors import InputError, InputTypeError, UnknownNameError
from ._array_inputs import from_arrays
from ._arrays import split_key
from ._columns import Reading
from ._data_files import data_files, data_table
from ._images import image_folder
from ._join import GivenColumns, Rows
from ._neighbor_files import kind_of_folder
from ._npz import load_npy, load_npz
from ._select import WHAT, chosen_rows
from ._source import Source, Wanted, table_source
from ._tables import FASTA_SUFFIXES, READABLE, read_table, suffix_of
from ._typed import settled
from ._vectors import looks_like_vectors, vectors_source, word_source
from ._walk import is_hidden

VECTOR_FILES = frozenset({".bin", ".kv", ".model", ".vec", ".glove"})


def read_examples(
    source: Any,
    *,
    kind: ExampleKind | None = None,
    text: str | None = None,
    label: str | Sequence[str] | None = None,
    sequence: str | None = None,
    image: str | None = None,
    split: str | None = None,
    limit: int | None = None,
    balance: int | None = None,
    rows: Any = None,
    rng: int | np.random.Generator = 0,
    columns: Any = None,
    id_column: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    allow_pickle: bool = False,
) -> Examples:
    """Read examples for a model, with an id and every other column that came with them.

    Parameters
    ----------
    source
        A file: csv, tsv, jsonl, json, parquet, plain lines (.txt), FASTA (all also .gz); .npz or .npy of images or
        vectors ("F.npz:name" for one array); GloVe or word2vec text, word2vec .bin, gensim's .kv. A folder of images by
        class, of data files, or one that the datasets library saved. A name on the hub ("owner/name" or "owner/name:config"),
        or with ``kind="vectors"`` one of gensim-downloader's. A DataFrame, a list of texts, an array, a dict of arrays, a
        datasets.Dataset, gensim KeyedVectors, or Examples.
    kind
        "text", "protein", "image", "vectors" or "array"; by default it follows from the form and the columns named.
    text, sequence, image
        The column, or array of a .npz, that holds the inputs; by default the usual names, or the only one that can.
    label
        A column, or several, that must have a label for every example.
    split
        Which split of a data set, or which folder of an image folder such as train.
    limit
        At most so many examples, drawn at random: a larger limit begins with those of a smaller one.
    balance
        So many examples of every class of `label`, of the first where it names several, drawn at random.
    rows
        Row numbers of the source, in the order wanted, as an array or a .npy file; limit and balance draw from these.
    rng
        Seed or Generator for `limit` and `balance`.
    columns
        Labels and values from elsewhere: a mapping, a DataFrame, or files "[NAME=]PATH[:COLUMN]". They are joined to all
        examples, by id where both have ids, else row by row, before `rows`, `limit` and `balance` choose.
    id_column
        The column of ids, of the examples, of `columns` or of both; "id" by default. A FASTA record's id is its first word.
    separator, encoding
        Of text files: what stands between cells (found out by default), and the encoding (by default UTF-8, or what a byte
        order mark says).
    allow_pickle
        Whether files may be read that can run code: gensim's .kv and .model, arrays of Python objects.

    Returns
    -------
    Examples
        Inputs, and the table with "id" first: the source's own ids where they differ, else its row numbers. Columns of text
        files are numbers only where each cell is written as Python writes that number; "01", "NA" and "1e5" stay text.

    Raises
    ------
    InputError
        The source is missing or damaged; an example cannot be used (an empty text, a missing label, a broken image, an
        unknown residue): the message names the row. Columns do not fit the examples: it names ids, or both lengths.
    UnknownNameError
        A column, array or split that is not there; near names are offered.

    Warns
    -----
    RepscapeWarning
        Once, with what a folder of images holds that was not read as it is: hidden files, links, frames, transparency.

    Examples
    --------
    >>> examples = read_examples(pd.DataFrame({"text": ["good", "bad"], "stars": [5, 1]}), label="stars")
    >>> examples.kind, list(examples.inputs), list(examples.table.columns)
    ('text', ['good', 'bad'], ['id', 'text', 'stars'])
    """
    asked = Wanted(kind, text, sequence, image, split, id_column, separator, encoding, allow_pickle)
    found = choose_examples(
        source, asked, label=label, limit=limit, balance=balance, rows=rows, rng=rng, columns=columns
    )
    return found.load()


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Examples that were found, joined with their columns and chosen; nothing of them but the table is loaded."""

    source: Source
    """All of them."""
    rows: npt.NDArray[np.int64]
    """Which are wanted, in which order."""
    table: pd.DataFrame
    """Their table, with "id" first."""
    given: tuple[str, ...] = ()
    """Its columns that came from elsewhere."""

    def load(self) -> Examples:
        """Load the inputs, and say once what was noticed on the way."""
        inputs = self.source.load(self.rows)
        self.source.tell()
        return Examples(self.source.kind, inputs, self.table, self.source.name)


def choose_examples(  # house: the options of read_examples
    source: Any,
    asked: Wanted,
    *,
    label: str | Sequence[str] | None = None,
    limit: int | None = None,
    balance: int | None = None,
    rows: Any = None,
    rng: int | np.random.Generator = 0,
    columns: Any = None,
) -> Chosen:
    """Find examples, join columns to all of them, and choose some; options are those of :func:`read_examples`."""
    if asked.kind is not None:
        _check.choice(asked.kind, "kind", WHAT, get_args(ExampleKind))
    given = GivenColumns.of(columns, Reading(asked.id_column, asked.separator, asked.encoding, asked.allow_pickle))
    found = _found(source, asked)
    if asked.kind is not None and found.kind != asked.kind:
        raise InputError(f"kind of {WHAT} is {asked.kind!r}, but {found.name} holds {found.kind} examples.")
    _check_asked(asked, found)
    _check_id_column(asked.id_column, found, given)
    joined, _ = given.joined(Rows(len(found.table), f"the examples of {found.name}", found.ids, part=False), WHAT)
    found = replace(found, table=found.table.assign(**joined))
    labels = () if label is None else (label,) if isinstance(label, str) else tuple(label)
    chosen = chosen_rows(found.table, found.name, labels=labels, rows=rows, balance=balance, limit=limit, rng=rng)
    if not len(chosen):
        raise InputError(f"{found.name} holds no example.")
    return Chosen(found, chosen, settled(found.table.iloc[chosen].reset_index(drop=True)), tuple(joined))


def _check_asked(asked: Wanted, found: Source) -> None:
    """Refuse a column of inputs that these examples do not take theirs from: it would mean nothing, without a word."""
    takes = {"text": ("text",), "sequence": ("protein",), "image": ("image", "array")}
    for what, kinds in takes.items():
        if getattr(asked, what) is not None and found.kind not in kinds:
            raise InputError(
                f"{what} of {WHAT} names where {kinds[0]} examples lie. {found.name} holds {found.kind} examples. "
                f"Got {getattr(asked, what)!r}."
            )


def _check_id_column(id_column: str | None, found: Source, given: GivenColumns) -> None:
    """Refuse a column of ids that nobody has."""
    if id_column is None or id_column in found.table.columns or given.has_ids(id_column):
        return
    known = list(dict.fromkeys([*map(str, found.table.columns), *given]))
    raise UnknownNameError(
        f"id_column must be a column of {found.name} or of the columns beside it: {', '.join(known)}. "
        f"Got {id_column!r}.{_check.near(id_column, known)}"
    )


def _found(source: Any, asked: Wanted) -> Source:
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
    if not name or suffix_of(Path(name)) or name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise InputError(
            f"source of {WHAT} must be a file or folder that exists, or a name on the hub. Got {name or repr(name)}."
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
        f"source of {WHAT} must be a path, a name, a DataFrame, a list of texts, an array, a dict of arrays, a "
        f"data set or KeyedVectors. Got {type(source).__name__}."
    )
