"""Where units run: on threads, or in other processes. It decides nothing else; what comes out is the same."""

from __future__ import annotations

import importlib.util
import logging
import queue
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import InputError, needs_extra
from ..machine import Workers, single_threaded_products, workers
from ._compute import compute
from ._ears import Ears, heard
from ._far import FarTask, check_travels
from ._runner import LISTEN, Runner, Width
from ._unit import Call, Task, UnitResult

PROCESSES = re.compile("processes:([1-9][0-9]{0,3})")
ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss|inproc)://\S+")


class Scheduler(Protocol):
    """Where units run."""

    def opened(self, memory: int) -> AbstractContextManager[Runner]:
        """Make ready what runs tasks within so many bytes of this machine; given back with the block."""

    def width(self, threads: int) -> Width:
        """Return how many tasks there may be at one time, where this machine lends so many threads."""

    def check(self, calls: Iterable[Call]) -> None:
        """Refuse measures that cannot be computed there."""


def scheduler_of(asked: Any) -> Scheduler:
    """Return what `run` was asked for."""
    if asked is None:
        return Threads()
    match = PROCESSES.fullmatch(asked) if isinstance(asked, str) else None
    if match is not None:
        return Processes(int(match[1]))
    if names_dask(asked):
        if importlib.util.find_spec("distributed") is None:
            raise needs_extra("a dask scheduler", "distributed", "cluster")
        from ._schedule_dask import Dask

        return Dask.of(asked)
    raise InputError(
        "scheduler of run must be None (threads), 'processes:N', the address of a dask scheduler ('tcp://host:8786') or a "
        f"distributed.Client. Got {asked!r}."
    )


def names_dask(asked: Any) -> bool:
    """Whether this is the address of a dask scheduler, or a client."""
    return (isinstance(asked, str) and ADDRESS.fullmatch(asked) is not None) or type(asked).__module__.startswith(
        "distributed."
    )


@dataclass(frozen=True, slots=True)
class Threads:
    """Units on threads of this process."""

    @contextmanager
    def opened(self, memory: int) -> Iterator[Runner]:
        """Nothing is to be made ready."""
        yield self

    def width(self, threads: int) -> Width:
        """One task on each thread; a graph of many points keeps all of them busy."""
        return Width(threads, 1, threads)

    def check(self, calls: Iterable[Call]) -> None:
        """Anything can be called here."""

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
    """Units in processes of this machine, each `python -m repscape._worker`."""

    count: int

    @contextmanager
    def opened(self, memory: int) -> Iterator[Runner]:
        """Share the memory out; processes start when there is something to do."""
        with workers(self.count, memory=memory) as crew:
            log = logging.getLogger("repscape")
            log.info("%d worker processes of %.1f GiB at most", self.count, crew.memory / 2**30)
            yield Crowd(crew)
        log.info("worker processes: %s", crew.traffic, extra={"traffic": crew.traffic})

    def width(self, threads: int) -> Width:
        """One task in each process; a graph of many points has all threads, whichever process builds it."""
        return Width(self.count, 1, threads)

    def check(self, calls: Iterable[Call]) -> None:
        """Refuse what has no name in another process."""
        check_travels(calls, f"processes:{self.count}")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Processes that wait for tasks."""

    crew: Workers

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield the result of each unit when it is finished."""
        yield from self.crew.run([FarTask(task) for task in tasks], at_once=workers)
