"""What each stage of a study costs, measured once, so that a forecast needs to compute nothing.

Processor seconds are those of one core of about 3 GHz; `benchmarks/costs.py` measures the measures, `benchmarks/forecasts.py`
sets the whole beside what five studies took.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._models import Forecast

MB = 1_000_000

LOADED = 5.0  # seconds until the first unit: Python, libraries, compiled loops
TORCH_LOADED = 7.0  # the same of torch and transformers
FIGURE = 0.46  # seconds of one figure in three formats
PAGE = 2.0  # seconds of the page, without its maps
LAID_OUT = 6e-5  # seconds of one point of one layer on the page's map
UNIT = 0.01  # seconds to write down a finished unit
CALL = 0.004  # seconds of a call, beside what it computes
GRAPH = 0.02  # seconds of a graph, beside its products
PRODUCTS = 1.5e11  # in a second and thread, while a graph is built: measured at 60,000 points of 512 dimensions
NEIGHBOURS = 3e-7  # seconds of a neighbour that is found: sorted, exactly measured, packed

HELD_PLAIN = 330 * MB  # of the process, with what it has loaded
HELD_TORCH = 690 * MB
DRAWING = 145 * MB  # more, while figures and page are made

IN_WORK = 16  # bytes of a number of the layer in work: as it came, and in float64 or as products
NEIGHBOUR = 12  # bytes of a neighbour that is held: its index and its distance

STATES = 0.93  # bytes of a byte of states, packed
POINT_DISK = 2  # bytes of a point in a record that keeps values of single points, and of others none
FIGURE_DISK = 120_000  # bytes of one figure in three formats
PAGE_DISK = 2_450_000  # of the page: its script that draws, and itself
PAGE_POINT = 30  # of a point of a layer on its map
NEIGHBOUR_DISK = 9  # of a neighbour: a distance hardly shrinks, an index does
UNIT_DISK = 5_500  # of a finished unit and of what it is told in the results

COSTS: Mapping[str, tuple[float, float, float]] = {}
"""Measure -> processor seconds at 1,000 points of 64 features, and the powers of n and of d with which they grow."""
UNKNOWN = (0.05, 1.0, 0.5)  # a measure of somebody's own


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of a study takes."""

    seconds: float
    """On the clock, with all threads."""
    processor_seconds: float
    """Over all threads."""
    memory: int
    """Bytes of the whole process meanwhile, at the peak."""
    disk: int = 0
    """Bytes that it leaves."""


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do, in numbers."""

    parts: Sequence[int]
    """Examples of each part that the study is cut into; of all where it is not."""
    n: int
    """Examples in all."""
    points: Sequence[tuple[int, int]]
    """Width of each layer that comes as points, and the bytes of a number in it."""
    graphs: int
    """How many are built."""
    neighbors: int
    """How deep."""
    calls: Mapping[tuple[str, str], int]
    """(measure, with its options) -> how often it is called, over all parts."""
    records: int
    """Values and curves that come out."""
    figures: int
    """How many are drawn."""

    @property
    def width(self) -> float:
        """The mean width."""
        return sum(width for width, _ in self.points) / max(1, len(self.points))


def stages_of(work: Work, extraction: Sequence[Forecast], *, threads: int) -> dict[str, Stage]:
    """Say what each stage takes."""
    held = HELD_TORCH if extraction else HELD_PLAIN
    loading = LOADED + (TORCH_LOADED if extraction else 0)
    states = sum(one.bytes_on_disk for one in extraction)
    stages = {"loading": Stage(loading, loading, held)}
    if extraction:
        clock, processor = sum(one.seconds for one in extraction), sum(one.processor_seconds for one in extraction)
        peak = max(one.memory for one in extraction)
        stages["extraction"] = Stage(clock, processor, held + peak, int(states * STATES))
    largest = max((work.n * width for width, _ in work.points), default=0)
    mapped = 0 if extraction else sum(work.n * width * size for width, size in work.points)
    at_once = min(threads, max(1, len(work.points)))
    neighbours = work.graphs * work.n * work.neighbors
    held += mapped + IN_WORK * largest * at_once + NEIGHBOUR * neighbours
    products = 2 * sum(n**2 * width for n in work.parts for width, _ in work.points) if work.graphs else 0
    seconds = products / PRODUCTS + GRAPH * work.graphs + NEIGHBOURS * neighbours
    stages["graphs"] = Stage(seconds / threads, seconds, held, NEIGHBOUR_DISK * neighbours)
    each = [
        (name, count, sum(seconds_of(name, n, work.width) for n in work.parts) / len(work.parts))
        for (name, _), count in work.calls.items()
    ]
    seconds = sum(count * one for _, count, one in each) + UNIT * (work.records + work.graphs)
    disk = UNIT_DISK * work.records + POINT_DISK * work.n * work.records
    stages["measures"] = Stage(seconds / threads, seconds, held, disk)
    shown = work.n * max(1, len(work.points))
    seconds = FIGURE * work.figures + PAGE + LAID_OUT * shown
    disk = FIGURE_DISK * work.figures + PAGE_DISK + PAGE_POINT * shown
    stages["figures"] = Stage(seconds, seconds, held + DRAWING, disk)
    return stages


def seconds_of(measure: str, n: int, d: int) -> float:
    """Return the processor seconds of one call.

    Examples
    --------
    >>> seconds_of("one's own", 2000, 64)
    0.104
    """
    at, by_n, by_d = COSTS.get(measure, UNKNOWN)
    return CALL + at * (n / 1000) ** by_n * (max(1, d) / 64) ** by_d
