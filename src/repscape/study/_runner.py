"""What runs tasks, wherever that is, and how much it does at one time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ._unit import Task, UnitResult

LISTEN = 0.1  # seconds between looks at Ctrl-C


class Runner(Protocol):
    """Whatever runs tasks while one run lasts."""

    def run(self, tasks: Sequence[Task], *, workers: int) -> Iterator[UnitResult]:
        """Yield results as they are finished; at most `workers` tasks at one time."""


@dataclass(frozen=True, slots=True)
class Width:
    """How much can be done at one time."""

    units: int
    """Tasks of one thread."""
    graphs: int
    """Graphs of many points."""
    threads: int
    """Threads for each such graph."""
    own_memory: bool = False
    """Whether each task has memory of its own, beside that of this machine."""
