"""A map from the exact neighbour graph alone: no points are needed, and each layer starts where the one before it lies.

The weights and the attraction are those of UMAP [1]_, on exact neighbours and with draws that a seed fixes.

References
----------
.. [1] McInnes, Healy, Melville (2018). UMAP: uniform manifold approximation and projection. arXiv:1802.03426.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from ...graph import NeighborGraph
from ._jobs import Report
from ._layout_kernels import rounds

FloatArray = npt.NDArray[np.float64]
NEIGHBORS = 15
ROUNDS, AFTER = 200, 80  # from scratch; from the layer before
AT_ONCE = 5
SPREAD = 10.0


def neighbor_layout(
    graph: NeighborGraph, start: FloatArray | None, report: Report, *, afresh: bool, seed: int = 0
) -> FloatArray:
    """Return (n, 2) coordinates of a graph, from where `start` has the points.

    Parameters
    ----------
    graph : NeighborGraph
        With indices; distances make near neighbours count more than far ones.
    start : (n, 2) array, optional
        Another map of the same points; None draws them at random.
    report
        Is told the share that is done.
    afresh
        Whether the start is only a beginning, so that points must find their places from afar.
    """
    weights = _weights(graph, min(NEIGHBORS, graph.k))
    total = ROUNDS if afresh else AFTER
    strongest = float(weights.data.max())
    keep = weights.data >= strongest / total
    heads = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(weights.indptr))[keep]
    tails = weights.indices.astype(np.int32)[keep]
    every = strongest / weights.data[keep]
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(graph.n, 2)) * SPREAD / 3 if start is None else _spread(start, rng)
    due, state = every.copy(), np.array([seed * 2 + 88172645463325252], dtype=np.uint64)
    for first in range(0, total, AT_ONCE):
        report(first / total, "")
        rounds(xy, heads, tails, every, due, first, min(total, first + AT_ONCE), total, state)
    return xy


def _spread(start: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Bring a map to the size that the forces keep, and part points that lie on one another."""
    centred = start - np.median(start, axis=0)
    reach = float(np.quantile(np.abs(centred), 0.98)) or 1.0
    found = np.clip(centred / reach, -2, 2) * SPREAD
    return np.asarray(found + rng.normal(scale=1e-3, size=found.shape))


def _weights(graph: NeighborGraph, k: int) -> Any:
    """Return the symmetric weights: 1 at the nearest neighbour, falling so that all of a point's sum to log2 k."""
    indices = np.asarray(graph.indices)[:, :k]
    if graph.distances is None:
        held = np.ones(indices.shape)
    else:
        beyond = graph.distances[:, :k] - graph.distances[:, :1]
        held = np.exp(-beyond / _scales(beyond, np.log2(k))[:, None])
    rows = np.arange(graph.n + 1) * k
    one_way = csr_matrix((held.ravel(), indices.ravel().astype(np.int64), rows), shape=(graph.n, graph.n))
    back = one_way.T.tocsr()
    return (one_way + back - one_way.multiply(back)).tocsr()


def _scales(beyond: FloatArray, wanted: float, steps: int = 40) -> FloatArray:
    """Return for every point the scale at which its weights sum to what is wanted, by halving."""
    low, high = np.zeros(len(beyond)), np.full(len(beyond), np.inf)
    scale = np.maximum(beyond.mean(axis=1), 1e-12)
    for _ in range(steps):
        over = np.exp(-beyond / scale[:, None]).sum(axis=1) > wanted
        high, low = np.where(over, scale, high), np.where(over, low, scale)
        scale = np.where(np.isinf(high), 2 * scale, (low + high) / 2)
        scale = np.clip(scale, 1e-12, 1e12)
    return np.asarray(scale)
