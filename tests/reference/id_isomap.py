"""Isomap by Floyd and Warshall's loop, a full eigendecomposition, and numpy's correlation."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist

from tests.reference.neighbors import neighbors

OPTIONS = [{"max_dim": 6}, {"k": 15, "max_dim": 4}]


def slow(X, Y, columns, *, k=10, max_dim=20):
    n = len(X)
    paths = np.full((n, n), np.inf)
    np.fill_diagonal(paths, 0)
    indices, distances = neighbors(X, k)
    for i in range(n):
        for j, r in zip(indices[i], distances[i], strict=True):
            paths[i, j] = paths[j, i] = r
    for middle in range(n):
        paths = np.minimum(paths, paths[:, middle, None] + paths[middle])
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ paths**2 @ centring)
    coordinates = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1]
    upper = paths[np.triu_indices(n, 1)]
    return np.array([1 - np.corrcoef(upper, pdist(coordinates[:, :m]))[0, 1] ** 2 for m in range(1, max_dim + 1)])
