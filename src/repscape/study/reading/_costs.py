"""What each stage of a study costs, measured once, so that a forecast needs to compute nothing.

Processor seconds are those of one core of about 3 GHz; `benchmarks/costs.py` measures the measures, `benchmarks/forecasts.py`
sets the whole beside what five studies took.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._sampled import Forecast

MB = 1_000_000

LOADED = 3.5  # seconds until the first unit: Python, libraries, compiled loops
TORCH_LOADED = 5.5  # the same of torch and transformers
FIGURE = 0.46  # seconds of one figure in three formats
PAGE = 2.0  # seconds of the page, without its maps
LAID_OUT = 6e-5  # seconds of one point of one layer on the page's map
UNIT = 0.01  # seconds to write down a finished unit
CALL = 0.004  # seconds of a call, beside what it computes
GRAPH = 0.02  # seconds of a graph, beside its products
PRODUCTS = 6e10  # of numbers in a second and thread, while a graph is built; more where there are units for matrices
NEIGHBOURS = 3e-7  # seconds of a neighbour that is found: sorted, exactly measured, packed

HELD_PLAIN = 330 * MB  # of the process, with what it has loaded
HELD_TORCH = 880 * MB
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

COSTS: Mapping[str, tuple[float, float, float]] = {
    "id_twonn": (0.015, 0.5, 0.0), "id_twonn_fractions": (0.049, 0.6, 0.0), "id_gride": (0.04, 0.9, 0.0),
    "id_decimation": (0.032, 1.1, 0.0), "id_mle": (0.014, 0.7, 0.0), "id_correlation": (0.023, 1.2, 0.0),
    "id_pca": (0.0022, 0.4, 0.7), "id_isomap": (0.5, 2.0, 0.0), "id_autoencoder": (20.0, 1.0, 0.5),
    "overlap_neighbors": (0.0046, 0.9, 0.0), "overlap_labels": (0.007, 0.7, 0.0), "overlap_values": (0.0045, 0.7, 0.0),
    "overlap_rbo": (0.0023, 0.6, 0.0), "overlap_lcs": (0.0034, 0.6, 0.0), "overlap_edit": (0.0027, 0.8, 0.0),
    "information_imbalance": (0.21, 0.6, 0.2), "sim_cka": (0.0047, 0.6, 0.8), "sim_cca": (0.027, 0.9, 0.7),
    "sim_svcca": (0.028, 1.0, 0.7), "sim_pwcca": (0.032, 1.0, 0.8), "sim_procrustes": (0.0037, 0.6, 1.3),
    "sim_linreg": (0.021, 0.5, 1.3), "sim_cknna": (0.09, 2.3, 0.0), "sim_rsa": (0.031, 1.8, 0.3),
    "select_category": (0.067, 0.8, 0.0), "cluster_agreement": (0.034, 0.5, 0.1), "density_knn": (0.0036, 0.1, 0.0),
    "density_kstar": (0.0045, 0.1, 0.0), "density_pak": (0.0051, 0.3, 0.0), "health_hubness": (0.00073, 1.4, 0.1),
    "health_anisotropy": (0.00074, 0.8, 0.6), "health_concentration": (0.0014, 0.7, 0.9), "health_spectrum": (0.0081, 0.3, 0.5),
    "health_rogue": (0.00072, 0.4, 0.4), "probe_linear": (0.224, 0.3, 0.5), "probe_knn": (0.1, 0.7, 0.1),
    "probe_mlp": (15.0, 1.0, 0.3), "probe_mdl": (2.0, 0.7, 0.5), "probe_learning": (2.0, 0.7, 0.5),
    "id_adaptive": (0.0081, 0.3, 0.0), "id_mada": (0.0013, 0.6, 0.0), "id_mom": (0.0016, 0.5, 0.2),
    "id_tle": (0.22, 1.0, 0.0), "id_ess": (0.095, 1.0, 0.1), "id_danco": (1.8, 1.1, 0.5), "id_fishers": (0.021, 1.1, 0.4),
    "id_mst": (0.085, 1.7, 0.9), "id_corrected": (0.042, 0.7, 0.0), "id_knn_length": (0.09, 0.8, 0.1),
    "id_disagreement": (0.13, 0.8, 0.2), "sim_cycle_knn": (0.026, 1.3, 0.3), "sim_jaccard": (0.022, 1.3, 0.3),
    "sim_rank": (0.021, 1.3, 0.3), "sim_second_order": (0.026, 1.2, 0.4), "sim_match": (0.0018, 0.8, 1.0),
    "sim_permutation": (0.001, 0.6, 0.9), "sim_shape": (0.0075, 0.7, 1.4), "sim_distance_correlation": (0.027, 2.2, 0.3),
    "sim_bures": (0.0016, 0.1, 0.7), "sim_gulp": (0.0047, 0.6, 1.4), "sim_eigenspace": (0.006, 0.8, 1.7),
    "sim_uniformity": (0.027, 1.9, 0.3), "sim_magnitude": (0.0004, 0.6, 0.3), "sim_concentricity": (0.0013, 0.8, 0.7),
    "sim_predictivity": (0.029, 0.6, 1.1), "sim_disagreement": (0.002, 0.7, 0.0), "sim_jsd": (0.025, 0.0, 0.8),
    "peaks_agreement": (0.0084, 0.3, 0.0), "quality_rankme": (0.0033, 0.5, 1.1), "quality_lidar": (0.0022, 0.4, 0.8),
    "quality_entropy": (0.0036, 0.6, 1.1), "quality_curvature": (0.0097, 0.7, 0.4), "quality_collapse": (0.043, 0.9, 0.8),
    "quality_capacity": (0.021, 0.1, 0.3), "quality_linearity": (0.0032, 0.8, 1.2), "quality_angular": (0.0058, 0.8, 0.6),
    "quality_influence": (0.0014, 0.8, 0.4), "sim_imd": (5.0, 2.5, 0.0), "sim_rtd": (60.0, 2.0, 0.0),
    "sim_idcor": (0.6, 1.0, 0.2), "id_discrete": (0.1, 1.5, 0.5), "id_binary": (0.1, 1.9, 0.5),
    "quality_alpha": (0.0033, 0.5, 1.1),
}  # fmt: skip
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


def seconds_of(measure: str, n: int, d: float) -> float:
    """Return the processor seconds of one call.

    Examples
    --------
    >>> round(seconds_of("one's own", 2000, 64), 3)
    0.104
    """
    at, by_n, by_d = COSTS.get(measure, UNKNOWN)
    return CALL + at * math.pow(n / 1000, by_n) * math.pow(max(1.0, d) / 64, by_d)
