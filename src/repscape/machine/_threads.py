"""One Python thread per core, each with single-threaded products: bounded by an argument and by the environment."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from threadpoolctl import ThreadpoolController

from .. import _check
from .._types import Progress

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
LISTEN = 0.1  # seconds between looks at the progress, and at Ctrl-C


def thread_count(threads: int | None, function: str) -> int:
    """Return how many threads to use: the argument, or the cores this process may use, bounded by the environment."""
    if threads is not None:
        return _check.integer(threads, "threads", function, low=1)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = [int(os.environ[name]) for name in LIMITS if os.environ.get(name, "").isdigit()]
    return max(1, min([cores, *(limit for limit in asked if limit > 0)]))


class Stopped(Exception):
    """Work was stopped by another thread."""


class _SingleThreadedProducts:
    """Keeps the BLAS of this process at one thread while anyone here is at work; its setting is one for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._libraries, self._modules = ThreadpoolController(), len(sys.modules)
        self._limits: Any = None

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._users == 0:
                # A look takes milliseconds: only where an import may have brought another BLAS.
                if len(sys.modules) != self._modules:
                    self._libraries, self._modules = ThreadpoolController(), len(sys.modules)
                self._limits = self._libraries.limit(limits=1, user_api="blas")
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._limits.restore_original_limits()


@functools.cache
def _products() -> _SingleThreadedProducts:
    return _SingleThreadedProducts()


def single_threaded_products() -> AbstractContextManager[None]:
    """Hold the BLAS of this process at one thread."""
    return _products().held()


@dataclass(slots=True)
class Crew:
    """Runs tasks on a bounded number of threads; the first error, or Ctrl-C, stops them all."""

    threads: int
    progress: Progress | None = None
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
        with _products().held():
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
        try:
            for worker in workers:
                worker.start()
            while not shared.finished.wait(LISTEN):
                self._report(shared.done, len(items), what)
        finally:
            self._over.set()
            for worker in workers:
                worker.join()
        if shared.error is not None:
            raise shared.error
        self._over.clear()
        self._report(len(items), len(items), what)

    def _report(self, done: int, total: int, what: str) -> None:
        if self.progress is not None:
            self.progress(done, total, what)


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
