"""Word vectors: GloVe and word2vec text, .npz (words, vectors), and through gensim word2vec binary and KeyedVectors."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ._npz import load_npz
from ._opened import opened
from ._room import check_room, written_size
from ._source import Array, Source, array_source
from ._there import suffix_of
from ._told_apart import columns_among

LINE = 1 << 20  # characters looked at
LONGEST = 16  # digits of a number of words or dimensions
SNIFFED = 10  # numbers on a line that nobody would take for text


def is_here(name: str) -> bool:
    """Whether gensim's downloader has fetched word vectors of this name already."""
    from ._gensim import fetched

    return fetched(name)


def vectors_source(path: Path, *, allow_pickle: bool = False) -> Source:
    """Read word vectors from a file, by its suffix and its first lines; what can run code only where the caller said so."""
    suffix = suffix_of(path)
    if suffix == ".npz":
        return npz_vectors(load_npz(path, allow_pickle=allow_pickle), str(path))
    if suffix in (".kv", ".model"):
        if not allow_pickle:
            raise InputError(
                f"{path} is a pickle of gensim's, and loading one can run code. If you trust where it comes from, say "
                "allow_pickle=True (--allow-pickle); else ask for word2vec's binary form (.bin) or text."
            )
        from ._gensim import read_keyed

        return word_source(*read_keyed(path), str(path))
    if suffix == ".bin" or _is_binary(path):  # as GoogleNews-vectors.gz, whose name does not say
        from ._gensim import read_binary

        _check_promise(path)
        return word_source(*read_binary(path), str(path))
    return word_source(*_text_vectors(path), str(path))


def npz_vectors(arrays: dict[str, Array], name: str) -> Source:
    """Take `words` (n,) and `vectors` (n, d) of a .npz or dict."""
    if not {"words", "vectors"} <= set(arrays):
        raise InputError(f"{name} must hold arrays named words and vectors. Got {', '.join(arrays)}.")
    words, vectors = arrays["words"], arrays["vectors"]
    if vectors.ndim != 2 or words.shape != vectors.shape[:1] or words.dtype.kind not in "UTO":
        raise InputError(
            f"{name} must hold words (n,) of text and vectors (n, d). Got {words.dtype} {words.shape} and {vectors.shape}."
        )
    others = {key: array for key, array in arrays.items() if key not in ("words", "vectors", "word", "id")}
    columns = columns_among(others, len(words))
    return word_source(words.tolist(), vectors, name, **columns)


def word_source(words: list[str], vectors: Array, name: str, **columns: Any) -> Source:
    """Take vectors whose ids are their words."""
    return array_source("vectors", vectors, columns={"id": words, "word": words, **columns}, name=name)


def looks_like_vectors(path: Path) -> bool:
    """Whether a text file begins with a word and numbers, or with the header of word2vec."""
    with opened(path) as stream:
        first, second = stream.readline(LINE).split(), stream.readline(LINE).split()
    if len(first) == 2 and all(map(_is_count, first)) and len(second) == int(first[1]) + 1:
        first = second
    return len(first) > SNIFFED and all(_is_number(part) for part in first[-SNIFFED:])


def _is_count(part: str | bytes) -> bool:
    """Whether it is a number of words or dimensions; Python reads no number of thousands of digits."""
    return part.isascii() and part.isdigit() and len(part) < LONGEST


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_binary(path: Path) -> bool:
    """Whether word2vec's header is followed by something that is no line of numbers."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        header, line = stream.readline(100).split(), stream.readline(100_000).split()
    if len(header) != 2 or not all(map(_is_count, header)):
        return False
    return not line or not _is_number(line[-1].decode("utf-8", "replace"))


def _check_promise(path: Path) -> None:
    """Refuse a header that promises more numbers than the file can hold, or memory."""
    packed = path.suffix.lower() == ".gz"
    with gzip.open(path, "rb") if packed else path.open("rb") as stream:
        header = stream.readline(100).split()
    if len(header) != 2 or not all(map(_is_count, header)):
        return  # it is none, and gensim says so
    promised = int(header[0]) * int(header[1]) * np.dtype(np.float32).itemsize
    if not packed and promised > path.stat().st_size:
        raise InputError(
            f"{path} is truncated or damaged: its header promises {int(header[0]):,} vectors of {int(header[1]):,} numbers, "
            f"which would take {written_size(promised)}."
        )
    check_room(promised, str(path))


def _text_vectors(path: Path) -> tuple[list[str], Array]:
    """Read lines of a word and d numbers; words may hold spaces, so numbers are split off from the right."""
    words: list[str] = []
    rows: list[Array] = []
    width = promised = None
    with opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            parts = line.rstrip().split(" ")
            if number == 1 and len(parts) == 2 and all(part.isdigit() for part in parts):
                if not all(map(_is_count, parts)):
                    raise InputError(
                        f"{path} begins with numbers of words and dimensions that are none: {line[:60]!r}."
                    )
                promised, width = int(parts[0]), int(parts[1])
                continue
            width = len(parts) - 1 if width is None else width
            try:
                row = np.array(parts[-width:], dtype=np.float32)
            except ValueError:
                row = np.empty(0, np.float32)
            if width < 1 or len(parts) <= width or row.shape != (width,) or not np.isfinite(row).all():
                raise InputError(f"{path}, line {number} must be a word and {width} finite numbers. Got {line[:60]!r}.")
            if len(parts) > width + 1 and _is_number(parts[-width - 1]):  # words may hold spaces; this is no word
                raise InputError(
                    f"{path}, line {number} has more numbers than the {width} of the lines before: one is cut."
                )
            words.append(" ".join(parts[:-width]))
            rows.append(row)
    if not rows or promised not in (None, len(rows)):
        raise InputError(f"{path} must hold {promised or 'at least 1'} word vectors. Got {len(rows)}.")
    return words, np.stack(rows)
