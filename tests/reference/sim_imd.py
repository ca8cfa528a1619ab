"""IMD from matrix exponentials of the Laplacian."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from tests.reference.sim_jaccard import neighbours

OPTIONS = [{}, {"k": 5, "mode": "l2"}, {"normalize": "complete"}]


def slow(X, Y, columns, *, k=10, mode="max", normalize="empty"):
    times = np.logspace(-1, 1, 256)
    some = slice(None, None, 15)
    x, y = (heat(A, k, times[some], normalize) for A in (X, Y))
    if mode == "max":  # the largest lies where the weight is largest, and is looked for among all times by the spectrum
        x, y = (spectral(A, k, times, normalize) for A in (X, Y))
        assert np.allclose(x[some], heat(X, k, times[some], normalize))
        return (np.exp(-2 * (times + 1 / times)) * np.abs(x - y)).max()
    x, y = (spectral(A, k, times, normalize) for A in (X, Y))
    return np.sqrt(((x - y) ** 2).sum())


def laplacian(X, k):
    n = len(X)
    A = np.zeros((n, n))
    for i, row in enumerate(neighbours(X, k, "euclidean")):
        for j in row:
            A[i, j] = A[j, i] = 1
    D = np.diag(A.sum(axis=1) ** -0.5)
    return np.eye(n) - D @ A @ D


def whole(normalize, t, n):
    return n if normalize == "empty" else 1 + (n - 1) * np.exp(-(1 + 1 / (n - 1)) * t)


def heat(X, k, times, normalize):
    L = laplacian(X, k)
    return np.array([1e6 * np.trace(expm(-t * L)) / whole(normalize, t, len(X)) for t in times])


def spectral(X, k, times, normalize):
    values = np.linalg.eigvals(laplacian(X, k)).real
    return np.array([1e6 * np.exp(-t * values).sum() / whole(normalize, t, len(X)) for t in times])
