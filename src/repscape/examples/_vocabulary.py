"""Word vectors as one layer: words chosen from a vocabulary, two vocabularies brought to the same words, names of models.

A word that is missing is named, and leaves only where the caller says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from .. import _check
from .._types import Examples
from ..errors import InputError, InputTypeError, RepscapeWarning
from ._read import read_examples

Words = Iterable[str] | Mapping[str, Iterable[str]]
Missing = Literal["raise", "drop"]
NAMED = 20  # words that a message spells out

# name, dimensions, words, megabytes to fetch, trained on; from the README and list.json of github.com/piskvorky/gensim-data.
_MODELS = (
    ("glove-wiki-gigaword-50", 50, 400_000, 65, "Wikipedia 2014 and Gigaword 5, 6 billion tokens"),
    ("glove-wiki-gigaword-100", 100, 400_000, 128, "Wikipedia 2014 and Gigaword 5, 6 billion tokens"),
    ("glove-wiki-gigaword-200", 200, 400_000, 252, "Wikipedia 2014 and Gigaword 5, 6 billion tokens"),
    ("glove-wiki-gigaword-300", 300, 400_000, 376, "Wikipedia 2014 and Gigaword 5, 6 billion tokens"),
    ("glove-twitter-25", 25, 1_193_514, 104, "2 billion tweets, 27 billion tokens"),
    ("glove-twitter-50", 50, 1_193_514, 199, "2 billion tweets, 27 billion tokens"),
    ("glove-twitter-100", 100, 1_193_514, 387, "2 billion tweets, 27 billion tokens"),
    ("glove-twitter-200", 200, 1_193_514, 758, "2 billion tweets, 27 billion tokens"),
    ("word2vec-google-news-300", 300, 3_000_000, 1662, "Google News, about 100 billion words"),
    ("word2vec-ruscorpora-300", 300, 184_973, 198, "Russian National Corpus, about 250 million words"),
    ("fasttext-wiki-news-subwords-300", 300, 999_999, 958, "Wikipedia 2017, UMBC corpus and statmt.org news"),
    ("conceptnet-numberbatch-17-06-300", 300, 1_917_247, 1168, "ConceptNet, word2vec, GloVe and OpenSubtitles 2016"),
)


def vector_models() -> pd.DataFrame:
    """Return the word vectors that can be called by name, as in `read_examples(name, kind="vectors")`.

    They are those of gensim's downloader, which fetches them on first use; the list itself needs no network.

    Parameters
    ----------
    None

    Returns
    -------
    pandas.DataFrame
        name, dimensions, words, megabytes (to fetch), trained_on.

    References
    ----------
    .. [1] https://github.com/piskvorky/gensim-data

    Examples
    --------
    >>> import repscape as rs
    >>> rs.vector_models().query("dimensions < 50")["name"].tolist()
    ['glove-twitter-25']
    """
    return pd.DataFrame(_MODELS, columns=["name", "dimensions", "words", "megabytes", "trained_on"])


def missing_words(vectors: Any, words: Words) -> list[str]:
    """Return the words that a model does not have.

    Parameters
    ----------
    vectors, words
        As of :func:`choose_words`.

    Returns
    -------
    list of str
        In the order of `words`.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rs.missing_words({"words": np.array(["sun", "moon"]), "vectors": np.eye(2)}, ["moon", "kiwi"])
    ['kiwi']
    """
    known = set(_vectors(vectors, "missing_words").table["word"])
    return [word for word in _asked(words, "missing_words") if word not in known]


def choose_words(vectors: Any, words: Words, *, missing: Missing = "raise") -> Examples:
    """Return the vectors of some words, in the order asked for.

    Parameters
    ----------
    vectors
        Word vectors: what :func:`read_examples` returned, or a file, arrays or name that it reads with kind="vectors".
    words : list of str, or mapping of str to list of str
        The words; as a mapping, by group, which becomes the column "group".
    missing : {"raise", "drop"}
        A word that the model does not have is an error, or leaves with a warning that names it.

    Returns
    -------
    Examples
        `inputs` (n, d), the vectors; `table` with "word" and, where words came by group, "group". Of a word that a vocabulary
        holds twice the first is taken.

    Raises
    ------
    InputError
        If words are missing (all of them are named), none is left, or a word is asked for twice.

    Warns
    -----
    RepscapeWarning
        With missing="drop": which words left.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> vectors = {"words": np.array(["sun", "chair", "moon"]), "vectors": np.eye(3)}
    >>> chosen = rs.choose_words(vectors, {"sky": ["moon", "sun"], "room": ["chair"]})
    >>> list(chosen.table["word"]), list(chosen.table["group"])
    (['moon', 'sun', 'chair'], ['sky', 'sky', 'room'])
    """
    name = "choose_words"
    _check.choice(missing, "missing", name, ("raise", "drop"))
    return _chosen(_vectors(vectors, name), _asked(words, name), missing=missing, function=name)


def shared_words(
    first: Any, second: Any, words: Words | None = None, *, missing: Missing = "raise"
) -> tuple[Examples, Examples]:
    """Return the vectors of the same words in two models, row by row.

    Parameters
    ----------
    first, second
        Word vectors, as of :func:`choose_words`.
    words : list of str, or mapping of str to list of str, optional
        The words wanted; by default all that both models have, in the order of the first.
    missing : {"raise", "drop"}
        A wanted word that either model does not have is an error, or leaves both with a warning that names it.

    Returns
    -------
    first, second : Examples
        Of the same words in the same order, as :func:`choose_words` returns them.

    Raises
    ------
    InputError
        If words are missing (all of them are named), or the models share none.

    Warns
    -----
    RepscapeWarning
        With missing="drop": which words left.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> wiki = {"words": np.array(["sun", "chair", "moon"]), "vectors": np.eye(3)}
    >>> tweets = {"words": np.array(["moon", "sun", "lol"]), "vectors": np.eye(3)[:, :2]}
    >>> [list(side.table["word"]) for side in rs.shared_words(wiki, tweets)]
    [['sun', 'moon'], ['sun', 'moon']]
    """
    name = "shared_words"
    _check.choice(missing, "missing", name, ("raise", "drop"))
    one, two = _vectors(first, name), _vectors(second, name)
    has = [set(side.table["word"]) for side in (one, two)]
    wanted = dict.fromkeys(one.table["word"]) if words is None else _asked(words, name)
    both = {word: group for word, group in wanted.items() if all(word in known for known in has)}
    if words is not None and len(both) < len(wanted):
        parts = [
            f"{which} has no {_named([word for word in wanted if word not in known])}"
            for which, known in (("first", has[0]), ("second", has[1]))
            if not known.issuperset(wanted)
        ]
        _leave("; ".join(parts), missing, name)
    if not both:
        raise InputError(f"first and second of {name} share none of the words ({one.source}, {two.source}).")
    return _chosen(one, both, missing="raise", function=name), _chosen(two, both, missing="raise", function=name)


def _vectors(source: Any, function: str) -> Examples:
    found = source if isinstance(source, Examples) else read_examples(source, kind="vectors")
    if found.kind != "vectors" or "word" not in found.table:
        raise InputTypeError(
            f"vectors of {function} must be word vectors. Got {found.kind} examples of {found.source}."
        )
    return found


def _asked(words: Words, function: str) -> dict[str, str | None]:
    """Return word -> group, refusing what is no list of words."""
    if isinstance(words, str):
        raise InputTypeError(f"words of {function} must be a list of words such as [{words!r}]. Got a string.")
    groups = words if isinstance(words, Mapping) else {None: words}
    asked: dict[str, str | None] = {}
    for group, members in groups.items():
        for word in members:
            if not isinstance(word, str) or word in asked:
                raise InputError(
                    f"words of {function} must be different strings. Got {word!r}, of {group or 'the list'}."
                )
            asked[word] = group
    if not asked:
        raise InputError(f"words of {function} must name at least one word.")
    return asked


def _chosen(vectors: Examples, asked: Mapping[str, str | None], *, missing: Missing, function: str) -> Examples:
    words = vectors.table["word"]
    wanted = words.isin(list(asked)) & ~words.duplicated()
    place = {word: row for row, word in zip(np.flatnonzero(wanted), words[wanted], strict=True)}
    absent = [word for word in asked if word not in place]
    if absent:
        lower = [word.lower() for word in absent if word.lower() != word and (words == word.lower()).any()]
        hint = f" It has {_named(lower)}." if lower else ""
        _leave(f"{vectors.source or 'it'} has no {_named(absent)}.{hint}", missing, function)
    if not place:
        raise InputError(f"{vectors.source or 'vectors'} has none of the words of {function}: {_named(list(asked))}.")
    kept = [word for word in asked if word in place]
    found = vectors.take(np.array([place[word] for word in kept], dtype=np.int64))
    groups = [asked[word] for word in kept]
    if any(group is not None for group in groups):
        found.table["group"] = groups
    return found


def _leave(what: str, missing: Missing, function: str) -> None:
    """Refuse missing words, or say that they leave."""
    if missing == "raise":
        raise InputError(
            f"words of {function} are missing: {what} Give others, or missing='drop' to go on without them."
        )
    warnings.warn(f"{function} goes on without words: {what}", RepscapeWarning, stacklevel=4)


def _named(words: list[str]) -> str:
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return ", ".join(map(repr, words[:NAMED])) + more
