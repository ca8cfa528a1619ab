"""What a dask worker is asked to do: nothing here needs dask but to ask which worker this is."""

from __future__ import annotations

import functools
import logging
import os
import pickle
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..machine import LIMIT, unpacked

SAME = ("repscape", "numpy", "scipy", "numba", "scikit-learn")


def about(also: Sequence[str] = (), dask_worker: Any = None) -> dict[str, Any]:
    """Return what decides on results and on their speed; dask hands in the worker by this name."""
    versions = {"python": ".".join(map(str, sys.version_info[:2])), **{name: _version(name) for name in (*SAME, *also)}}
    if dask_worker is None:
        return {"versions": versions, "threads": 1, "memory": 0}
    return {"versions": versions, "threads": dask_worker.state.nthreads, "memory": _limit(dask_worker)}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def sees(folder: str) -> bool:
    """Whether a folder is there."""
    return Path(folder).is_dir()


def answered(content: bytes, asked_by: int, shared: bytes | None = None) -> bytes:
    """Do a job; return its parts, what was logged and warned of meanwhile, and the seconds it took."""
    from distributed import get_worker

    with _alone():
        began = time.perf_counter()
        limit = _limit(get_worker())
        elsewhere = (
            os.getpid() != asked_by
        )  # a worker inside the asking process shares its memory, its log and its warnings
        if limit and elsewhere:
            os.environ.setdefault(LIMIT, str(limit))
        with _told(elsewhere) as told:
            function, item = unpacked(content)
            if limit and hasattr(item, "limits"):  # half of it for points, half for what is made of them
                item = replace(item, limits=replace(item.limits, memory=limit // 2))
            found = list(function(item) if shared is None else function(item, shared))
        return pickle.dumps((found, told, time.perf_counter() - began), protocol=pickle.HIGHEST_PROTOCOL)


@contextmanager
def _told(elsewhere: bool) -> Iterator[dict[str, list[Any]]]:
    """Keep what is logged and warned of, where nobody else would hear it."""
    told: dict[str, list[Any]] = {"logged": [], "warned": []}
    if not elsewhere:
        yield told
        return
    logger, ears = logging.getLogger("repscape"), _Logged(told["logged"])
    logger.addHandler(ears)
    level = logger.level
    logger.setLevel(min(logger.getEffectiveLevel(), logging.INFO))
    try:
        with warnings.catch_warnings(record=True) as heard:
            yield told
        told["warned"] += [(str(one.message), one.category, one.filename, one.lineno) for one in heard]
    finally:
        logger.setLevel(level)
        logger.removeHandler(ears)


@functools.cache
def _alone() -> threading.Lock:
    """One task at a time in a process: warnings are heard for all of it, and a graph may use all its threads."""
    return threading.Lock()


def _limit(worker: Any) -> int:
    """Return how many bytes a worker may take; 0 where it has no limit."""
    return int(getattr(worker.memory_manager, "memory_limit", None) or 0)


class _Logged(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, held: list[Any]) -> None:
        super().__init__()
        self._held = held

    def emit(self, record: logging.LogRecord) -> None:
        self._held.append((record.name, record.levelno, record.getMessage()))
