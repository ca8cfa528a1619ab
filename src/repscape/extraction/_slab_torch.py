"""One slab of examples: batches formed, run and pooled, rows put back in order, copies given the rows of their originals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch

from .._types import LayerInfo
from ..errors import InputError
from ._anatomy import Tap
from ._copies import EarlierRows, Rows, SeenInputs
from ._layout import Layout, plan_batches
from ._loss_torch import LOSS
from ._pool import Batch
from ._reading_torch import Reading, forward
from ._torch_model import Encoded, Model
from ._window import Window

IntArray = npt.NDArray[np.int64]
FEW = 16  # inputs that are encoded together where only their digests are wanted


@dataclass(frozen=True, slots=True, eq=False)
class SlabRows:
    """The rows of one slab."""

    rows: Rows
    """Of every example, in order."""
    computed: Rows
    """Of those that ran."""
    digests: list[bytes]
    """What tells the inputs apart, in order."""


@dataclass(slots=True)
class SlabWork:
    """What is the same for all slabs of a run."""

    model: Model
    taps: list[Tap]
    pool: str
    reading: Reading
    include_special: bool
    earlier: EarlierRows
    window: Window | None = None
    """Which positions are read."""
    loss: bool = False
    """Whether the loss of each token is wanted."""
    seen: SeenInputs = field(default_factory=SeenInputs)

    def ready(self, batch: Batch) -> Batch:
        """Return a batch with those positions real that are read."""
        return readied(
            replace(batch, special=self.reading.special), include_special=self.include_special, window=self.window
        )

    def compute(self, encoded: Encoded, start: int, layout: Layout) -> SlabRows:
        """Run the inputs of one slab, each input once, and give every example its rows."""
        here: dict[bytes, int] = {}
        digests: list[bytes] = [b""] * len(encoded.lengths)
        sources = np.arange(start, start + len(digests))

        def originals(places: Sequence[int], found: Sequence[bytes]) -> list[int]:
            """Note the digests of some inputs and return the places among them that must run."""
            for place, one in zip(places, found, strict=True):
                digests[place] = one
                sources[place] = self.seen.source(one, start + place, here=here, earlier=self.earlier)
            return [at for at, place in enumerate(places) if sources[place] == start + place]

        todo = np.arange(len(digests))
        if encoded.digests is not None:
            todo = todo[originals(range(len(digests)), encoded.digests)]
        pieces: dict[LayerInfo, list[torch.Tensor]] = {tap.layer: [] for tap in self.taps}
        pieces |= {LOSS: []} if self.loss else {}
        ran: list[int] = []
        counts: list[int] = []
        for planned in plan_batches(encoded.lengths[todo], layout):
            places = todo[planned]
            batch = encoded.batch(places)
            if encoded.digests is None:
                own = originals(places.tolist(), self._digests(encoded, batch, places=places, start=start))
                if not own:
                    continue
                batch = batch if len(own) == len(places) else self._some(encoded, batch, places=places, own=own)
                places = places[own]
            for part, of in self._parts(batch, layout):
                found, heights = self._run(part)
                ran += places[of].tolist()
                counts += heights
                for layer, state in found.items():
                    pieces[layer].append(state)
        computed = _in_order(np.array(ran, dtype=np.int64) + start, np.array(counts, dtype=np.int64), pieces)
        return SlabRows(self._with_copies(computed, sources, start), computed, digests)

    def digests_of_all(self, encoded: Encoded, start: int) -> list[bytes]:
        """Return what tells the inputs of a slab apart, from its encoder alone."""
        if encoded.digests is not None:
            return list(encoded.digests)
        places = np.arange(len(encoded.lengths))
        groups = np.array_split(places, max(1, len(places) // FEW))
        return [one for some in groups for one in self._digests(encoded, encoded.batch(some), places=some, start=start)]

    def _digests(self, encoded: Encoded, batch: Batch, *, places: IntArray, start: int) -> list[bytes]:
        """Return what tells the inputs of a batch apart."""
        if self.reading.by_row:
            return batch.digests()
        if encoded.source is not None:
            return [encoded.source(int(place)) for place in places]
        return [f"example {start + place}".encode() for place in places.tolist()]

    def _some(self, encoded: Encoded, batch: Batch, *, places: IntArray, own: list[int]) -> Batch:
        """Return the part of a batch that must run."""
        return batch.take(own) if self.reading.by_row else encoded.batch(places[own])

    def _parts(self, batch: Batch, layout: Layout) -> Iterator[tuple[Batch, IntArray]]:
        """Yield a batch, or its parts of equal length where only those may run together, with their places in it."""
        whole = np.arange(batch.rows)
        if not layout.equal_lengths or batch.attended is None:
            yield batch, whole
            return
        lengths = batch.attended.sum(dim=1).cpu().numpy()
        if (lengths == lengths[0]).all():
            yield batch, whole
            return
        for length in np.unique(lengths)[::-1]:
            of = whole[lengths == length]
            yield batch.take(of.tolist()), of

    def _run(self, batch: Batch) -> tuple[dict[LayerInfo, torch.Tensor], list[int]]:
        """Run one batch; return the rows at each tap, and how many each input has."""
        ready = self.ready(batch)
        if self.window is not None and ready.short():
            raise InputError(
                "positions of extract leave nothing of an example. Take others, or leave that example out."
            )
        found = forward(self.model, self.taps, ready, pool=self.pool, reading=self.reading, loss=self.loss)
        return found, ready.counts(self.pool, _height(found))

    def _with_copies(self, computed: Rows, sources: IntArray, start: int) -> Rows:
        """Return the rows of all examples of the slab."""
        before = np.unique(sources[sources < start])
        known = computed
        if len(before):
            earlier = self.earlier.read(before)
            known = earlier if not len(computed.examples) else computed.joined(earlier)
        rows = known.take(sources)
        return Rows(np.arange(start, start + len(sources)), rows.counts, rows.states)


def readied(batch: Batch, *, include_special: bool, window: Window | None) -> Batch:
    """Return a batch with those positions real that are read: special tokens too if they count, then a window of them."""
    batch = batch.with_special() if include_special else batch
    return batch if window is None else batch.within(window)


def _height(found: Mapping[LayerInfo, torch.Tensor]) -> int:
    heights = {len(state) for state in found.values()}
    if len(heights) > 1:
        raise InputError(
            f"pool of extract: 'token' needs layers with the same number of positions. Got {sorted(heights)} rows in "
            "one batch. Read them one at a time, or use mean."
        )
    return heights.pop()


def _in_order(examples: IntArray, counts: IntArray, pieces: Mapping[LayerInfo, list[torch.Tensor]]) -> Rows:
    """Put what came batch by batch into the order of the examples."""
    order = np.argsort(examples, kind="stable")
    states = {layer: torch.cat(parts).cpu().numpy() for layer, parts in pieces.items() if parts}
    return Rows(examples, counts, states).take(examples[order])
