"""The one door through which examples come in, whatever their form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check
from .._types import ExampleKind, Examples
from ..errors import InputError, UnknownNameError
from ._columns import Reading
from ._found import find_source
from ._join import GivenColumns, Rows
from ._select import WHAT, chosen_rows
from ._source import Source, Wanted
from ._streamed import is_stream
from ._typed import settled

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
    stream: bool = False,
) -> Examples:
    """Read examples for a model, with an id and every other column that came with them.

    Parameters
    ----------
    source
        A file: csv, tsv, jsonl, json, parquet, plain lines (.txt), FASTA (all also .gz); .npz or .npy of images or
        vectors ("F.npz:name" for one array); GloVe or word2vec text, word2vec .bin, gensim's .kv. A folder of images by
        class, of data files, or one that the datasets library saved. A name on the hub ("owner/name" or "owner/name:config"),
        or with ``kind="vectors"`` one of gensim-downloader's. A DataFrame, a list of texts, of arrays or of images, an array or
        tensor, a dict of arrays, a datasets.Dataset, gensim KeyedVectors, or Examples. ``kind="array"`` hands arrays of any
        shape (n, ...) to a model as they are. A stream: a generator or another iterable of texts, or of records
        with a column of text, or a datasets.IterableDataset.
    kind
        "text", "protein", "image", "vectors" or "array"; by default it follows from the form and the columns named.
    text, sequence, image
        The column, or array of a .npz, that holds the inputs; by default the usual names, or the only one that can.
    label
        A column, or several, that must have a label for every example.
    split
        Which split of a data set, or which folder of an image folder such as train.
    limit
        At most so many examples, drawn at random: a larger limit begins with those of a smaller one. Of a stream the first
        ones: no more is read of it.
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
    stream
        Whether a file of records or lines (.jsonl, .parquet, .txt) or a data set is read as a stream: once, to its end, the
        texts to a temporary file. Only the columns beside the texts stay in memory; iterables are always read so.

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
    asked = Wanted(kind, text, sequence, image, split, id_column, separator, encoding, allow_pickle, stream)
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
    streams = asked.stream or is_stream(source)
    if streams:
        asked, limit = replace(asked, stream=True, first=_first(limit, balance, rows)), None
    found = find_source(source, asked)
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


def _first(limit: int | None, balance: int | None, rows: Any) -> int | None:
    """Return how many entries are wanted of a stream; others than the first ones cannot be chosen."""
    if balance is not None or rows is not None:
        raise InputError(
            f"balance and rows of {WHAT} choose among all of them, and a stream has no end yet. Take limit."
        )
    return None if limit is None else _check.integer(limit, "limit", WHAT, low=1)
