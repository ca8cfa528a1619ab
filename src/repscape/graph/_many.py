"""Many small graphs in one call: what a call costs beside its arithmetic is paid once, and threads take whole graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Progress
from ..errors import InputError, InputTypeError, MemoryBudgetError
from ..machine import Crew, graph_device, memory_available, memory_errors, thread_count, threads_within
from . import _choose, _few, _kernels_many, _metric, _points
from ._exact import Problem
from ._knn import ALONE, Precision, announce_compiling, certified, knn_graph
from ._memory import SCRATCH
from ._metric import Metric
from ._neighbor_graph import NeighborGraph
from ._points import Points
from ._screen import TILE

SMALL = 3 << 26  # comparisons of single features (n^2 d) up to which comparing all pairs is no slower than products
FEW = 1024  # points up to which all their distances stay in the cache of a core, nearly
GRAPH_BYTES = 12  # a distance and an index
FUNCTION = "knn_graphs"


def knn_graphs(
    Xs: Any,
    k: int,
    *,
    metric: str = "euclidean",
    device: str = "auto",
    precision: Precision = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[NeighborGraph]:
    """Return the exact k nearest neighbours within each of many sets of points: one graph for each set.

    The same graphs as :func:`knn_graph` gives one by one, in a fraction of the time where sets are small: a few hundred
    points are compared directly, pair by pair in float64; up to 2,048 points of many features are compared through products.
    One thread takes a whole set. Larger sets are handed to `knn_graph`.

    Parameters
    ----------
    Xs : (b, n, d) array of numbers, or sequence of b arrays (n_i, d_i)
        The sets of points, n >= 3 each; arrays of any kind that knn_graph takes. Never written to.
    k : int
        Neighbours of each point, from 1 to n - 1 of the smallest set.
    metric : str
        As for knn_graph, "precomputed" apart.
    device, precision
        As for knn_graph. Asking for one makes knn_graph build all graphs.
    threads : int, optional
        As for knn_graph.
    progress : callable, optional
        Called as progress(done, total, what) from the calling thread.

    Returns
    -------
    list of NeighborGraph
        In the order of the sets; `certificate` is {"direct": 1.0} where all pairs were compared.

    Raises
    ------
    InputError
        If a set is not a finite (n, d) array of at least 3 points, or k is out of range for the smallest; the set is named.
    InputTypeError
        If Xs is neither an array nor a sequence, or a set does not hold real numbers.
    UnknownNameError
        If metric, device or precision is not one of those that knn_graph knows.
    MemoryBudgetError
        If the graphs will not fit into memory.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> Xs = np.random.default_rng(0).normal(size=(1000, 50, 3))
    >>> graphs = rs.knn_graphs(Xs, k=5)
    >>> len(graphs), graphs[0].n, graphs[0].k
    (1000, 50, 5)
    """
    _check.choice(precision, "precision", FUNCTION, _choose.PRECISIONS)
    how = _metric.find(metric, FUNCTION)
    sets = _sets(Xs)
    places = [graph_device(device, FUNCTION, usual=_points.device_of(X)) for X in sets]
    allowed = thread_count(threads, FUNCTION)
    described = [_points.described(_points.source(X), f"Xs[{i}]", FUNCTION) for i, X in enumerate(sets)]
    if not sets:
        return []
    k = _check.integer(
        k, "k", FUNCTION, low=1, high=min(one.n for one in described) - 1, why="n - 1 of the smallest set"
    )
    small = [
        i
        for i, (one, place) in enumerate(zip(described, places, strict=True))
        if _suits(one, how) and place == "cpu" and precision == "auto"
    ]
    crew = Crew(_threads(described, small, k, allowed), progress)
    with memory_errors(FUNCTION):
        graphs = _compared({i: _read(sets[i], i, how) for i in small}, k, how=how, crew=crew)
    options: dict[str, Any] = {"metric": metric, "device": device, "precision": precision, "threads": threads}
    for i in sorted(set(range(len(sets))) - graphs.keys()):
        graphs[i] = knn_graph(sets[i], k, progress=progress, **options)
    return [graphs[i] for i in range(len(sets))]


def _sets(Xs: Any) -> list[Any]:
    """The sets of points, one by one."""
    shape = getattr(Xs, "shape", None)
    if shape is not None:
        if len(shape) != 3:
            raise InputError(
                f"Xs of {FUNCTION} must be (b, n, d), or a list of (n, d) arrays. Got shape {tuple(shape)}; "
                "knn_graph builds one graph."
            )
        return [Xs[i] for i in range(shape[0])]
    if isinstance(Xs, str | bytes | Mapping) or not isinstance(Xs, Sequence):
        raise InputTypeError(
            f"Xs of {FUNCTION} must be a (b, n, d) array or a list of arrays. Got {type(Xs).__name__}."
        )
    return list(Xs)


def _directly(points: Points) -> bool:
    """Whether comparing all pairs is the fastest way."""
    return points.n <= FEW and points.n**2 * points.d <= SMALL


def _suits(points: Points, how: Metric) -> bool:
    """Whether one thread is to take this set whole."""
    few = how.by_products and points.n <= _few.POINTS and points.d >= _few.FEATURES
    return _directly(points) or few


def _threads(described: Sequence[Points], small: Sequence[int], k: int, threads: int) -> int:
    """Return the threads there is memory for; refuse what will not fit, before anything is taken.

    That is all graphs, small sets in the form in which they are compared, and the distances within the largest of them.
    """
    needed = sum(one.n * k * GRAPH_BYTES for one in described)
    needed += sum(described[i].n * described[i].d * described[i].dtype.itemsize for i in small)
    largest = max((described[i].n for i in small), default=0)
    needed += largest**2 * _few.PAIR_BYTES + SCRATCH
    if needed > (free := memory_available()):
        raise MemoryBudgetError(
            f"{FUNCTION} would need {needed / 2**30:.2f} GiB for {len(described)} graphs of {k} neighbours. "
            f"{free / 2**30:.2f} GiB are free. Ask for a smaller k, or for some of the graphs at a time."
        )
    return threads_within(threads, (free - needed) // 2)


def _read(X: Any, i: int, how: Metric) -> Points:
    """A set in memory, in the form in which its points are compared."""
    points = _points.read(X, f"Xs[{i}]", FUNCTION)
    try:
        return points if how.prepare is None else points.prepared(how.prepare).held(None)
    except InputError as error:
        raise InputError(f"Xs[{i}] of {FUNCTION}: {error}") from error


def _compared(sets: Mapping[int, Points], k: int, *, how: Metric, crew: Crew) -> dict[int, NeighborGraph]:
    """Graphs of small sets, every pair of points compared; large sets first, so that no thread is left with one at the end."""
    graphs: dict[int, NeighborGraph] = {}
    if sum(one.n**2 * one.d for one in sets.values()) < ALONE:
        crew = Crew(1, crew.progress)
    announce_compiling(_kernels_many.nearest_among, crew.progress)
    direct = [one.n for one in sets.values() if _directly(one)]

    def work(i: int, room: npt.NDArray[np.float64]) -> None:
        if not _directly(sets[i]):
            graphs[i] = _by_products(sets[i], k, how)
            return
        points = sets[i].block(0, sets[i].n)
        square = room[: len(points) ** 2].reshape(len(points), -1)
        values, ids = np.empty((len(points), k)), np.empty((len(points), k), np.int32)
        _kernels_many.nearest_among(points, how.kind, square, values, ids)
        distances = how.finish(values, points.shape[1])
        graphs[i] = NeighborGraph(indices=ids, distances=distances, metric=how.name, certificate={"direct": 1.0})

    order = sorted(sets, key=lambda i: -sets[i].n)
    crew.map(work, order, what="graphs", workspace=lambda: np.empty(max(direct, default=0) ** 2))
    return graphs


def _by_products(points: Points, k: int, how: Metric) -> NeighborGraph:
    """The graph of few points of many features, by this thread alone."""
    problem = Problem(points, points, np.arange(points.n), k, Crew(1), -(-points.n // TILE) * TILE)
    (values, ids), certificate = certified(problem, how, "float32")
    return NeighborGraph(indices=ids, distances=how.finish(values, points.d), metric=how.name, certificate=certificate)
