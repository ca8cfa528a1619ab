"""SVCCA: principal components from the covariance, then textbook canonical correlations."""

from __future__ import annotations

import numpy as np

from tests.reference.sim_cca import correlations

OPTIONS = [{}, {"variance": 0.8}, {"variance": 1.0}]


def leading(X, variance):
    X = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(X.T @ X)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = 1
    while values[:kept].sum() < variance * values.sum() * (1 - 1e-12):
        kept += 1
    return X @ vectors[:, :kept]


def slow(X, Y, columns, *, variance=0.99):
    return correlations(leading(X, variance), leading(Y, variance)).mean()
