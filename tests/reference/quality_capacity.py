"""Capacity with the projections solved by bounded least squares, on the vectors that the measure draws."""

from __future__ import annotations

import numpy as np
from scipy.optimize import lsq_linear

OPTIONS = [{"draws": 6, "points": 100}]


def slow(X, Y, columns, *, draws, points):
    labels = columns["labels"]
    names = sorted(set(labels.tolist()))
    middle = np.mean([X[labels == name].mean(axis=0) for name in names], axis=0)
    seed = np.random.default_rng(0).integers(0, 2**31, size=3)[0]
    inverse = []
    for place, name in enumerate(names):
        rows = X[labels == name] - middle
        inside = (rows - rows.mean(axis=0)) / np.linalg.norm(rows.mean(axis=0))
        left, lengths, _ = np.linalg.svd(inside, full_matrices=False)
        signs = [np.sign(column[np.abs(column).argmax()]) for column in left.T]
        shape = np.column_stack([left * lengths * signs, np.ones(len(rows))])
        rng = np.random.default_rng(np.random.default_rng([seed, place]).integers(2**31))
        for target in rng.normal(size=(draws, shape.shape[1])):
            lifted = target + shape.T @ lsq_linear(shape.T, -target, bounds=(0, np.inf), method="bvls", tol=1e-14).x
            inverse.append(((lifted - target) ** 2).sum())
    return 1 / np.mean(inverse)
