"""Units on the workers of a dask scheduler; tasks travel as `_far.py` packs them: measures are found by their modules there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..machine import Shelf
from ._cluster_dask import Cluster, Door
from ._far import FarTask, check_travels
from ._folder import SHELF
from ._runner import Runner, Width
from ._unit import Call, Task, UnitResult


@dataclass(slots=True)
class Dask:
    """Units on the workers of a dask scheduler."""

    door: Door
    _cluster: Cluster | None = None

    @classmethod
    def of(cls, asked: Any) -> Dask:
        """Take an address, or a client."""
        return cls(Door.of(asked, "run"))

    @contextmanager
    def opened(self, memory: int) -> Iterator[Runner]:
        """Connect, and look who is there."""
        with self.door.opened() as self._cluster:
            try:
                yield Units(self._cluster)
            finally:
                self._cluster = None

    def width(self, threads: int) -> Width:
        """One task on each worker, which may use its threads for a graph."""
        held = list(self._cluster.threads.values()) if self._cluster is not None else [1]
        return Width(len(held), len(held), max(1, min(held)), own_memory=True)

    def check(self, calls: Iterable[Call]) -> None:
        """Refuse what has no name in another process."""
        check_travels(calls, self.door.address)


@dataclass(frozen=True, slots=True)
class Units:
    """Runs tasks of a study."""

    cluster: Cluster

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield results as tasks are finished; those of a task together."""
        self._check_folder(tasks)
        yield from self.cluster.work(deque(FarTask(task) for task in tasks), at_once=workers)

    def _check_folder(self, tasks: Sequence[Task]) -> None:
        """Refuse a folder that workers do not see: they would write graphs to disks of their own. Arrays go there, too."""
        folder = next((task.limits.graphs.parent for task in tasks if task.limits.graphs is not None), None)
        if folder is None or self.cluster.shelf.folder is not None:
            return
        if some := self.cluster.blind(str(folder)):
            raise InputError(
                f"folder of run must lie where every dask worker sees it: {folder} is not there for {some}. "
                "Choose a folder on a shared file system."
            )
        self.cluster.shelf = Shelf.inside(folder, SHELF)
