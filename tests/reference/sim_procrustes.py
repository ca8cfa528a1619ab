"""Procrustes by finding the best rotation itself and measuring what is left."""

from __future__ import annotations

import numpy as np
from scipy.linalg import orthogonal_procrustes

OPTIONS = [{"form": "angular"}, {"form": "size_and_shape"}, {"form": "similarity"}]


def slow(X, Y, columns, *, form="angular"):
    width = max(X.shape[1], Y.shape[1])
    X, Y = (np.pad(A - A.mean(axis=0), ((0, 0), (0, width - A.shape[1]))) for A in (X, Y))
    if form != "size_and_shape":
        X, Y = X / np.linalg.norm(X), Y / np.linalg.norm(Y)
    rotation, _ = orthogonal_procrustes(Y, X)
    left = np.linalg.norm(X - Y @ rotation)
    if form == "angular":
        return 2 * np.arcsin(left / 2)
    return left if form == "size_and_shape" else 1 - left**2 / 2
