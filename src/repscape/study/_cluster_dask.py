"""Jobs on the workers of a dask scheduler, wherever those are: a job is one call there, one at a time on each worker.

Dask brings jobs to workers that live and starts those of a lost worker again; what is asked, in which order and what is kept
stays here.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import dask
from distributed import Client, KilledWorker

from ..errors import InputError, RepscapeError, SchedulerError, UnitError
from ..machine import Shelf, Traffic, packed
from ._far_dask import about, answered, sees
from ._runner import LISTEN

CONNECT = 10.0  # seconds that a scheduler has to answer
COME = 60.0  # and its workers to come
LEAVE = 2.0  # seconds
AHEAD = 2  # jobs for each worker that are on their way or at work
LARGE = "distributed.admin.large-graph-warning-threshold"  # a job carries what it needs, and is sent once


class Job(Protocol):
    """What a worker is given, and what is left of it when workers are lost."""

    alone: bool
    """Whether nothing may be on the workers beside it."""

    def call(self) -> Any:
        """Return what is left to do: (a function that yields the parts of an answer, what it takes); None where nothing is."""

    def take(self, part: Any) -> Any:
        """Note a part of the answer, and return it as it is to be handed on."""

    def killed(self, why: str) -> Iterable[Any]:
        """Hear that several workers were lost while it was there; return parts that stand for what is given up."""


@dataclass(slots=True)
class Door:
    """Where a scheduler is."""

    address: str
    given: Any = None
    """A client that is the caller's own, and stays open."""

    @classmethod
    def of(cls, asked: Any, function: str) -> Door:
        """Take an address, or a client."""
        if isinstance(asked, str):
            return cls(asked)
        if not isinstance(asked, Client) or asked.asynchronous:
            raise InputError(
                f"scheduler of {function} must be a distributed.Client that is not asynchronous. Got {type(asked).__name__}."
            )
        return cls(str(asked.scheduler.address) if asked.scheduler else "", asked)

    @contextmanager
    def opened(self, *, also: Sequence[str] = ()) -> Iterator[Cluster]:
        """Connect, and look who is there; `also` are packages whose versions must be those of this process, too."""
        client = self.given if self.given is not None else self._connected()
        traffic, log = Traffic(), logging.getLogger("repscape")
        found = None
        try:
            workers = self._asked(client, also)
            for name, held in workers.items():
                log.info("dask worker %s: %d threads, %s", name, held["threads"], _bounded(held["memory"]))
            found = Cluster(client, {name: held["threads"] for name, held in workers.items()}, traffic)
            yield found
        finally:
            if found is not None:
                found.shelf.close()
            if client is not self.given:
                _close(client)
        log.info("dask workers at %s: %s", self.address, traffic, extra={"traffic": traffic})

    def _connected(self) -> Any:
        connect: Any = Client
        try:
            return connect(self.address, timeout=CONNECT, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise SchedulerError(
                f"there is no dask scheduler at {self.address}: {error}. Start one (dask scheduler) and workers that have "
                "repscape installed (dask worker ADDRESS --nthreads 1), or leave scheduler out."
            ) from error

    def _asked(self, client: Any, also: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return what workers say of themselves; refuse those whose answers could differ."""
        try:
            client.wait_for_workers(1, timeout=COME)  # they may still be on their way
        except TimeoutError as error:
            raise SchedulerError(
                f"the dask scheduler at {self.address} has no workers. Start some: dask worker ADDRESS."
            ) from error
        with lost_said(self.address):
            found: Mapping[str, Mapping[str, Any]] = client.run(about, also, on_error="return")
        here = about(also)["versions"]
        for name, held in found.items():
            if isinstance(held, BaseException):
                raise InputError(f"the dask worker {name} has no repscape that answers: {type(held).__name__}: {held}")
            if other := {key: value for key, value in held["versions"].items() if value != here[key]}:
                said = ", ".join(f"{key} {value} (here {here[key]})" for key, value in other.items())
                raise InputError(
                    f"the dask worker {name} has {said}: its results could differ in their last bits. Install the same there."
                )
        return found


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
        f"the dask scheduler at {address} was lost{said}. What was finished is kept in the study folder or the store, where "
        "there is one: the same command goes on from there."
    )


def _alone(out: Mapping[Any, Job]) -> bool:
    return any(job.alone for job in out.values())


@dataclass(slots=True)
class Cluster:
    """Workers that wait for jobs."""

    client: Any
    threads: Mapping[str, int]
    """Of each worker."""
    traffic: Traffic
    shelf: Shelf = field(default_factory=Shelf)
    """Where large arrays are put that workers map; they travel with their jobs where it has no folder."""
    shared: Any = None
    """A future of what every job takes, beside its own."""
    _shared: bytes = b""

    @property
    def workers(self) -> int:
        """How many there are."""
        return len(self.threads)

    @property
    def address(self) -> str:
        """Where the scheduler is."""
        return str(self.client.scheduler.address) if self.client.scheduler else "its address"

    def share(self, content: bytes) -> None:
        """Send every worker what all jobs take, once."""
        self._shared = content
        with lost_said(self.address):
            self.shared = self.client.scatter(content, broadcast=True, hash=False)
        self.traffic.sent += len(content) * self.workers

    def work(self, waiting: deque[Job], *, ahead: int = AHEAD, at_once: int | None = None) -> Iterator[Any]:
        """Yield parts of answers, those of a job together; jobs may be added meanwhile, and what is left of one comes again."""
        most = min(ahead * self.workers, max(1, ahead * (at_once or self.workers)))
        heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        out: dict[Any, Job] = {}
        began, busy = time.perf_counter(), self.traffic.busy
        try:
            while waiting or out:
                while waiting and len(out) < most and not (out and (waiting[0].alone or _alone(out))):
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

    def blind(self, folder: str) -> str:
        """Return which workers do not see a folder, in words; "" where all do."""
        with lost_said(self.address):
            found = [name for name, there in self.client.run(sees, folder).items() if not there]
        return f"{', '.join(found[:3])}{' and others' if len(found) > 3 else ''}"

    def _submit(self, job: Job, out: dict[Any, Job], heard: queue.SimpleQueue[Any]) -> None:
        left = job.call()
        if left is None:
            return
        content = packed(left, self.shelf)
        more = () if self.shared is None else (self.shared,)
        with lost_said(self.address), dask.config.set({LARGE: "1TiB"}):
            future = self.client.submit(answered, content, os.getpid(), *more, pure=False)
        self.traffic.jobs += 1
        self.traffic.sent += len(content)
        self.traffic.shelved = self.shelf.bytes
        out[future] = job
        future.add_done_callback(heard.put)

    def _answer(self, future: Any, out: dict[Any, Job], waiting: deque[Job]) -> Iterator[Any]:
        job = out.pop(future)
        status = future.status
        if status == "finished":
            with lost_said(self.address):
                content = future.result()
            for part in self._read(content):
                yield job.take(part)
        elif status == "error":
            error = future.exception()
            if not isinstance(error, KilledWorker):
                raise (
                    error
                    if isinstance(error, RepscapeError)
                    else UnitError(f"a dask worker could not do its task: {type(error).__name__}: {error}")
                )
            # Dask gives up what was on several workers when they went, be it only in wait: whose doing it was, it does not say.
            self.traffic.lost += 1
            yield from job.killed("killed, as dask says")
            waiting.append(job)
            return
        elif self.shared is not None and self.client.status == "running":  # all that had what is shared are gone
            self.share(self._shared)
        else:
            raise _lost(self.address, "")
        waiting.appendleft(job)  # with what is left of it, if anything

    def _read(self, content: bytes) -> list[Any]:
        """Unpack an answer, and pass on what was said meanwhile."""
        parts, told, seconds = pickle.loads(content)  # noqa: S301  # of workers that run what this process sends
        self.traffic.returned += len(content)
        self.traffic.busy += seconds
        for name, level, message in told["logged"]:
            logging.getLogger(name).log(level, message)
        for message, category, file, line in told["warned"]:
            warnings.warn_explicit(message, category, file, line)
        found: list[Any] = parts
        return found
