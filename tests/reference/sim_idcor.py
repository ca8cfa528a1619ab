"""IdCor with a slow TwoNN."""

from __future__ import annotations

import numpy as np

from tests.reference import id_twonn

OPTIONS = [{"reading": "raw"}, {"reading": "raw", "per": "min"}, {"draws": 3}]


def dimension(*blocks):
    return id_twonn.slow(np.hstack(blocks), None, {})


def slow(X, Y, columns, *, reading="permuted", draws=10, per="max"):
    X, Y = (A - A.mean(axis=0) for A in (X, Y))
    X, Y = (A / np.linalg.norm(A) for A in (X, Y))
    x, y, both = dimension(X), dimension(Y), dimension(X, Y)
    if reading == "raw":
        return (x + y - both) / (max(x, y) if per == "max" else min(x, y))
    orders = [np.random.default_rng(seed).permutation(len(X)) for seed in range(draws)]
    relabelled = np.mean([dimension(X, Y[order]) for order in orders])
    return (relabelled - both) / (relabelled - max(x, y))
