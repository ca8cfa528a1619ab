"""A graph by blocks of rows: each block knows its neighbours among all points, whoever finds them, and in whatever order.

Neighbours are exact and their order is fixed by distances and indices alone, so that blocks set side by side are the graph.
A block multiplies its rows with all points: all blocks together twice as much as the whole, where each pair is met once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError
from ..machine import graph_device, memory_errors, thread_count
from . import _knn, _metric, _points
from ._exact import Problem
from ._neighbor_graph import NeighborGraph
from ._points import Points
from ._rounding import rounding_bound, separated_bound

METRIC = "euclidean"


@dataclass(frozen=True, slots=True, eq=False)
class RowBlock:
    """Some rows of a graph."""

    indices: npt.NDArray[np.int32]
    """(rows, k) as the whole graph has them."""
    distances: npt.NDArray[np.float64]
    """(rows, k)"""
    certificate: dict[str, float]
    """Share of the rows certified at each precision."""


def knn_rows(
    X: Any, k: int, *, start: int, stop: int, device: str = "auto", threads: int | None = None, method: str = "exact"
) -> RowBlock:
    """Return rows start to stop of the graph that :func:`repscape.knn_graph` would build of X.

    Parameters
    ----------
    X : (n, d) array of numbers
        All points, as for knn_graph.
    k : int
        Neighbours of each point.
    start, stop : int
        The rows, 0 <= start < stop <= n.
    device, threads, method
        As for knn_graph; only exact graphs can be cut.

    Returns
    -------
    RowBlock
        The same to the bit as these rows of the whole.

    Raises
    ------
    InputError
        As knn_graph; where rows are not among those of X.

    Examples
    --------
    >>> import numpy as np
    >>> from repscape.graph import knn_rows
    >>> knn_rows(np.array([[0.0], [1.0], [3.0], [7.0]]), 2, start=1, stop=3).indices.tolist()
    [[0, 2], [1, 0]]
    """
    function = "knn_rows"
    _check.choice(method, "method", function, ("exact",))
    where = graph_device(device, function, usual=_points.device_of(X))
    described = _points.described(_points.source(X), "X", function)
    k = _check.integer(k, "k", function, low=1, high=described.n - 1, why="n - 1")
    if not 0 <= start < stop <= described.n:
        raise InputError(
            f"start and stop of {function} must be 0 <= start < stop <= n ({described.n}). Got {start}, {stop}."
        )
    how, asked = _metric.find(METRIC, function), thread_count(threads, function)
    plan = _knn.memory_plan(described, stop - start, k, function=function, threads=asked)
    with memory_errors(function):
        points = _points.read(X, "X", function, hold=plan.hold)
        queries = Points(points.block(start, stop), stop - start, points.d, points.dtype)
        crew = _knn.crew_for(plan.threads, points.n * queries.n * points.d, None)
        problem = Problem(points, queries, np.arange(start, stop), k, crew, plan.part_rows)
        (values, ids), certificate = _knn.nearest(problem, how, "auto", where=where)
    return RowBlock(ids, how.finish(values, points.d), dict(certificate))


def joined_blocks(X: Any, blocks: Iterable[RowBlock]) -> NeighborGraph:
    """Return the graph of X from blocks of all its rows, in their order."""
    held = list(blocks)
    indices = np.concatenate([block.indices for block in held])
    distances = np.concatenate([block.distances for block in held])
    rows = np.array([len(block.indices) for block in held])
    names = dict.fromkeys(name for block in held for name in block.certificate)
    shares = {name: np.array([block.certificate.get(name, 0.0) for block in held]) for name in names}
    certificate = {name: float((share * rows).sum() / rows.sum()) for name, share in shares.items()}
    near = separated_bound(rounding_bound(X), distances)
    return NeighborGraph(indices=indices, distances=distances, metric=METRIC, certificate=certificate, copy_bound=near)
