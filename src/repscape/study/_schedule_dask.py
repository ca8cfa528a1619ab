"""Units on the workers of a dask scheduler, wherever those are: a task is one call there, one at a time on each worker.

Dask brings tasks to workers that live and starts those of a lost worker again; what is asked, in which order and what is kept
stays here. Tasks travel as `_far.py` packs them, so that a measure is found by its module there as in any other process.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, KilledWorker

from ..errors import InputError, RepscapeError, SchedulerError, UnitError
from ..machine import Shelf, Traffic, packed
from ._far import TRIES, FarTask, check_travels
from ._far_dask import about, answered, sees
from ._runner import LISTEN, Runner, Width
from ._unit import Call, Task, UnitResult

CONNECT = 10.0  # seconds that a scheduler has to answer
COME = 60.0  # and its workers to come
LEAVE = 2.0  # seconds
AHEAD = 2  # tasks for each worker that are on their way or at work
LARGE = "distributed.admin.large-graph-warning-threshold"  # a task carries what it needs, and is sent once


@dataclass(slots=True)
class Dask:
    """Units on the workers of a dask scheduler."""

    address: str
    given: Any = None
    """A client that is the caller's own, and stays open."""
    _client: Any = None
    _threads: Mapping[str, int] | None = None

    @classmethod
    def of(cls, asked: Any) -> Dask:
        """Take an address, or a client."""
        if isinstance(asked, str):
            return cls(asked)
        if not isinstance(asked, Client) or asked.asynchronous:
            raise InputError(
                f"scheduler of run must be a distributed.Client that is not asynchronous. Got {type(asked).__name__}."
            )
        return cls(str(asked.scheduler.address) if asked.scheduler else "", asked)

    @contextmanager
    def opened(self, memory: int) -> Iterator[Runner]:
        """Connect, and look who is there."""
        client = self.given if self.given is not None else self._connected()
        traffic, log = Traffic(), logging.getLogger("repscape")
        try:
            found = self._asked(client)
            self._client, self._threads = client, {name: held["threads"] for name, held in found.items()}
            for name, held in found.items():
                log.info("dask worker %s: %d threads, %s", name, held["threads"], _bounded(held["memory"]))
            yield Cluster(client, len(found), traffic)
        finally:
            self._client = self._threads = None
            if client is not self.given:
                _close(client)
        log.info("dask workers at %s: %s", self.address, traffic)

    def _connected(self) -> Any:
        connect: Any = Client
        try:
            return connect(self.address, timeout=CONNECT, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise SchedulerError(
                f"there is no dask scheduler at {self.address}: {error}. Start one (dask scheduler) and workers that have "
                "repscape installed (dask worker ADDRESS --nthreads 1), or leave scheduler out."
            ) from error

    def _asked(self, client: Any) -> Mapping[str, Mapping[str, Any]]:
        """Return what workers say of themselves; refuse those whose answers could differ."""
        try:
            client.wait_for_workers(1, timeout=COME)  # they may still be on their way
        except TimeoutError as error:
            raise SchedulerError(
                f"the dask scheduler at {self.address} has no workers. Start some: dask worker ADDRESS."
            ) from error
        with lost_said(self.address):
            found: Mapping[str, Mapping[str, Any]] = client.run(about, on_error="return")
        here = about()["versions"]
        for name, held in found.items():
            if isinstance(held, BaseException):
                raise InputError(f"the dask worker {name} has no repscape that answers: {type(held).__name__}: {held}")
            if other := {key: value for key, value in held["versions"].items() if value != here[key]}:
                said = ", ".join(f"{key} {value} (here {here[key]})" for key, value in other.items())
                raise InputError(
                    f"the dask worker {name} has {said}: its results could differ in their last bits. Install the same there."
                )
        return found

    def width(self, threads: int) -> Width:
        """One task on each worker, which may use its threads for a graph."""
        held = list((self._threads or {"": 1}).values())
        return Width(len(held), len(held), max(1, min(held)), own_memory=True)

    def check(self, calls: Iterable[Call]) -> None:
        """Refuse what has no name in another process."""
        check_travels(calls, self.address)


def _close(client: Any) -> None:
    """Close a client, whose scheduler may be gone; what it then logs was said already."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        client.close(timeout=LEAVE)
    except TimeoutError:
        logging.getLogger("repscape").info("the dask scheduler did not answer at the end")
    finally:
        log.setLevel(before)


def _bounded(memory: int) -> str:
    return f"{memory / 2**30:.1f} GiB at most" if memory else "no limit of memory"


@contextmanager
def lost_said(address: str) -> Iterator[None]:
    """Turn what dask says of a lost connection into one sentence."""
    try:
        yield
    except RepscapeError:
        raise
    except (OSError, TimeoutError, RuntimeError) as error:
        raise _lost(address, str(error)) from error


def _lost(address: str, why: str) -> SchedulerError:
    said = f" ({why})" if why else ""
    return SchedulerError(
        f"the dask scheduler at {address} was lost{said}. What was finished is kept in the study folder, where there is one: "
        "the same command goes on from there."
    )


@dataclass(slots=True)
class Cluster:
    """Workers that wait for tasks."""

    client: Any
    workers: int
    traffic: Traffic

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield results as tasks are finished; those of a task together."""
        self._check_folder(tasks)
        waiting = deque(FarTask(task) for task in tasks)
        heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        out: dict[Any, FarTask] = {}
        began, busy = time.perf_counter(), self.traffic.busy
        try:
            while waiting or out:
                while waiting and len(out) < min(AHEAD * self.workers, max(1, AHEAD * workers)):
                    self._submit(waiting.popleft(), out, heard)
                try:
                    future = heard.get(timeout=LISTEN)
                except queue.Empty:
                    continue
                yield from self._answer(future, out, waiting)
        finally:
            for future in out:
                future.cancel()
            self.traffic.held += max(self.traffic.busy - busy, (time.perf_counter() - began) * self.workers)

    def _check_folder(self, tasks: Sequence[Task]) -> None:
        """Refuse a folder that workers do not see: they would write graphs to disks of their own."""
        folder = next((task.limits.graphs for task in tasks if task.limits.graphs is not None), None)
        if folder is None:
            return
        with lost_said(self._address):
            blind = [name for name, there in self.client.run(sees, str(folder.parent)).items() if not there]
        if blind:
            some = f"{', '.join(blind[:3])}{' and others' if len(blind) > 3 else ''}"
            raise InputError(
                f"folder of run must lie where every dask worker sees it: {folder.parent} is not there for {some}. "
                "Choose a folder on a shared file system."
            )

    @property
    def _address(self) -> str:
        return str(self.client.scheduler.address) if self.client.scheduler else "its address"

    def _submit(self, job: FarTask, out: dict[Any, FarTask], heard: queue.SimpleQueue[Any]) -> None:
        left = job.call()
        if left is None:
            return
        content = packed(left, Shelf())
        with lost_said(self._address), dask.config.set({LARGE: "1TiB"}):
            future = self.client.submit(answered, content, os.getpid(), pure=False)
        self.traffic.jobs += 1
        self.traffic.sent += len(content)
        out[future] = job
        future.add_done_callback(heard.put)

    def _answer(self, future: Any, out: dict[Any, FarTask], waiting: deque[FarTask]) -> Iterator[UnitResult]:
        job = out.pop(future)
        status = future.status
        if status == "finished":
            with lost_said(self._address):
                content = future.result()
            results, logged, seconds = pickle.loads(content)  # noqa: S301  # of workers that run what this process sends
            self.traffic.returned += len(content)
            self.traffic.busy += seconds
            for name, level, message in logged:
                logging.getLogger(name).log(level, message)
            yield from map(job.take, results)
        elif status == "error":
            error = future.exception()
            if not isinstance(error, KilledWorker):
                raise (
                    error
                    if isinstance(error, RepscapeError)
                    else UnitError(f"a dask worker could not do its task: {type(error).__name__}: {error}")
                )
            self.traffic.lost += 1
            for _ in range(TRIES):  # dask has tried other workers already
                yield from job.lost("killed, as dask says")
            waiting.appendleft(job)
        else:
            raise _lost(self._address, "")
