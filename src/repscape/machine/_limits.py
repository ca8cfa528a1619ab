"""How many threads the libraries below us use: BLAS, OpenMP and torch.

Their settings are of the whole process, so one place owns them. Threads of our own each want single-threaded products: a
library that took all cores for each of them would only make them wait for one another, and sums that are shared out
otherwise end in other bits.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController, threadpool_limits


class _SingleThreadedProducts:
    """Keeps BLAS, and torch where it is used, at one thread while anyone here is at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._libraries, self._modules = ThreadpoolController(), len(sys.modules)
        self._limits: Any = None
        self._torch_threads: int | None = None

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
                    self._give_back()

    def torch_in_this_thread(self) -> None:
        import torch

        with self._lock:
            if self._torch_threads is None:
                self._torch_threads = torch.get_num_threads()
            torch.set_num_threads(1)

    def _give_back(self) -> None:
        self._limits.restore_original_limits()
        if self._torch_threads is not None:
            sys.modules["torch"].set_num_threads(self._torch_threads)
            self._torch_threads = None


@functools.cache
def _products() -> _SingleThreadedProducts:
    return _SingleThreadedProducts()


def single_threaded_products() -> AbstractContextManager[None]:
    """Hold the BLAS of this process at one thread; as it was found once the last who asked for it is done."""
    return _products().held()


def single_torch_thread() -> None:
    """Hold torch at one thread in the calling thread, as OpenMP keeps this number for each thread apart.

    Called inside :func:`single_threaded_products`, at whose end torch gets back what it had.
    """
    _products().torch_in_this_thread()


@contextmanager
def single_threaded_torch() -> Iterator[None]:
    """Hold torch at one thread: small products lose more by sharing than they gain, and their bits depend on the cores."""
    with single_threaded_products():
        single_torch_thread()
        yield


@contextmanager
def library_threads(threads: int | None, *, kind: str | None = None) -> Iterator[None]:
    """Hold libraries at so many threads (None: leave them), those of one kind ("blas" or "openmp") or all."""
    with threadpool_limits(threads, user_api=kind):
        yield
