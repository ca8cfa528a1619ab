"""Extraction by the workers of a dask scheduler: each takes the next slab that nobody has, with a model of its own.

A slab is a job, so that a lost worker costs the slab that it had in hand. Slabs are handed out in order, one for each worker
and few ahead of what is committed: a slab that copies rows of an earlier one finds them soon, and the earliest never waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..extraction import slab_rows_of
from ..machine import Shelf, is_far, packed, place_of
from ._cluster_dask import Cluster, Door, Job
from ._extract_share import AHEAD, InOrder, Share, given_up
from ._extract_slab import forget, slab_at

if TYPE_CHECKING:
    from ..extraction import Slab

SAME = ("torch", "transformers")  # whose versions decide on the last bits, too


@dataclass(slots=True)
class _One:
    """One slab, as a job."""

    start: int
    layout: Mapping[str, Any] | None
    alone: bool = False
    _done: bool = False

    def call(self) -> tuple[Callable[..., Any], Any] | None:
        """Return what is left to do."""
        return None if self._done else (slab_at, (self.start, self.layout))

    def take(self, slab: Slab) -> Slab:
        """Note that it is there."""
        self._done = True
        return slab

    def killed(self, why: str) -> Iterable[Slab]:
        """Give up where it costs one worker after the other, with nothing beside it."""
        if self.alone:
            raise given_up(self.start, why)
        self.alone = True
        return ()


def by_dask(share: Share, door: Door) -> Iterator[Slab]:
    """Yield all slabs, in order, from the workers of a scheduler."""
    rows = slab_rows_of(share.options) if share.layout is None else int(share.layout["slab_rows"])
    ordered, waiting = InOrder(share.start, share.layout), deque[Job]()
    with door.opened(also=SAME) as cluster:
        _check_store(cluster, share.path)
        cluster.share(packed(share, Shelf()))
        handed = share.start
        try:
            handed = _hand_out(waiting, ordered, handed, rows=rows, share=share, most=AHEAD * cluster.workers)
            for slab in cluster.work(waiting, ahead=1):
                yield from ordered.add(slab)
                handed = _hand_out(waiting, ordered, handed, rows=rows, share=share, most=AHEAD * cluster.workers)
        finally:
            with suppress(OSError, TimeoutError, RuntimeError):  # where the scheduler is gone, so are they
                if cluster.client.status == "running":
                    cluster.client.run(forget)


def _hand_out(waiting: deque[Job], ordered: InOrder, handed: int, *, rows: int, share: Share, most: int) -> int:
    """Add the slabs that may be computed by now; return the example behind them."""
    end = min(len(share.examples), ordered.following + most * rows)
    starts = range(handed, end, rows)
    waiting.extend(_One(start, ordered.layout) for start in starts)
    return handed + rows * len(starts)


def _check_store(cluster: Cluster, path: str) -> None:
    """Refuse a store that workers do not see: they read rows of earlier examples back from it."""
    place = place_of(path)
    if is_far(place):
        return
    if some := cluster.blind(str(place.absolute().parent)):
        raise InputError(
            f"to of extract must lie where every dask worker sees it: {place.absolute().parent} is not there for {some}. "
            "Choose a folder on a shared file system, or an object store."
        )
