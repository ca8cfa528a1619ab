"""CKNNA with whole matrices and loops over rows."""

from __future__ import annotations

import numpy as np

from tests.reference.sim_cka import debiased

OPTIONS = [{}, {"k": 2}, {"k": 149}, {"normalize": False}]


def nearest(K, k):
    mask = np.zeros_like(K)
    for i, row in enumerate(K):
        order = [j for j in np.argsort(-row, kind="stable") if j != i][:k]
        mask[i, order] = 1
    return mask


def unbiased(K, L):
    """As in the paper's code, where masked matrices are not symmetric."""
    n = len(K)
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    return (K * L.T).sum() + K.sum() * L.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (K @ L).sum()


def slow(X, Y, columns, *, k=10, normalize=True):
    if normalize:
        X, Y = (A / np.linalg.norm(A, axis=1, keepdims=True) for A in (X, Y))
    K, L = X @ X.T, Y @ Y.T
    if k == len(K) - 1:
        return debiased(K, L) / np.sqrt(debiased(K, K) * debiased(L, L))
    a, b = nearest(K, k), nearest(L, k)
    return unbiased(a * b * K, a * b * L) / np.sqrt(unbiased(a * K, a * K) * unbiased(b * L, b * L))
