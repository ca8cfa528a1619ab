"""Canonical correlations from the eigenvalues of the covariances' textbook product."""

from __future__ import annotations

import numpy as np

OPTIONS = [{}, {"average": "rho2"}, {"ridge": 0.3}]


def correlations(X, Y, ridge=0.0):
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    A, B, C = X.T @ X, Y.T @ Y, X.T @ Y
    A = A + ridge * np.trace(A) / len(A) * np.eye(len(A))
    B = B + ridge * np.trace(B) / len(B) * np.eye(len(B))
    values = np.linalg.eigvals(np.linalg.inv(A) @ C @ np.linalg.inv(B) @ C.T).real
    return np.sqrt(np.sort(values)[::-1][: min(len(A), len(B))].clip(0, 1))


def slow(X, Y, columns, *, average="rho", ridge=0.0):
    rho = correlations(X, Y, ridge)
    return rho.mean() if average == "rho" else (rho**2).mean()
