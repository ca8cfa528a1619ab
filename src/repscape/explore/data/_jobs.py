"""Work that takes longer than a click: one thing after another in a thread of its own, with progress, and stopped at a word."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import PriorityQueue
from typing import Any, Literal

from ...errors import RepscapeError

Report = Callable[[float, str], None]
"""Called as report(share done, what); raises where the work is to stop."""
LAST = 10**9


class Stopped(Exception):
    """The work is not wanted any more."""


@dataclass(slots=True)
class Job:
    """One piece of work."""

    number: int
    """What it is asked for by."""
    name: str
    """What tells it from other work: asked for twice, it is done once."""
    what: str
    """What is being done, in words."""
    state: Literal["waiting", "working", "done", "failed", "stopped"] = "waiting"
    share: float = 0.0
    """How much is done, in [0, 1]."""
    why: str = ""
    """Why it failed, in words."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: getattr(self, name) for name in ("number", "name", "what", "state", "share", "why")}


class Jobs:
    """A queue and the thread that works on it; the thread begins with the first piece of work and ends with the process."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._queue: PriorityQueue[tuple[int, int, Job | None, Callable[[Report], None]]] = PriorityQueue()
        self._known: dict[str, Job] = {}
        self._unwanted: set[int] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, name: str, what: str, work: Callable[[Report], None], *, first: int = 1) -> Job:
        """Ask for work, unless the same is waiting or being done; small `first` goes before large."""
        with self._lock:
            held = self._known.get(name)
            if held is not None and held.state in ("waiting", "working"):
                return held
            job = Job(next(self._numbers), name, what)
            self._known[name] = job
            self._queue.put((first, job.number, job, work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="repscape-explorer", daemon=True)
                self._thread.start()
        return job

    def stop(self, number: int) -> None:
        """Let work stop at its next step."""
        self._unwanted.add(number)

    def close(self) -> None:
        """Stop what is being done, and end the thread."""
        for job in list(self._known.values()):
            self._unwanted.add(job.number)
        if self._thread is not None:
            self._queue.put((LAST, LAST, None, lambda report: None))
            self._thread.join(timeout=10)

    def wait(self) -> None:
        """Wait until all work is done."""
        self._queue.join()

    def list(self) -> list[Job]:
        """Return what was asked for, the newest last."""
        with self._lock:
            return sorted(self._known.values(), key=lambda job: job.number)

    def _work(self) -> None:
        while True:
            *_, job, work = self._queue.get()
            if job is not None:
                self._one(job, work)
            self._queue.task_done()
            if job is None:
                return

    def _one(self, job: Job, work: Callable[[Report], None]) -> None:
        def report(share: float, what: str = "") -> None:
            if job.number in self._unwanted:
                raise Stopped
            job.share = share
            job.what = what or job.what

        job.state = "working"
        try:
            report(0.0)
            work(report)
            job.state, job.share = "done", 1.0
        except Stopped:
            job.state = "stopped"
        except (RepscapeError, OSError, MemoryError) as error:
            job.state, job.why = "failed", str(error)
        except Exception as error:  # whatever it is: the thread goes on, and the reader is told
            job.state, job.why = "failed", f"{type(error).__name__}: {error}"
