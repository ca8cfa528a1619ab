"""Distance correlation from centring matrices, and the unbiased form from its definition by pairs."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

OPTIONS = [{}, {"estimator": "unbiased"}]


def slow(X, Y, columns, *, estimator="biased"):
    n = len(X)
    A, B = cdist(X, X), cdist(Y, Y)
    if estimator == "biased":
        H = np.eye(n) - 1 / n
        A, B = H @ A @ H, H @ B @ H
        return np.sqrt((A * B).mean() / np.sqrt((A * A).mean() * (B * B).mean()))
    A, B = (centred(D) for D in (A, B))
    return (A * B).sum() / np.sqrt((A * A).sum() * (B * B).sum())


def centred(D):
    n = len(D)
    out = np.zeros_like(D)
    for i in range(n):
        for j in range(n):
            if i != j:
                out[i, j] = D[i, j] - D[i].sum() / (n - 2) - D[:, j].sum() / (n - 2) + D.sum() / ((n - 1) * (n - 2))
    return out
