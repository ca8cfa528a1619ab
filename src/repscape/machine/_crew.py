"""The one pool of threads: one Python thread per core, bounded by an argument and by the environment."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from .. import _check  # house: all validation is there, on this level
from .._types import Progress  # house: a type alone, on this level
from ._limits import library_threads, single_threaded_products

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
LISTEN = 0.1  # seconds between looks at the progress, and at Ctrl-C


def thread_count(threads: int | None, function: str) -> int:
    """Return how many threads to use: the argument, or the cores this process may use, bounded by the environment."""
    if threads is not None:
        return _check.integer(threads, "threads", function, low=1)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = [int(os.environ[name]) for name in LIMITS if re.fullmatch("[0-9]{1,9}", os.environ.get(name, ""))]
    return max(1, min([cores, *(limit for limit in asked if limit > 0)]))


class Stopped(Exception):
    """Work was stopped by another thread."""


@dataclass(slots=True)
class Crew:
    """Runs tasks on a bounded number of threads; the first error, or Ctrl-C, stops them all."""

    threads: int
    progress: Progress | None = None
    products: int | None = 1
    """Threads that BLAS may use for each of ours meanwhile; None: as many as it uses now."""
    _over: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Called by long tasks between short steps: ends the task when the work was stopped elsewhere."""
        if self._over.is_set():
            raise Stopped

    def map(
        self,
        task: Callable[[Any, Any], None],
        items: Sequence[Any],
        *,
        what: str,
        workspace: Callable[[], Any] = lambda: None,
    ) -> None:
        """Run task(item, space) for every item, `space` being made once for each thread; progress from this thread."""
        with self._limited():
            if self.threads == 1 or len(items) == 1:
                space = workspace()
                for done, item in enumerate(items):
                    task(item, space)
                    self._report(done + 1, len(items), what)
            elif items:
                self._together(task, items, what, workspace)

    def _together(self, task: Any, items: Sequence[Any], what: str, workspace: Any) -> None:
        shared = _Shared(items, self._over)
        workers = [
            threading.Thread(target=shared.work, args=(task, workspace), daemon=True)
            for _ in range(min(self.threads, len(items)))
        ]
        started: list[threading.Thread] = []
        try:
            for worker in workers:
                try:
                    worker.start()
                except RuntimeError:  # the system gives no more threads: fewer do the work
                    break
                started.append(worker)
            if not started:
                shared.work(task, workspace)
            while not shared.finished.wait(LISTEN):
                self._report(shared.done, len(items), what)
        finally:
            self._over.set()
            for worker in started:
                worker.join()
        if shared.error is not None:
            raise shared.error
        self._over.clear()
        self._report(len(items), len(items), what)

    def _limited(self) -> AbstractContextManager[None]:
        if self.products is None:
            return nullcontext()
        return single_threaded_products() if self.products == 1 else library_threads(self.products, kind="blas")

    def _report(self, done: int, total: int, what: str) -> None:
        if self.progress is not None:
            self.progress(done, total, what)


def in_threads(tasks: Sequence[Callable[[], None]], workers: int) -> None:
    """Run tasks that have no progress of their own; the cores that are too many for them go to their products."""
    alone = workers == 1 or len(tasks) < 2
    crew = Crew(1 if alone else workers, products=None if alone else max(1, workers // len(tasks)))
    crew.map(lambda task, _: task(), tasks, what="tasks")


class _Shared:
    """What the threads of one crew share: the items still to do, and how it went."""

    def __init__(self, items: Sequence[Any], over: threading.Event) -> None:
        self._items = iter(items)
        self._left = len(items)
        self._lock = threading.Lock()
        self.done = 0
        self._over = over
        self.error: BaseException | None = None
        self.finished = threading.Event()

    def work(self, task: Callable[[Any, Any], None], workspace: Callable[[], Any]) -> None:
        try:
            space = workspace()
            while not self._over.is_set():
                with self._lock:
                    item = next(self._items, self)
                if item is self:
                    return
                task(item, space)
                with self._lock:
                    self.done += 1
                    if self.done == self._left:
                        self.finished.set()
        except BaseException as error:
            self.error = self.error or error
            self._over.set()
            self.finished.set()
