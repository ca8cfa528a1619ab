"""Neighbours by sorting all distances, one point at a time."""

from __future__ import annotations

import numpy as np


def neighbors(X: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (indices, distances) of the k nearest points, by (squared distance, index), the point itself left out."""
    X = np.asarray(X, dtype=np.float64)
    indices = np.empty((len(X), k), dtype=int)
    distances = np.empty((len(X), k))
    for i, x in enumerate(X):
        squared = ((X - x) ** 2).sum(axis=1)
        order = [j for j in np.lexsort((np.arange(len(X)), squared)) if j != i][:k]
        indices[i], distances[i] = order, np.sqrt(squared[order])
    return indices, distances
