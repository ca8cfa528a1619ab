"""What a study may use: threads and bytes, and how they are shared among those who work at one time."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _check  # house: all validation is there, on this level
from ._crew import thread_count
from ._memory import memory_available


@dataclass(frozen=True, slots=True)
class Budget:
    """Threads and bytes."""

    threads: int
    memory: int

    @classmethod
    def of(cls, threads: int | None, memory: int | None, function: str) -> Budget:
        """Take what was asked for, or what the machine has: all cores, half of the free memory."""
        if memory is not None:
            _check.integer(memory, "memory", function, low=1)
        return cls(thread_count(threads, function), memory or memory_available() // 2)

    def workers(self, jobs: int, *, largest: int) -> int:
        """Return how many of so many jobs may run at one time, the largest of which takes that many bytes."""
        return max(1, min(self.threads, jobs, self.memory // max(1, largest)))

    def each(self, workers: int) -> int:
        """Return the threads that one of several workers may use."""
        return max(1, self.threads // workers)
