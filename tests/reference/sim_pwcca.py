"""PWCCA: the canonical variables themselves, built by inverse square roots, and their overlap with every feature."""

from __future__ import annotations

import numpy as np

OPTIONS = [{}, {"weigh": "second"}]


def inverse_root(A):
    values, vectors = np.linalg.eigh(A)
    return vectors @ np.diag(values**-0.5) @ vectors.T


def slow(X, Y, columns, *, weigh="first"):
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    if weigh == "second":
        X, Y = Y, X
    left, rho, _ = np.linalg.svd(inverse_root(X.T @ X) @ X.T @ Y @ inverse_root(Y.T @ Y), full_matrices=False)
    variables = X @ inverse_root(X.T @ X) @ left
    weights = np.array([sum(abs(h @ x) for x in X.T) for h in variables.T])
    return (weights * rho).sum() / weights.sum()
