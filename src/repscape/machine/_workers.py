"""Processes of this machine that work for this one: started fresh, never forked, and without running the script again.

Each is `python -m repscape._worker` with this process's search path, so that modules are found under the same names. It
hears of nothing but its pipe (`_frames.py`). A worker that is lost costs what it had in hand: its job says what is left.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..errors import RepscapeError, UnitError
from ._frames import Said, Shelf, packed, read_frame, write_frame
from ._memory import LIMIT

LISTEN = 0.1  # seconds between looks at Ctrl-C
PATIENCE = 5.0  # seconds that a worker has to go


class Job(Protocol):
    """What a worker is given, and what is left of it when the worker is lost."""

    def call(self) -> Any:
        """Return what is left to do: (a function that yields the parts of an answer, what it takes); None where nothing is."""

    def take(self, part: Any) -> Any:
        """Note a part of the answer, and return it as it is to be handed on."""

    def lost(self, why: str) -> Iterable[Any]:
        """Hear that a worker was lost; return parts that stand for what is given up."""


@dataclass(slots=True)
class Traffic:
    """What it cost to share work out."""

    jobs: int = 0
    sent: int = 0
    """Bytes."""
    shelved: int = 0
    """Bytes of arrays that workers map."""
    returned: int = 0
    """Bytes."""
    busy: float = 0.0
    """Seconds in which workers computed."""
    held: float = 0.0
    """Seconds for which they were kept, summed over workers."""
    lost: int = 0
    """Workers that went."""

    def __str__(self) -> str:
        idle = 0.0 if self.held <= 0 else max(0.0, 1 - self.busy / self.held)
        gone = f", {self.lost} lost" if self.lost else ""
        moved = f"{self.sent / 2**20:.1f} MiB sent, {self.shelved / 2**20:.1f} shared, {self.returned / 2**20:.1f} back"
        return f"{self.jobs} tasks, {moved}, workers idle {idle:.0%} of {self.held:.1f} s{gone}"


class _Worker:
    """One process, and the thread that listens to it."""

    def __init__(self, heard: queue.SimpleQueue[tuple[_Worker, Any]], memory: int) -> None:
        self.job: Job | None = None
        self.ready = False
        self.began = time.perf_counter()
        path = [str(Path(__file__).parents[2]), *(entry or os.getcwd() for entry in sys.path)]
        own = {"PYTHONPATH": os.pathsep.join(dict.fromkeys(path)), "PYTHONSAFEPATH": "1", LIMIT: str(memory)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "repscape._worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **own},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        threading.Thread(target=self._listen, args=(heard,), daemon=True).start()

    def _listen(self, heard: queue.SimpleQueue[tuple[_Worker, Any]]) -> None:
        pipe: Any = self.process.stdout
        while (content := read_frame(pipe)) is not None:
            heard.put((self, content))
        pipe.close()
        self.process.wait()
        heard.put((self, None))

    def send(self, content: bytes) -> None:
        with suppress(OSError):  # one that has gone is heard of where answers are
            write_frame(self.process.stdin, content)  # type: ignore[arg-type]

    def leave(self) -> None:
        """Let it go: it ends where nobody can ask any more."""
        with suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]

    def close(self) -> None:
        """See it end."""
        self.leave()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def end(self) -> str:
        """How it went, in words."""
        code = self.process.returncode
        if code is not None and code < 0:
            with suppress(ValueError):
                return f"ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"


@dataclass(slots=True)
class Workers:
    """A number of processes, started when they are first needed."""

    count: int
    memory: int
    """Bytes that each may take."""
    shelf: Shelf = field(default_factory=Shelf.new)
    traffic: Traffic = field(default_factory=Traffic)
    _heard: queue.SimpleQueue[tuple[_Worker, Any]] = field(default_factory=queue.SimpleQueue)
    _alive: list[_Worker] = field(default_factory=list)

    def run(self, jobs: Sequence[Job], *, at_once: int) -> Iterator[Any]:
        """Yield parts of answers as they come; at most so many jobs at one time.

        Raises
        ------
        UnitError
            If workers cannot be started.
        Exception
            What a job raised that is nobody's answer.
        """
        waiting = deque(jobs)
        while waiting or any(worker.job for worker in self._alive):
            self._hand_out(waiting, min(self.count, at_once))
            try:
                worker, content = self._heard.get(timeout=LISTEN)
            except queue.Empty:
                continue
            yield from self._lose(worker, waiting) if content is None else self._answer(worker, content)

    def _hand_out(self, waiting: deque[Job], at_once: int) -> None:
        while waiting and sum(worker.job is not None for worker in self._alive) < at_once:
            job = waiting.popleft()
            if (left := job.call()) is None:
                continue
            content = packed(left, self.shelf)
            idle = next((worker for worker in self._alive if worker.job is None), None)
            if idle is None:
                idle = _Worker(self._heard, self.memory)
                self._alive.append(idle)
            idle.job = job
            self.traffic.jobs += 1
            self.traffic.sent += len(content)
            self.traffic.shelved = self.shelf.bytes
            idle.send(content)

    def _answer(self, worker: _Worker, content: bytes) -> Iterator[Any]:
        self.traffic.returned += len(content)
        said: Said = pickle.loads(content)  # noqa: S301  # of a process that was started here, through its own pipe
        if said.kind == "ready":
            worker.ready = True
        elif said.kind == "part" and worker.job is not None:
            yield worker.job.take(said.value)
        elif said.kind == "warning":
            message, category, file, line = said.value
            warnings.warn_explicit(message, category, file, line)
        elif said.kind == "log":
            name, level, message = said.value
            logging.getLogger(name).log(level, message)
        elif said.kind == "error":
            if isinstance(said.value, RepscapeError):
                raise said.value
            raise UnitError(f"a worker could not do its task: {type(said.value).__name__}: {said.value}")
        elif said.kind == "end":
            worker.job = None
            self.traffic.busy += said.value

    def _lose(self, worker: _Worker, waiting: deque[Job]) -> Iterator[Any]:
        self._alive.remove(worker)
        self._count(worker)
        worker.close()
        if not worker.ready:
            raise UnitError(
                f"a worker could not be started ({sys.executable} -m repscape._worker {worker.end}); what it said is on "
                "standard error."
            )
        self.traffic.lost += 1
        if worker.job is not None:
            waiting.appendleft(worker.job)
            yield from worker.job.lost(worker.end)

    def _count(self, worker: _Worker) -> None:
        self.traffic.held += time.perf_counter() - worker.began

    def close(self) -> None:
        """End the processes."""
        for worker in self._alive:
            self._count(worker)
            worker.leave()
        for worker in self._alive:
            worker.close()
        self._alive.clear()
        self.shelf.close()


@contextmanager
def workers(count: int, *, memory: int) -> Iterator[Workers]:
    """Yield so many workers that share `memory` bytes; they end with the block."""
    found = Workers(count, max(1, memory // count))
    try:
        yield found
    finally:
        found.close()
