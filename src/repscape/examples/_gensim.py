"""Word vectors through gensim: word2vec's binary form, KeyedVectors, and the names of gensim's downloader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, needs_extra
from ._source import Array

try:
    import gensim.downloader
    from gensim.models import KeyedVectors
except ImportError as problem:
    raise needs_extra("reading these word vectors", "gensim", "vectors") from problem


def read_binary(path: Path) -> tuple[list[str], Array]:
    """Read word2vec's binary form."""
    try:
        return words_and_vectors(KeyedVectors.load_word2vec_format(str(path), binary=True))
    except (OSError, EOFError, ValueError) as problem:
        raise InputError(f"{path} cannot be read as binary word2vec: {problem}.") from problem


def read_keyed(path: Path) -> tuple[list[str], Array]:
    """Load what gensim's own `save` wrote; it holds a pickle, so it must come from a source one trusts."""
    try:
        loaded = KeyedVectors.load(str(path), mmap="r")
        return words_and_vectors(getattr(loaded, "wv", loaded))
    except Exception as problem:  # unpickling may raise anything
        raise InputError(f"{path} cannot be read as gensim KeyedVectors: {problem}.") from problem


def words_and_vectors(keyed: Any) -> tuple[list[str], Array]:
    """Return (words, vectors (n, d)) of a KeyedVectors object."""
    return list(keyed.index_to_key), np.asarray(keyed.vectors)


def downloaded(name: str) -> Path:
    """Return the file of one of gensim-downloader's names, fetching it where it is not there yet.

    The code that comes with the file is not run.
    """
    folder = Path(gensim.downloader.BASE_DIR) / name
    if fetched(name):
        return sorted(folder.glob("*.gz"))[0]
    try:
        return Path(gensim.downloader.load(name, return_path=True))
    except Exception as problem:  # whatever the network, or the list of names, has to say
        raise InputError(
            f"{name!r} is no file, and gensim could not fetch it: {problem}. "
            f"Put the file into {folder}, or give the path of a local one."
        ) from problem


def fetched(name: str) -> bool:
    """Whether gensim's downloader has fetched this already."""
    return any((Path(gensim.downloader.BASE_DIR) / name).glob("*.gz"))
