"""Memory: what a graph will need, estimated before anything is allocated, and refused where it will not fit."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import MemoryBudgetError
from ..machine import threads_within
from ._screen import TILE, buffer_width

CANDIDATE_BYTES = 8  # a score in float32 and an index
RESULT_BYTES = 20  # a distance, its compared value, an index
SCRATCH = 1 << 26  # tiles, blocks and what the libraries hold
SHORT_BYTES = 1 << 28  # of torch for its products, and of the candidates that shorter products keep in excess


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """How a graph is laid out in the memory there is."""

    hold: int
    """Bytes of points that may be held in another type or order, or taken from where they are stored."""
    part_rows: int
    """Encoded rows to hold at a time."""
    threads: int
    """Threads that can be started."""


def plan(
    *, n: int, d: int, queries: int, k: int, keep: int, free: int, function: str, threads: int = 1, library: int = 0
) -> MemoryPlan:
    """Lay out n points of d features and their queries; raise where even the neighbours themselves do not fit.

    `library` bytes go to the library of the products.
    """
    needed = queries * (k * RESULT_BYTES + buffer_width(keep) * CANDIDATE_BYTES) + library
    smallest = needed + SCRATCH + 4 * min(TILE, max(n, queries)) * d * 8
    if smallest > free:
        raise MemoryBudgetError(
            f"{function} would need at least {smallest / 2**30:.2f} GiB for the {k} neighbours of {queries} points and what "
            f"finding them takes. {free / 2**30:.2f} GiB are free. Ask for a smaller k, or take fewer points."
        )
    threads = threads_within(threads, (free - smallest) // 2)
    rest = (free - needed - SCRATCH) // (2 if threads > 1 else 1)  # the other half is theirs
    part = rest // 2 // (2 * 8 * d)  # two parts of float64 rows at most
    return MemoryPlan(
        hold=rest // 3,
        threads=threads,
        part_rows=max(TILE, min(part, n) // TILE * TILE) if part < n else -(-n // TILE) * TILE,
    )
