"""Bures and Riemannian distances with square roots of whole kernel matrices."""

from __future__ import annotations

import numpy as np
from scipy.linalg import inv, logm

OPTIONS = [{}, {"form": "angle"}, {"form": "distance"}, {"form": "riemannian"}]


def root(K):
    values, vectors = np.linalg.eigh(K)
    values[values < 1e-10 * values[-1]] = 0  # of rounding, which a root would make large
    return vectors @ np.diag(np.sqrt(values)) @ vectors.T


def slow(X, Y, columns, *, form="similarity", ridge=0.1):
    K, L = ((A - A.mean(axis=0)) @ (A - A.mean(axis=0)).T for A in (X, Y))
    if form == "riemannian":
        n = len(K)
        K, L = (M * n / np.trace(M) + ridge * np.eye(n) for M in (K, L))
        W = inv(root(K))
        return np.linalg.norm(logm(W @ L @ W))
    fidelity = np.trace(root(root(K) @ L @ root(K)))
    if form == "distance":
        return np.sqrt(np.trace(K) + np.trace(L) - 2 * fidelity)
    cosine = fidelity / np.sqrt(np.trace(K) * np.trace(L))
    return cosine if form == "similarity" else np.arccos(cosine)
