"""What workers of an extraction share: what each is given, the store as it sees it, and the order of slabs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._types import Examples
from ..errors import MemoryBudgetError, StoreError, UnitError
from ..extraction import Rows
from ..store import reopen_store
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


def given_up(start: int, why: str) -> UnitError:
    """Say that workers were lost over a slab."""
    return UnitError(
        f"{TRIES} workers were lost over the examples from {start} on, the last {why}; memory may have run out. What was "
        "extracted is kept."
    )
