"""GULP from its definition: inverses of whole covariances."""

from __future__ import annotations

import numpy as np

OPTIONS = [{}, {"ridge": 0.1}, {"root": False}]


def slow(X, Y, columns, *, ridge=0.0, root=True):
    n = len(X)
    X, Y = (A - A.mean(axis=0) for A in (X, Y))
    X, Y = (np.sqrt(n) * A / np.linalg.norm(A) for A in (X, Y))
    A, B, C = X.T @ X / n, Y.T @ Y / n, X.T @ Y / n
    P, Q = (np.linalg.inv(M + ridge * np.eye(len(M))) for M in (A, B))
    square = np.trace(A @ P @ A @ P) + np.trace(B @ Q @ B @ Q) - 2 * np.trace(P @ C @ Q @ C.T)
    return np.sqrt(square) if root else square
