"""Processes that tests kill, forked from one that has imported what they need already, so that each starts at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pandas", "torch", "zarr", "repscape.extraction", "repscape.store", "repscape.study"])


def started(work: Callable[..., None], *given: Any) -> tuple[BaseProcess, Connection]:
    """Begin `work(*given, told)` in a process of its own; return the process, and the end from which what it tells is read."""
    here, told = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=work, args=(*given, told))
    process.start()
    told.close()  # so that reading ends where the process ends
    return process, here
