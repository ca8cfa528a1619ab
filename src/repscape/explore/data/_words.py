"""The words of the texts as numbers: which of them stand in which example, for what tells groups apart."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MOST = 30_000  # words; of more, those in the most texts
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A sparse table of texts and words: each word counts once in a text."""

    column: str
    """Where the texts are; "" where there are none."""
    vocabulary: tuple[str, ...]
    """The words."""
    starts: npt.NDArray[np.uint32]
    """(n + 1,) where each text's words begin."""
    words: npt.NDArray[np.uint16]
    """Which words, text after text."""
    lengths: npt.NDArray[np.uint32]
    """(n,) words of each text, repeated ones too."""


def words_of(texts: list[str], column: str, *, residues: bool = False) -> Words:
    """Return the words of texts; of sequences the residues are the words."""
    lists = [list(text.upper()) if residues else [w.casefold() for w in WORD.findall(text)] for text in texts]
    counts: Counter[str] = Counter()
    for held in lists:
        counts.update(set(held))
    kept = [word for word, count in counts.most_common(MOST) if count > 1 or len(counts) < MOST]
    number = {word: place for place, word in enumerate(kept)}
    found = [sorted({number[word] for word in held if word in number}) for held in lists]
    starts = np.zeros(len(texts) + 1, dtype=np.uint32)
    np.cumsum([len(held) for held in found], out=starts[1:])
    flat: Any = np.fromiter((one for held in found for one in held), dtype=np.uint16, count=int(starts[-1]))
    return Words(column, tuple(kept), starts, flat, np.array([len(held) for held in lists], dtype=np.uint32))
