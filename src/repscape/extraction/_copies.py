"""Equal inputs are equal rows: an input that came before is not run again, its row is copied.

A batch of other lengths changes the last bits of a state, and two rows that differ in their last bits look like two points
that lie very close. So inputs are known by a digest of what the model is called with. Digests cost some 150 bytes an example;
rows themselves are read back from wherever they were written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .._types import LayerInfo

IntArray = npt.NDArray[np.int64]
States = Mapping[LayerInfo, npt.NDArray[np.float32]]
DIGEST_BYTES = 16
KEPT_BYTES = 1 << 28  # rows held in memory where nothing else keeps them


def digest(*parts: bytes | str) -> bytes:
    """Return the digest of an input."""
    made = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        made.update(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part)
        made.update(b"\x1f")
    return made.digest()


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Pooled states of some examples, one after the other."""

    examples: IntArray
    """(m,) which examples, each once."""
    counts: IntArray
    """(m,) rows of each: 1, or its tokens."""
    states: States
    """(sum of counts, d) of each layer."""

    def joined(self, other: Rows) -> Rows:
        """Return these rows and those of other examples."""
        states = {layer: np.concatenate([held, other.states[layer]]) for layer, held in self.states.items()}
        return Rows(
            np.concatenate([self.examples, other.examples]), np.concatenate([self.counts, other.counts]), states
        )

    def take(self, examples: IntArray) -> Rows:
        """Return the rows of examples, in the order given; an example may come more than once."""
        if np.array_equal(examples, self.examples):
            return self
        order = np.argsort(self.examples, kind="stable")
        place = order[np.searchsorted(self.examples, examples, sorter=order)]
        counts = self.counts[place]
        starts = (np.cumsum(self.counts) - self.counts)[place]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = np.repeat(starts, counts) + within
        return Rows(examples, counts, {layer: held[rows] for layer, held in self.states.items()})


class EarlierRows(Protocol):
    """Where the rows of earlier examples can be had again."""

    def has(self, example: int) -> bool:
        """Say whether the rows of an example are there."""
        ...

    def keep(self, rows: Rows) -> None:
        """Take note of rows that have just been computed."""
        ...

    def read(self, examples: IntArray) -> Rows:
        """Return the rows of examples that are there."""
        ...


class RowsInMemory:
    """The first rows that were computed, as many as fit into a bound; later copies of the others run again."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._held: dict[int, States] = {}
        self._room = most

    def has(self, example: int) -> bool:
        """Say whether the rows of an example are there."""
        return example in self._held

    def keep(self, rows: Rows) -> None:
        """Hold rows for as long as there is room."""
        size = sum(states.nbytes for states in rows.states.values())
        if size > self._room:
            return
        self._room -= size
        ends = np.cumsum(rows.counts)
        for example, start, end in zip(rows.examples.tolist(), ends - rows.counts, ends, strict=True):
            self._held[example] = {layer: states[start:end] for layer, states in rows.states.items()}

    def read(self, examples: IntArray) -> Rows:
        """Return the rows of examples that are there."""
        held = [self._held[example] for example in examples.tolist()]
        states = {layer: np.concatenate([one[layer] for one in held]) for layer in held[0]}
        counts = np.array([len(next(iter(one.values()))) for one in held], dtype=np.int64)
        return Rows(examples, counts, states)


@dataclass(slots=True)
class SeenInputs:
    """Which example was the first with each input."""

    first: dict[bytes, int] = field(default_factory=dict)

    def source(self, one: bytes, example: int, *, here: dict[bytes, int], earlier: EarlierRows) -> int:
        """Return the example whose rows an example is to have: an earlier one with the same input, else itself.

        `here` are the inputs of the slab so far; remembered only when it is done, since a slab may be computed again.
        """
        before = self.first.get(one)
        if before is not None and earlier.has(before):
            return before
        return here.setdefault(one, example)

    def remember(self, digests: Sequence[bytes], start: int) -> None:
        """Take note of the inputs of consecutive examples."""
        for place, one in enumerate(digests):
            self.first.setdefault(one, start + place)
