"""CKA from whole, centred kernel matrices, written as in the papers."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.spatial.distance import cdist, pdist

OPTIONS = [
    {}, {"estimator": "debiased"}, {"kernel": "rbf"}, {"kernel": "rbf", "estimator": "debiased", "bandwidth": 0.4},
    {"batch": 30}, {"batch": 50, "estimator": "debiased", "kernel": "rbf"},
]  # fmt: skip


def gram(X, kernel, bandwidth):
    if kernel == "linear":
        return X @ X.T
    return np.exp(-(cdist(X, X) ** 2) / (2 * (bandwidth * np.median(pdist(X))) ** 2))


def biased(K, L):
    H = np.eye(len(K)) - 1 / len(K)
    return np.trace(K @ H @ L @ H)


def debiased(K, L):
    """Equation 5 of Song et al. 2012, but for the factor 1 / (n (n - 3))."""
    n, one = len(K), np.ones(len(K))
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    return np.trace(K @ L) + one @ K @ one * (one @ L @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * one @ K @ L @ one


def slow(X, Y, columns, *, kernel="linear", estimator="biased", bandwidth=1.0, batch=None):
    hsic = {"biased": biased, "debiased": debiased}[estimator]
    edges = np.linspace(0, len(X), len(X) // (batch or len(X)) + 1).astype(int)
    sums = np.zeros(3)
    for start, stop in itertools.pairwise(edges):
        K, L = gram(X[start:stop], kernel, bandwidth), gram(Y[start:stop], kernel, bandwidth)
        sums += [hsic(K, L), hsic(K, K), hsic(L, L)]
    return sums[0] / np.sqrt(sums[1] * sums[2])
