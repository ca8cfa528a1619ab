"""Where units run: on threads, or in other processes. It decides nothing else; what comes out is the same."""

from __future__ import annotations

import queue
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any, Protocol, TextIO

from ..errors import InputError, RepscapeWarning
from ..machine import single_threaded_products
from ._compute import compute
from ._unit import Task, UnitResult

LISTEN = 0.1  # seconds between looks at Ctrl-C
PROCESSES = re.compile("processes:([1-9][0-9]{0,3})")


class Scheduler(Protocol):
    """Whatever runs tasks."""

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield results as they are finished; `workers` is what memory and threads allow on this machine."""


def scheduler_of(asked: Any) -> Scheduler:
    """Return what `run` was asked for."""
    if asked is None:
        return Threads()
    match = PROCESSES.fullmatch(asked) if isinstance(asked, str) else None
    if match is None:
        raise InputError(f"scheduler of run must be None (threads) or 'processes:N'. Got {asked!r}.")
    return Processes(int(match[1]))


@dataclass(frozen=True, slots=True)
class Threads:
    """Units on threads of this process."""

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield results as they are finished; the first error that is nobody's result, or Ctrl-C, stops the rest."""
        # Held here as well as inside each task: OpenBLAS heeds a limit only if the process's first thread sets it.
        with heard() as ears, single_threaded_products():
            if workers == 1 or len(tasks) < 2:
                for task in tasks:
                    yield from ears.listening(compute(task))
                return
            yield from _together(tasks, min(workers, len(tasks)), ears)


def _together(tasks: Sequence[Task], workers: int, ears: Ears) -> Iterator[UnitResult]:
    left: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        left.put(task)
    done: queue.SimpleQueue[UnitResult | BaseException | None] = queue.SimpleQueue()
    over = threading.Event()

    def work() -> None:
        try:
            while not over.is_set():
                for result in ears.listening(compute(left.get_nowait())):
                    done.put(result)
                    if over.is_set():
                        break
        except queue.Empty:
            done.put(None)
        except BaseException as error:  # raised where the results are taken
            done.put(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        busy = workers
        while busy:
            try:
                found = done.get(timeout=LISTEN)
            except queue.Empty:
                continue
            if found is None:
                busy -= 1
            elif isinstance(found, BaseException):
                raise found
            else:
                yield found
    finally:
        over.set()
        for thread in threads:
            thread.join()


@dataclass(frozen=True, slots=True)
class Processes:
    """Units in fresh processes of this machine."""

    count: int

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield the results of each task when it is finished."""
        with ProcessPoolExecutor(min(self.count, max(1, len(tasks))), mp_context=get_context("spawn")) as pool:
            futures = [pool.submit(computed, task) for task in tasks]
            try:
                for future in as_completed(futures):
                    yield from future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def computed(task: Task) -> list[UnitResult]:
    """Compute a whole task; what other machines call."""
    with heard() as ears:
        return [replace(result, cause=_portable(result.cause)) for result in ears.listening(compute(task))]


def _portable(cause: BaseException | None) -> BaseException | None:
    """Return an error without what it holds of the process it was raised in."""
    return None if cause is None else cause.with_traceback(None)


class Ears:
    """Our own warnings, by the thread that gave them; all others are let through when the work is over."""

    def __init__(self) -> None:
        self._said: dict[int, list[str]] = {}
        self.others: list[warnings.WarningMessage] = []

    def hear(  # house: as the standard library calls it
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Take the place of `warnings.showwarning`."""
        if issubclass(category, RepscapeWarning):
            self._said.setdefault(threading.get_ident(), []).append(str(message))
        else:
            self.others.append(warnings.WarningMessage(message, category, filename, lineno))

    def listening(self, results: Iterator[UnitResult]) -> Iterator[UnitResult]:
        """Yield the results, each with what was warned of while it was made."""
        me = threading.get_ident()
        self._said.pop(me, None)
        for result in results:
            yield replace(result, warnings=(*result.warnings, *dict.fromkeys(self._said.pop(me, []))))


@contextmanager
def heard() -> Iterator[Ears]:
    """Hear every warning that is given meanwhile, from every thread."""
    ears = Ears()
    with warnings.catch_warnings():
        warnings.simplefilter("always", RepscapeWarning)
        warnings.showwarning = ears.hear
        yield ears
    for warning in ears.others:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
