"""The public face of the engine: exact k-nearest-neighbour graphs and queries."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Progress
from ..errors import InputError
from ..machine import (
    Crew,
    graph_device,
    memory_available,
    memory_errors,
    single_threaded_products,
    thread_count,
)
from . import _approximate, _choose, _direct, _exact, _kernels_screen, _memory, _metric, _points, _trial
from ._exact import Problem
from ._metric import Metric
from ._neighbor_graph import NeighborGraph
from ._points import Points
from ._rounding import rounding_bound, separated_bound
from ._searched import Searched

ALONE = 1 << 27
METHODS = ("exact", "approximate")
Method = Literal["exact", "approximate"]
Precision = Literal["auto", "int8", "bf16", "float32", "float64"]


def knn_graph(
    X: Any,
    k: int,
    *,
    metric: str = "euclidean",
    method: Method = "exact",
    device: str = "auto",
    precision: Precision = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> NeighborGraph:
    """Return the exact k nearest neighbours of every point, and how many rows each precision made certain.

    Neighbours are ordered by squared difference in float64, then by index, whatever `device` and `precision`: those say how
    candidates are found. What they find is compared exactly, and a certificate says for each row whether anything nearer can
    have been missed; such rows are done again at a higher precision, at last by going through all points.

    Parameters
    ----------
    X : (n, d) array of numbers, or (n, n) distances
        The points, n >= 3: a numpy array or memory-map of any real type (float16 and bfloat16 among them) and order, a torch
        tensor on any device, or anything that has a shape and gives rows by slices, such as a zarr array. What does not
        fit into memory is read by blocks. Never written to.
    k : int
        Neighbours of each point, from 1 to n - 1.
    metric : {"euclidean", "cosine", "correlation", "manhattan", "chebyshev", "hamming", "precomputed"}
        The distance. "cosine" is half the squared difference of the normalised rows, "correlation" the same of centred
        rows, "hamming" the share of unequal entries; "precomputed" takes X[i, j] as the distance from i to j.
    method : {"exact", "approximate"}
        "approximate" takes what nearest-neighbour descent finds (`pip install 'repscape[approximate]'`): for a million points
        and more with wide rows. Distances are exact; neighbours may be missing, and `recall` says what share is there, as
        1,000 exactly searched rows tell. Of "euclidean", "cosine" and "correlation"; on the processor, in memory.
    device : {"auto", "cpu", "cuda", "cuda:0", ...}
        Where candidates are found. "auto" is the device of X where X is a torch tensor, else the processor.
    precision : {"auto", "int8", "bf16", "float32", "float64"}
        How candidates are found first. "auto" is float32, or a shorter type where torch is installed, this processor
        multiplies it faster, and a trial on some of the points shows that it parts neighbours well enough.
    threads : int, optional
        Threads to use. By default the cores this process may use, and no more than OMP_NUM_THREADS,
        OPENBLAS_NUM_THREADS, MKL_NUM_THREADS or NUMBA_NUM_THREADS say.
    progress : callable, optional
        Called as progress(done, total, what) from the calling thread; may raise KeyboardInterrupt to stop.

    Returns
    -------
    NeighborGraph
        `indices` (n, k) int32, nearest first, a point never among its own neighbours, ties in distance ordered by index;
        `distances` (n, k) float64 in [0, inf), computed in float64 from the stored values by differences; `certificate`
        the share of rows made certain at each precision, "direct" being those that went through all points; `copy_bound` how
        near rows may be by rounding alone (64 eps of float32 and float64, 2 of half precision, times the median length of a
        row), 0 where the usual neighbour is not a hundred times further. Such rows are neighbours like all others.

    Raises
    ------
    InputError
        If X is not a finite (n, d) array, k is out of range, or a row has no direction for "cosine" or "correlation".
    InputTypeError
        If X does not hold real numbers.
    UnknownNameError
        If metric, device or precision is not one of the above.
    MemoryBudgetError
        If the graph will not fit into memory.
    MissingExtraError
        If a device or precision needs torch, which is not installed.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> g = rs.knn_graph(np.array([[0.0], [1.0], [3.0], [7.0]]), k=2)
    >>> g.indices.tolist(), g.distances[0].tolist()
    ([[1, 2], [0, 2], [1, 0], [2, 1]], [1.0, 3.0])
    """
    function = "knn_graph"
    _check.choice(precision, "precision", function, _choose.PRECISIONS)
    if metric == _metric.PRECOMPUTED:
        _check.choice(method, "method", function, METHODS[:1])  # every distance is there
        return _graph_of_distances(X, k, Crew(thread_count(threads, function), progress))
    how = _metric.find(metric, function)
    if method != "exact":
        _check_approximate(method, how, device, precision)
    where = graph_device(device, function, usual=_points.device_of(X))
    described = _points.described(_points.source(X), "X", function)
    k = _check.integer(k, "k", function, low=1, high=described.n - 1, why="n - 1")
    asked = thread_count(threads, function)
    plan = memory_plan(described, described.n, k, function=function, precision=precision, threads=asked)
    with memory_errors(function):
        points = _read(X, "X", function, how=how, hold=plan.hold)
        crew = crew_for(plan.threads, points.n * points.n * points.d, progress)
        searched: Searched | None = None
        certificate: Mapping[str, float] = {}
        if method == "approximate":
            (values, ids), searched = _approximate.nearest(points, k, crew)
        else:
            problem = Problem(points, points, np.arange(points.n), k, crew, plan.part_rows)
            (values, ids), certificate = nearest(problem, how, precision, where=where)
        distances = how.finish(values, points.d)
        near = separated_bound(rounding_bound(X), distances) if metric == "euclidean" else 0.0
    return NeighborGraph(
        indices=ids, distances=distances, metric=metric, certificate=certificate, copy_bound=near, searched=searched
    )


def _check_approximate(method: str, how: Metric, device: str, precision: str) -> None:
    """Refuse what an approximate graph has no meaning for, before anything is read."""
    function = "knn_graph"
    _check.choice(method, "method", function, METHODS)
    if not how.by_products:
        raise InputError(
            f"method='approximate' of {function} goes with metric 'euclidean', 'cosine' or 'correlation'. Got {how.name!r}."
        )
    for name, given, usual in (("device", device, ("auto", "cpu")), ("precision", precision, ("auto",))):
        if given not in usual:
            raise InputError(
                f"{name} of {function} says how exact graphs are found. Got {given!r} with method='approximate'."
            )
    _approximate.check_library()


def knn_query(
    X: Any,
    queries: Any,
    k: int,
    *,
    metric: str = "euclidean",
    device: str = "auto",
    precision: Precision = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    """Return the exact k nearest points of X to each query, which need not be in X.

    Parameters
    ----------
    X : (n, d) array of numbers
        The points, n >= 3.
    queries : (m, d) array of numbers
        The queries, m >= 1.
    k : int
        Neighbours of each query, from 1 to n.
    metric, device, precision, threads, progress
        As for :func:`knn_graph`.

    Returns
    -------
    indices : (m, k) int32 or int64
        Rows of X, nearest first, ties in distance ordered by index.
    distances : (m, k) float64
        Computed in float64 from the stored values by differences.

    Raises
    ------
    InputError
        If X or queries are not finite arrays of equal width, or k is out of range.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> indices, distances = rs.knn_query(np.array([[0.0], [1.0], [3.0]]), np.array([[2.2]]), k=2)
    >>> indices.tolist(), distances.round(1).tolist()
    ([[2, 1]], [[0.8, 1.2]])
    """
    function = "knn_query"
    _check.choice(precision, "precision", function, _choose.PRECISIONS)
    how = _metric.find(metric, function)
    where = graph_device(device, function, usual=_points.device_of(X))
    described = _points.described(_points.source(X), "X", function)
    asked = _points.described(_points.source(queries), "queries", function, least=1)
    if described.d != asked.d:
        raise InputError(f"queries of {function} must have the {described.d} features of X. Got {asked.d}.")
    k = _check.integer(k, "k", function, low=1, high=described.n, why="n")
    allowed = thread_count(threads, function)
    plan = memory_plan(described, asked.n, k, function=function, precision=precision, threads=allowed)
    with memory_errors(function):
        points = _read(X, "X", function, how=how, hold=plan.hold)
        asked = _read(queries, "queries", function, how=how, hold=plan.hold, least=1)
        crew = crew_for(plan.threads, points.n * asked.n * points.d, progress)
        problem = Problem(points, asked, np.full(asked.n, -1), k, crew, plan.part_rows)
        (values, ids), _ = nearest(problem, how, precision, where=where)
    return ids, how.finish(values, points.d)


def crew_for(threads: int, work: int, progress: Progress | None) -> Crew:
    """Threads for that many multiplications; a few milliseconds of work are done before another thread has started."""
    return Crew(1 if work < ALONE else threads, progress)


def memory_plan(
    points: Points, queries: int, k: int, *, function: str, threads: int, precision: str = "auto"
) -> _memory.MemoryPlan:
    """How a graph is laid out in the memory there is."""
    short = precision in ("int8", "bf16")
    return _memory.plan(
        n=points.n,
        d=points.d,
        queries=queries,
        k=k,
        keep=_trial.margin(k, points.n),
        free=memory_available(),
        function=function,
        threads=threads,
        library=_memory.SHORT_BYTES if short else 0,
    )


def _read(X: Any, name: str, function: str, *, how: Metric, hold: int, least: int = 3) -> Points:
    """The points in the form in which they are compared, in memory where they fit."""
    if how.prepare is None:
        return _points.read(X, name, function, least=least, hold=hold)
    return _points.read(X, name, function, least=least, hold=0).prepared(how.prepare).held(hold)


def nearest(problem: Problem, how: Metric, precision: str, *, where: str) -> tuple[_direct.Found, Mapping[str, float]]:
    """As :func:`certified`, said first where it will compile."""
    announce_compiling(_kernels_screen.rerank, problem.crew.progress)
    return certified(problem, how, precision, where=where)


def certified(
    problem: Problem, how: Metric, precision: str, *, where: str = "cpu"
) -> tuple[_direct.Found, Mapping[str, float]]:
    """Compared values and indices of the neighbours, and the share of rows that each way of finding them made certain."""
    points, queries, own, crew = problem.points, problem.queries, problem.own, problem.crew
    if not how.by_products:
        return _direct.nearest(points, queries, problem.k, own=own, kind=how.kind, crew=crew), {"direct": 1.0}
    frame = _exact.frame_of(problem)
    with single_threaded_products():
        if frame is None:
            found, rows = _exact.solve(problem, None, [])
        elif where != "cpu":
            from . import _device_torch

            found, rows = _device_torch.solve(problem, frame, device=where, precision=precision)
        else:
            found, rows = _exact.solve(problem, frame, _choose.ladder(problem, frame, precision))
    return found, {name: number / queries.n for name, number in rows.items()}


def _graph_of_distances(X: Any, k: int, crew: Crew) -> NeighborGraph:
    function = "knn_graph"
    described = _points.described(_points.source(X), "X", function)
    if described.n != described.d:
        raise InputError(
            f"X of {function} must be a square matrix of distances where metric='precomputed'. "
            f"Got shape ({described.n}, {described.d})."
        )
    k = _check.integer(k, "k", function, low=1, high=described.n - 1, why="n - 1")
    points = _points.read(X, "X", function, hold=0)
    values, ids = _direct.nearest_given(points, k, crew=crew)
    return NeighborGraph(indices=ids, distances=values, metric=_metric.PRECOMPUTED, certificate={"direct": 1.0})


def announce_compiling(loop: Any, progress: Progress | None) -> None:
    """Say that the first call on a machine compiles, which takes some seconds; later ones load what it left on disk."""
    known = getattr(loop, "stats", None)  # None where NUMBA_DISABLE_JIT runs the loops as plain Python
    folder = None if known is None else known.cache_path
    where = f"{loop.__module__.rpartition('.')[2]}.{loop.__name__}"
    if folder is not None and not loop.signatures and not any(Path(folder).glob(f"{where}*.nbi")):
        message = "compiling (once on this machine)"
        logging.getLogger("repscape").info(message)
        if progress is not None:
            progress(0, 1, message)
