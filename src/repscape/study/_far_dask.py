"""What a dask worker is asked to do: nothing here needs dask but to ask which worker this is."""

from __future__ import annotations

import functools
import logging
import os
import pickle
import sys
import threading
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..machine import LIMIT, unpacked

SAME = ("repscape", "numpy", "scipy", "numba", "scikit-learn")


def about(dask_worker: Any = None) -> dict[str, Any]:
    """Return what decides on results and on their speed; dask hands in the worker by this name."""
    versions = {"python": ".".join(map(str, sys.version_info[:2])), **{name: version(name) for name in SAME}}
    if dask_worker is None:
        return {"versions": versions, "threads": 1, "memory": 0}
    return {"versions": versions, "threads": dask_worker.state.nthreads, "memory": _limit(dask_worker)}


def sees(folder: str) -> bool:
    """Whether a folder is there."""
    return Path(folder).is_dir()


def answered(content: bytes, asked_by: int) -> bytes:
    """Do a task; return its results, what was logged, and the seconds it took."""
    from distributed import get_worker

    with _alone():
        began = time.perf_counter()
        limit = _limit(get_worker())
        if limit and os.getpid() != asked_by:  # a worker inside the asking process shares its memory
            os.environ.setdefault(LIMIT, str(limit))
        ears = _Logged()
        logger = logging.getLogger("repscape")
        logger.addHandler(ears)
        try:
            function, task = unpacked(content)
            if limit:  # half of it for points, half for what is made of them
                task = replace(task, limits=replace(task.limits, memory=limit // 2))
            found = list(function(task))
        finally:
            logger.removeHandler(ears)
        logged = ears.held if os.getpid() != asked_by else []
        return pickle.dumps((found, logged, time.perf_counter() - began), protocol=pickle.HIGHEST_PROTOCOL)


@functools.cache
def _alone() -> threading.Lock:
    """One task at a time in a process: warnings are heard for all of it, and a graph may use all its threads."""
    return threading.Lock()


def _limit(worker: Any) -> int:
    """Return how many bytes a worker may take; 0 where it has no limit."""
    return int(getattr(worker.memory_manager, "memory_limit", None) or 0)


class _Logged(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.held.append((record.name, record.levelno, record.getMessage()))
