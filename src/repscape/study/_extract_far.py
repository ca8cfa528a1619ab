"""Extraction by several workers, a model in each: the same store as from one, to the bit.

A worker encodes the inputs of all slabs, which is cheap, and runs its own; an input that came before is not run but read back
from the store, once the process that writes it has committed its rows. That process alone writes, in the order of the
examples. Processes of this machine are dealt slabs in turn; workers of dask take the next one that nobody has
(`_extract_dask.py`).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from .._types import Examples
from ..errors import InputError, needs_extra
from ..extraction import Layout, open_model
from ..machine import is_far, memory_available, place_of, workers
from ._extract_share import AHEAD, TRIES, Committed, InOrder, Share, given_up, wait_for
from ._schedule import PROCESSES, names_dask

if TYPE_CHECKING:
    from ..extraction import Slab


def extracted(share: Share) -> Iterator[Slab]:
    """Yield the slabs of one worker."""
    from ..extraction import iterate

    path = place_of(share.path)
    layout = None if share.layout is None else Layout(**share.layout)

    def mine(number: int, rows: int) -> bool:
        if number % share.of != share.worker:
            return False
        wait_for(path, min(len(share.examples), max(0, number - AHEAD * share.of) * rows))
        return True

    opened = open_model(share.model, **share.opening)
    earlier = Committed(path, by_token=share.by_token)
    yield from iterate(
        opened, share.examples, start_row=share.start, layout=layout, earlier=earlier, mine=mine, **share.options
    )


@dataclass(slots=True)
class _Dealt:
    """The slabs of one worker, as a job."""

    share: Share
    _lost: int = 0

    def call(self) -> tuple[Callable[[Any], Any], Any]:
        """Return what is left to do."""
        return extracted, self.share

    def take(self, slab: Slab) -> Slab:
        """Note a slab: where this worker is lost, another goes on behind it."""
        self._lost = 0
        self.share = replace(self.share, start=slab.stop, layout=asdict(slab.layout))
        return slab

    def lost(self, why: str) -> Iterable[Slab]:
        """Give up where one slab costs one worker after the other."""
        self._lost += 1
        if self._lost >= TRIES:
            raise given_up(self.share.start, why)
        return ()


def by_processes(share: Share, count: int) -> Iterator[Slab]:
    """Yield all slabs, in order, from so many processes."""
    jobs = [_Dealt(replace(share, worker=worker, of=count)) for worker in range(count)]
    ordered = InOrder(share.start, share.layout)
    with workers(count, memory=memory_available() // 2) as crew:
        for slab in crew.run(jobs, at_once=count):
            yield from ordered.add(slab)


@dataclass(frozen=True, slots=True)
class Far:
    """Who runs slabs, where that is not this process."""

    by: Callable[[Share], Iterator[Slab]]
    """Yields all slabs of a share, in order."""
    model: str
    """What they open."""
    opening: Mapping[str, Any]
    """How."""

    def slabs(
        self, examples: Examples, path: Any, *, options: Mapping[str, Any], start: int, layout: Layout | None
    ) -> Iterator[Slab]:
        """Return the slabs from an example on."""
        told = None if layout is None else asdict(layout)
        return self.by(Share(self.model, self.opening, examples, options, str(path), start=start, layout=told))


def far(scheduler: Any, model: Any, path: Any, *, opening: Mapping[str, Any]) -> Far | None:
    """Return who extracts, as `extract` was asked for it; None for this process.

    Raises
    ------
    InputError
        The scheduler is none that extracts, or the model has no name by which another process could open it.
    """
    if scheduler is None:
        return None
    match = PROCESSES.fullmatch(scheduler) if isinstance(scheduler, str) else None
    if match is None and not names_dask(scheduler):
        raise InputError(
            "scheduler of extract must be None (this process), 'processes:N', the address of a dask scheduler "
            f"('tcp://host:8786') or a distributed.Client. Got {scheduler!r}."
        )
    if not isinstance(model, str):
        said = scheduler if isinstance(scheduler, str) else type(scheduler).__name__
        raise InputError(
            "model of extract must be a name that every process can open (a hub id, a folder, 'module:function') where "
            f"scheduler={said!r}. Got {type(model).__name__}."
        )
    if is_far(path) and str(path).startswith("memory:"):
        raise InputError(f"to of extract must lie where other processes see it. Got {path}.")
    if match is not None:
        count = int(match[1])
        return Far(lambda share: by_processes(share, count), model, opening)
    if importlib.util.find_spec("distributed") is None:
        raise needs_extra("a dask scheduler", "distributed", "cluster")
    from ._cluster_dask import Door
    from ._extract_dask import by_dask

    door = Door.of(scheduler, "extract")
    return Far(lambda share: by_dask(share, door), model, opening)
