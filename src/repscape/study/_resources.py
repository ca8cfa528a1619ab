"""How many layers are worked on at one time: bounded by threads and by memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import psutil

from .. import _check
from ..machine import thread_count
from .reading import Representation

MANY_POINTS = 8_000  # from here on one graph keeps all cores busy by itself


@dataclass(frozen=True, slots=True)
class Budget:
    """Threads and bytes that a study may use."""

    threads: int
    memory: int

    @classmethod
    def of(cls, threads: int | None, memory: int | None) -> Budget:
        """Take what was asked for, or what the machine has: all cores, half of the free memory."""
        if memory is not None:
            _check.integer(memory, "memory", "run", low=1)
        return cls(thread_count(threads, "run"), memory or psutil.virtual_memory().available // 2)

    def workers(self, representations: Sequence[Representation], n: int) -> int:
        """Return how many layers may be worked on at one time."""
        if n >= MANY_POINTS:
            return 1
        # A layer is held once as it came and once in float64 or as candidates' products.
        largest = max(prod(one.points.shape) * 16 if one.points is not None else 0 for one in representations)
        return max(1, min(self.threads, len(representations), self.memory // max(1, largest)))

    def each(self, workers: int) -> int:
        """Return the threads that one of several workers may use."""
        return max(1, self.threads // workers)
