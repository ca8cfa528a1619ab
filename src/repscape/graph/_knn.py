"""The public face of the engine: exact k-nearest-neighbour graphs and queries."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Progress
from ..errors import InputError
from . import _choose, _direct, _exact, _metric, _points
from ._metric import Metric
from ._neighbor_graph import NeighborGraph
from ._points import Points
from ._threads import Crew, count

Precision = Literal["auto", "int8", "bf16", "float32", "float64"]


def knn_graph(
    X: Any,
    k: int,
    *,
    metric: str = "euclidean",
    device: str = "auto",
    precision: Precision = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> NeighborGraph:
    """Return the exact k nearest neighbours of every point.

    Parameters
    ----------
    X : (n, d) array of numbers
        The points, n >= 3.
    k : int
        Neighbours of each point, from 1 to n - 1.
    metric : {"euclidean", "cosine", "correlation", "manhattan", "chebyshev", "hamming"}
        The distance. "cosine" is half the squared difference of the normalised rows.
    device : {"auto", "cpu"}
        Where products are computed.
    precision : {"auto", "int8", "bf16", "float32", "float64"}
        How candidates are found; the answer is the same.
    threads : int, optional
        Threads to use; by default the cores this process may use, bounded by OMP_NUM_THREADS and its like.
    progress : callable, optional
        Called as progress(done, total, what).

    Returns
    -------
    NeighborGraph
        `indices` (n, k), nearest first, a point never among its own neighbours, ties in distance ordered by index;
        `distances` (n, k) float64, computed in float64 from the stored values by differences.

    Raises
    ------
    InputError
        If X is not a finite (n, d) array, or k is out of range.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> g = rs.knn_graph(np.array([[0.0], [1.0], [3.0], [7.0]]), k=2)
    >>> g.indices.tolist(), g.distances[0].tolist()
    ([[1, 2], [0, 2], [1, 0], [2, 1]], [1.0, 3.0])
    """
    function = "knn_graph"
    how = _metric.find(metric, function)
    _check.choice(device, "device", function, ("auto", "cpu"))
    _check.choice(precision, "precision", function, _choose.PRECISIONS)
    points = _points.read(X, "X", function)
    k = _check.integer(k, "k", function, low=1, high=points.n - 1, why="n - 1")
    if how.prepare is not None:
        points = _points.read(how.prepare(points.source, function), "X", function)
    crew = Crew(count(threads, function), progress)
    (values, ids), certificate = _nearest(
        points, points, np.arange(points.n), k, how=how, precision=precision, crew=crew
    )
    return NeighborGraph(indices=ids, distances=how.finish(values, points.d), metric=metric, certificate=certificate)


def _nearest(
    points: Points, queries: Points, own: npt.NDArray[np.int64], k: int, *, how: Metric, precision: str, crew: Crew
) -> tuple[_direct.Found, dict[str, float]]:
    """Compared values and indices of the neighbours, and the share of rows that each way of finding them made certain."""
    if not how.by_products:
        return _direct.nearest(points, queries, k, own=own, kind=how.kind, crew=crew), {"direct": 1.0}
    problem = _exact.Problem(points, queries, own, k, crew, 1 << 30)
    frame = _exact.frame_of(problem)
    rungs = [] if frame is None else _choose.ladder(problem, frame, precision)
    with _choose.threads_of(rungs):
        found, rows = _exact.solve(problem, frame, rungs)
    return found, {name: number / queries.n for name, number in rows.items()}


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
    how = _metric.find(metric, function)
    points = _points.read(X, "X", function)
    asked = _points.read(queries, "queries", function, least=1)
    if points.d != asked.d:
        raise InputError(f"queries of {function} must have the {points.d} features of X. Got {asked.d}.")
    k = _check.integer(k, "k", function, low=1, high=points.n, why="n")
    if how.prepare is not None:
        points = _points.read(how.prepare(points.source, function), "X", function)
        asked = _points.read(how.prepare(asked.source, function), "queries", function, least=1)
    crew = Crew(count(threads, function), progress)
    (values, ids), _ = _nearest(points, asked, np.full(asked.n, -1), k, how=how, precision=precision, crew=crew)
    return ids, how.finish(values, points.d)
