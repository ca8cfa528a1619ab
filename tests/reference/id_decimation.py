"""Decimation with the draws written out; the estimator is TwoNN's own slow form."""

from __future__ import annotations

import numpy as np

from . import id_twonn

OPTIONS = [
    {"min_points": 30, "rng": 4},
    {"min_points": 30, "rng": 4, "draws": "peer", "estimator": "mle"},
    {"min_points": 30, "rng": 4, "draws": "disjoint"},
]


def slow(X, Y, columns, *, min_points, rng, draws="independent", estimator="fit"):
    random = np.random.default_rng(rng)
    n = len(X)
    means = []
    size = n
    while size > min_points:
        means.append(
            np.mean([id_twonn.slow(X[s], None, None, estimator=estimator) for s in subsets(n, size, draws, random)])
        )
        size = n // 2 ** len(means)
    return np.array(means)


def subsets(n, size, draws, random):
    """The rows of each draw."""
    if size == n:
        return [np.arange(n)]
    if draws == "disjoint":
        found = []
        while len(found) < 10:
            shuffled = random.permutation(np.arange(n))
            found += [np.sort(shuffled[i * size : (i + 1) * size]) for i in range(n // size)]
        return found
    count = round(n / size) if draws == "peer" else max(10, round(n / size))
    return [np.sort(random.choice(np.arange(n), size, replace=False)) for _ in range(count)]
