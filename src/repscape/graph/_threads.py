"""One Python thread per core, each with single-threaded products: bounded by an argument and by the environment."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from threadpoolctl import threadpool_limits

from .. import _check
from .._types import Progress

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Stopped(Exception):
    """Work was stopped by another thread."""


def count(threads: int | None, function: str) -> int:
    """Return how many threads to use: the argument, or the cores this process may use, bounded by the environment."""
    if threads is not None:
        return _check.integer(threads, "threads", function, low=1)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = [int(os.environ[name]) for name in LIMITS if os.environ.get(name, "").isdigit()]
    return max(1, min([cores, *(limit for limit in asked if limit > 0)]))


@dataclass(slots=True)
class Crew:
    """Runs tasks on a bounded number of threads; the first error, or Ctrl-C, stops them all."""

    threads: int
    progress: Progress | None = None
    _over: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Called by tasks between short steps: ends the task when another thread has ended the work."""
        if self._over.is_set():
            raise Stopped

    def map(self, task: Callable[[int], None], items: Iterable[int], what: str) -> None:
        """Run task(item) for every item; report progress from the calling thread."""
        todo = list(items)
        if self.threads == 1 or len(todo) == 1:
            with threadpool_limits(1):
                for done, item in enumerate(todo):
                    task(item)
                    self._report(done + 1, len(todo), what)
            return
        with threadpool_limits(1), ThreadPoolExecutor(self.threads) as pool:
            pending = {pool.submit(task, item) for item in todo}
            try:
                while pending:
                    finished, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                    for future in finished:
                        future.result()
                    if finished:
                        self._report(len(todo) - len(pending), len(todo), what)
            except BaseException:
                self._over.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _report(self, done: int, total: int, what: str) -> None:
        if self.progress is not None:
            self.progress(done, total, what)
