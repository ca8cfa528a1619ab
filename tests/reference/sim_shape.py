"""Shape distances with matrix square roots and scipy's best rotation."""

from __future__ import annotations

import numpy as np
from scipy.linalg import inv, orthogonal_procrustes, sqrtm

OPTIONS = [{}, {"alpha": 0.5}, {"form": "euclidean"}, {"folds": 3}, {"alpha": 0.3, "folds": 4, "form": "euclidean"}]


def slow(X, Y, columns, *, alpha=1.0, form="angular", folds=None):
    width, n = max(X.shape[1], Y.shape[1]), len(X)
    X, Y = (np.pad(A, ((0, 0), (0, width - A.shape[1]))) for A in (X, Y))
    order = np.random.default_rng(0).permutation(n)
    parts = [np.arange(n)] if folds is None else np.array_split(order, folds)
    found = []
    for part in parts:
        learned = np.arange(n) if folds is None else np.setdiff1d(np.arange(n), part)
        (a, p), (b, q) = (aligned(A, learned, part, alpha) for A in (X, Y))
        rotation = orthogonal_procrustes(a, b)[0]
        p = p @ rotation
        if form == "euclidean":
            found.append(np.linalg.norm(p - q))
        else:
            found.append(2 * np.arcsin(np.linalg.norm(p / np.linalg.norm(p) - q / np.linalg.norm(q)) / 2))
    return np.mean(found)


def aligned(A, learned, part, alpha, floor=1e-7):
    mean = A[learned].mean(axis=0)
    a, rest = A[learned] - mean, A[part] - mean
    if alpha == 1:
        return a, rest
    values, vectors = np.linalg.eigh(a.T @ a)
    S = vectors @ np.diag(np.maximum(values, floor)) @ vectors.T
    Z = alpha * np.eye(len(S)) + (1 - alpha) * inv(sqrtm(S).real)
    Z = Z * np.sqrt(np.trace(S) / np.trace(Z @ S @ Z))
    return a @ Z, rest @ Z
