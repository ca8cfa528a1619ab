"""Extraction by several workers, a model in each: the same store as from one, to the bit.

A worker encodes the inputs of all slabs, which is cheap, and runs its own; an input that came before is not run but read back
from the store, once the process that writes it has committed its rows. That process alone writes, in the order of the
examples. Processes of this machine are dealt slabs in turn; workers of dask take the next one that nobody has
(`_extract_dask.py`).
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._types import Examples
from ..errors import InputError, MemoryBudgetError, StoreError, UnitError, needs_extra
from ..extraction import Layout, Rows, open_model
from ..machine import is_far, memory_available, place_of, workers
from ..store import reopen_store
from ._schedule import PROCESSES, names_dask
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
    worker: int = 0
    of: int = 1
    start: int = 0
    """Example to begin with: the first of a slab."""
    layout: Mapping[str, Any] | None = None
    """Of a store that is there."""

    @property
    def by_token(self) -> bool:
        """Whether an example has a row for each of its tokens."""
        return bool(self.options["pool"] == "token")


@dataclass(slots=True)
class Committed(Written):
    """The store as a worker sees it, which does not write it."""

    patience: float = np.inf
    """Seconds for which rows are waited for."""

    def read(self, examples: npt.NDArray[np.int64]) -> Rows:
        """Read the rows of earlier examples, as soon as they are there; a TimeoutError where they do not come."""
        wait_for(self.path, int(examples.max()) + 1, patience=self.patience)
        return Written.read(self, examples)


def wait_for(path: Any, examples: int, *, patience: float = np.inf) -> None:
    """Wait until so many examples are committed; the process that writes ends this one where it stops."""
    until = time.monotonic() + patience
    while committed(path) < examples:
        if time.monotonic() > until:
            raise TimeoutError
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
    earlier = Committed(path, by_token=share.by_token)
    yield from iterate(
        opened, share.examples, start_row=share.start, layout=layout, earlier=earlier, mine=mine, **share.options
    )


@dataclass(slots=True)
class InOrder:
    """Slabs that come in any order, handed on in that of the examples."""

    following: int
    """Example that comes next."""
    layout: Mapping[str, Any] | None
    """What all must have."""
    _held: dict[int, Slab] = field(default_factory=dict)

    def add(self, slab: Slab) -> Iterator[Slab]:
        """Take a slab; yield those that are next."""
        found = asdict(slab.layout)
        self.layout = found if self.layout is None else self.layout
        if found != self.layout:
            raise MemoryBudgetError(
                "a batch did not fit into the memory of one worker, or devices differ: rows of several workers would "
                "not be those of one. Give a batch_size that fits everywhere, or fewer workers."
            )
        self._held[slab.start] = slab
        while self.following in self._held:
            ready = self._held.pop(self.following)
            self.following = ready.stop
            yield ready


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


def given_up(start: int, why: str) -> UnitError:
    """Say that workers were lost over a slab."""
    return UnitError(
        f"{TRIES} workers were lost over the examples from {start} on, the last {why}; memory may have run out. What was "
        "extracted is kept."
    )


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
