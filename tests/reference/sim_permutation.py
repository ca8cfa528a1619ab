"""Permutation Procrustes by trying every order of the units."""

from __future__ import annotations

import itertools

import numpy as np

OPTIONS = [{}, {"form": "distance"}, {"centre": True}]


def slow(X, Y, columns, *, form="angular", centre=False):
    width = max(X.shape[1], Y.shape[1])
    X, Y = (A - A.mean(axis=0) * centre for A in (X, Y))
    X, Y = (np.pad(A, ((0, 0), (0, width - A.shape[1]))) for A in (X, Y))
    if form == "angular":
        X, Y = X / np.linalg.norm(X), Y / np.linalg.norm(Y)
    left = min(np.linalg.norm(X[:, list(order)] - Y) for order in itertools.permutations(range(width)))
    return 2 * np.arcsin(left / 2) if form == "angular" else left
