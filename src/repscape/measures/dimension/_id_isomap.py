"""Isomap's residual variance: how well so many coordinates keep the distances along the neighbour graph.

Distances between all pairs of points (or of landmarks) are held, 24 bytes a pair, so this is a measure for thousands of points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.sparse.linalg import eigsh

from ... import _check, _random
from ...errors import DegenerateDataError, InputError, MemoryBudgetError
from ...graph import NeighborGraph, distinct_graph, distinct_rows
from ...machine import memory_available, within_memory
from .._result import Curve
from ..points import spans
from ._distinct import merged_by_rounding
from ._elbow import elbow

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "id_isomap"
SOURCES = 256
PAIR_BYTES = 24


@within_memory
def id_isomap(
    g_or_X: Any,
    *,
    k: int = 10,
    max_dim: int = 20,
    landmarks: int | None = None,
    rng: int | np.random.Generator = 0,
) -> Curve:
    r"""Residual variance of Isomap against the number of coordinates: 1 - R^2 of geodesic and of embedded distances.

    Geodesic distances are shortest paths along the neighbour graph; classical scaling turns them into coordinates [1]_. Where
    the surface unrolls flat, the curve stops falling at its dimension. A closed surface does not: a sphere of dimension d reads
    d + 1.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph of distinct points with at least k neighbours, or the points. Identical rows are counted as one point.
    k : int
        Neighbours of each point in the graph. Too few leave it in pieces, too many cut across folds.
    max_dim : int
        Most coordinates. At least twice the dimension to be found: a curve that falls to its end has no elbow.
    landmarks : int, optional
        Take the distances between so many random points only; paths still run through all points. None: all points.
    rng : int or numpy Generator
        Draws the landmarks.

    Returns
    -------
    Curve
        Over x = "dimension" 1 ... max_dim: values in [0, 1], without standard errors. details: "elbow", the dimension at which
        log(value + .01) lies furthest below the straight line from dimension 0 to the end, NaN where it falls evenly;
        "eigenvalues" (max_dim,) of the scaling. Read the curve beside it: a strip ten times longer than wide reads 1.

    Raises
    ------
    DegenerateDataError
        If the graph is in pieces, or has too few distinct points.
    GraphDepthError
        If the graph holds fewer than k neighbours.
    MemoryBudgetError
        If the distances between all pairs do not fit in memory: take landmarks.

    References
    ----------
    .. [1] Tenenbaum, de Silva, Langford (2000). A global geometric framework for nonlinear dimensionality reduction. Science
       290, 2319-2323.

    Examples
    --------
    >>> import repscape as rs
    >>> curve = rs.id_isomap(rs.synthetic.swiss_roll(600), max_dim=10)
    >>> curve.details["elbow"], rs.id_pca(rs.synthetic.swiss_roll(600)).value > 2.5
    (2.0, True)
    """
    _check.integer(k, "k", NAME, low=1)
    _check.integer(max_dim, "max_dim", NAME, low=2)
    random = _random.generator(rng, NAME)
    graph, rows = _graph(g_or_X, k)
    chosen = _chosen(graph.n, max_dim, landmarks, random)
    needed = PAIR_BYTES * chosen.size**2 + 8 * SOURCES * graph.n
    if needed > (free := memory_available()):
        raise MemoryBudgetError(
            f"{NAME} would need {needed / 2**30:.1f} GiB for the distances between {chosen.size:,} points. "
            f"{free / 2**30:.1f} GiB are free. Take landmarks={max(max_dim + 2, int((free / 2 / PAIR_BYTES) ** 0.5)):,} or "
            "fewer."
        )
    distances = _geodesics(graph, k, chosen)
    coordinates, eigenvalues = _scaled(distances, max_dim)
    left = _residuals(distances, coordinates)
    x = np.arange(1, max_dim + 1, dtype=np.float64)
    return Curve(
        x=x,
        values=left,
        x_name="dimension",
        n=graph.n,
        dropped=rows - graph.n,
        options={"k": k, "max_dim": max_dim, "landmarks": landmarks, "error": None, **merged_by_rounding(graph)},
        details={"elbow": elbow(x, left), "eigenvalues": eigenvalues},
    )


def _graph(g_or_X: Any, k: int) -> tuple[NeighborGraph, int]:
    """Return the graph of the distinct points, and the rows that came in."""
    if isinstance(g_or_X, NeighborGraph):
        g_or_X.require(NAME, k=k, what=("indices", "distances"))
        if g_or_X.members is None and (np.asarray(g_or_X.distances)[:, 0] <= g_or_X.copy_bound).any():
            raise InputError(
                f"g_or_X of {NAME} must be a graph of distinct points. This one holds copies: give the points."
            )
        return g_or_X, g_or_X.rows
    points = _check.points(g_or_X, "X", NAME)
    graph = distinct_graph(points, k, rounding=True) if distinct_rows(points)[0].size > k else None
    if graph is None or graph.k < k:
        distinct = distinct_rows(points)[0].size if graph is None else graph.n
        raise DegenerateDataError(
            f"{NAME} needs {k} distinct neighbours of each point, so at least {k + 1} distinct points. Got {distinct} in "
            f"{len(points)} rows."
        )
    return graph, len(points)


def _chosen(n: int, max_dim: int, landmarks: int | None, random: np.random.Generator) -> IntArray:
    """Return the points whose distances are kept."""
    _check.integer(max_dim, "max_dim", NAME, low=2, high=n - 2, why="distinct points - 2")
    if landmarks is None:
        return np.arange(n)
    _check.integer(landmarks, "landmarks", NAME, low=max_dim + 2, high=n, why="max_dim + 2, distinct points")
    return np.sort(random.choice(n, landmarks, replace=False))


def _geodesics(graph: NeighborGraph, k: int, chosen: IntArray) -> FloatArray:
    """Return the shortest paths between the chosen points, through all of them."""
    n = graph.n
    neighbors, lengths = np.asarray(graph.indices)[:, :k], np.asarray(graph.distances)[:, :k]
    links = csr_array((lengths.ravel(), (np.repeat(np.arange(n), k), neighbors.ravel())), shape=(n, n))
    pieces, piece = connected_components(links, directed=False)
    if pieces > 1:
        raise DegenerateDataError(
            f"k={k} of {NAME} leaves the {n} points in {pieces} pieces, the largest of {np.bincount(piece).max()}, without a "
            "path between them. Take a larger k, or one piece at a time."
        )
    found = np.empty((chosen.size, chosen.size))
    for start, stop in spans(chosen.size, SOURCES):
        found[start:stop] = shortest_path(links, method="D", directed=False, indices=chosen[start:stop])[:, chosen]
    return found


def _scaled(distances: FloatArray, dims: int) -> tuple[FloatArray, FloatArray]:
    """Return (coordinates (m, dims), eigenvalues) of classical scaling, largest first."""
    inner = distances**2
    means = inner.mean(axis=0)
    inner -= means
    inner -= means[:, None] - means.mean()
    inner *= -0.5
    m = len(inner)
    start = np.random.default_rng(0).normal(size=m)  # any fixed vector that is not constant, for equal bits every time
    values, vectors = eigsh(inner, dims, which="LA", v0=start)
    values, vectors = values[::-1], vectors[:, ::-1]
    coordinates: FloatArray = vectors * np.sqrt(np.maximum(values, 0.0))
    return coordinates, values


def _residuals(distances: FloatArray, coordinates: FloatArray) -> FloatArray:
    """Return 1 - R^2 of the distances and those in the first 1, 2, ... coordinates, over all pairs."""
    m, dims = coordinates.shape
    sums = np.zeros((3, dims))  # of embedded distances, of their squares, of their products with the given
    for start, stop in spans(m, SOURCES):
        squared = np.zeros((stop - start, m))
        for dim in range(dims):
            squared += (coordinates[start:stop, dim, None] - coordinates[:, dim]) ** 2
            embedded = np.sqrt(squared)
            sums[:, dim] += embedded.sum(), squared.sum(), np.einsum("ij,ij->", embedded, distances[start:stop])
    pairs = m * (m - 1)  # each twice; a point's distance from itself adds nothing
    first, squares, products = sums / pairs
    mean = distances.sum() / pairs
    variance = np.einsum("ij,ij->", distances, distances) / pairs - mean**2
    shared = (products - first * mean) ** 2 / (variance * (squares - first**2))
    left: FloatArray = np.clip(1 - shared, 0.0, 1.0)
    return left
