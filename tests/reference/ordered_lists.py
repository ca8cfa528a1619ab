"""Lists of neighbours by hand: the lecture's three cases, and pairs of graphs that share some order."""

from __future__ import annotations

import numpy as np

import repscape as rs

NEAREST_FIRST = (1, 2, 3, 4, 5, 6, 7)
SWAPS = {
    "near": (2, 1, 3, 4, 5, 6, 7),
    "far": (1, 2, 3, 4, 5, 7, 6),
    "ends": (7, 2, 3, 4, 5, 6, 1),
}


def lists(first: tuple[int, ...]) -> rs.NeighborGraph:
    """Return the graph of eight points in which point 0 lists its neighbours so; the others list them by number."""
    rest = [[j for j in range(8) if j != i] for i in range(1, 8)]
    return rs.NeighborGraph.from_arrays(indices=np.array([first, *rest]))


def related(n: int, k: int, *, noise: float = 0.5, seed: int = 0) -> tuple[rs.NeighborGraph, rs.NeighborGraph]:
    """Return the graphs of points and of the same points moved a little."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return rs.knn_graph(X, k), rs.knn_graph(X + noise * rng.normal(size=X.shape), k)
