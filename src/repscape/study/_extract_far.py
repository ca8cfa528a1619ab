"""Extraction by several processes, a model in each: the same store as from one, to the bit.

Slabs are dealt out in turn. A worker encodes the inputs of all slabs, which is cheap, and runs its own; an input that came
before is not run but read back from the store, once the process that writes it has committed its rows. That process alone
writes, in the order of the examples.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._types import Examples
from ..errors import InputError, MemoryBudgetError, StoreError, UnitError
from ..extraction import Layout, Rows, open_model
from ..machine import is_far, memory_available, place_of, workers
from ..store import reopen_store
from ._schedule import PROCESSES
from ._written import Written

if TYPE_CHECKING:
    from ..extraction import Slab

AHEAD = 2  # slabs that a worker may be ahead of what is committed, for each worker
LOOK = 0.05  # seconds between looks at the store
TRIES = 2  # workers that one slab may cost


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What one of several workers is given."""

    model: str
    opening: Mapping[str, Any]
    """How the model is opened."""
    examples: Examples
    options: Mapping[str, Any]
    """As `iterate` takes them."""
    path: str
    """The store."""
    worker: int
    of: int
    start: int = 0
    """Example to begin with: the first of a slab."""
    layout: Mapping[str, Any] | None = None
    """Of a store that is there."""

    @property
    def by_token(self) -> bool:
        """Whether an example has a row for each of its tokens."""
        return bool(self.options["pool"] == "token")


class _Committed(Written):
    """The store as a worker sees it, which does not write it."""

    def read(self, examples: npt.NDArray[np.int64]) -> Rows:
        """Read the rows of earlier examples, as soon as they are there."""
        wait_for(self.path, int(examples.max()) + 1)
        return super().read(examples)


def wait_for(path: Any, examples: int) -> None:
    """Wait until so many examples are committed; the process that writes ends this one where it stops."""
    while committed(path) < examples:
        time.sleep(LOOK)


def committed(path: Any) -> int:
    """Return how many examples a store has."""
    if not (path / "zarr.json").is_file():
        return 0
    try:
        return int(reopen_store(path).state.get("examples", 0))
    except StoreError:  # it is just being made
        return 0


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
    earlier = _Committed(path, by_token=share.by_token)
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
            raise UnitError(
                f"{TRIES} workers were lost over the examples from {self.share.start} on, the last {why}; memory may have run "
                "out. What was extracted is kept."
            )
        return ()


@dataclass(slots=True)
class FarSlabs:
    """Slabs that workers compute, in the order of the examples."""

    share: Share
    count: int
    _held: dict[int, Slab] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Slab]:
        jobs = [_Dealt(replace(self.share, worker=worker, of=self.count)) for worker in range(self.count)]
        following, layout = self.share.start, self.share.layout
        with workers(self.count, memory=memory_available() // 2) as crew:
            for slab in crew.run(jobs, at_once=self.count):
                layout = asdict(slab.layout) if layout is None else layout
                if asdict(slab.layout) != layout:
                    raise MemoryBudgetError(
                        "a batch did not fit into the memory of one worker, or devices differ: rows of several workers would "
                        "not be those of one. Give a batch_size that fits everywhere, or fewer workers."
                    )
                self._held[slab.start] = slab
                while following in self._held:
                    ready = self._held.pop(following)
                    following = ready.stop
                    yield ready


@dataclass(frozen=True, slots=True)
class Far:
    """Processes that run slabs."""

    count: int
    """None where 0."""
    model: Any
    """What they open."""
    opening: Mapping[str, Any]
    """How."""

    def slabs(
        self, examples: Examples, path: Any, *, options: Mapping[str, Any], start: int, layout: Layout | None
    ) -> FarSlabs:
        """Return the slabs from an example on."""
        told = None if layout is None else asdict(layout)
        place = str(path)
        share = Share(self.model, self.opening, examples, options, place, worker=0, of=1, start=start, layout=told)
        return FarSlabs(share, self.count)


def extracting_workers(scheduler: Any, model: Any, path: Path) -> int:
    """Return how many processes `extract` was asked for; 0 for none.

    Raises
    ------
    InputError
        The scheduler is none that extracts, or the model has no name by which another process could open it.
    """
    if scheduler is None:
        return 0
    match = PROCESSES.fullmatch(scheduler) if isinstance(scheduler, str) else None
    if match is None:
        raise InputError(f"scheduler of extract must be None or 'processes:N'. Got {scheduler!r}.")
    if not isinstance(model, str):
        raise InputError(
            "model of extract must be a name that every process can open (a hub id, a folder, 'module:function') where "
            f"scheduler={scheduler!r}. Got {type(model).__name__}."
        )
    if is_far(path) and str(path).startswith("memory:"):
        raise InputError(f"to of extract must lie where other processes see it. Got {path}.")
    return int(match[1])
