"""Rank similarity, one shared neighbour at a time."""

from __future__ import annotations

import numpy as np

from tests.reference.sim_jaccard import neighbours

OPTIONS = [{}, {"k": 3}, {"metric": "euclidean"}]


def slow(X, Y, columns, *, k=10, metric="cosine"):
    scores = []
    for a, b in zip(neighbours(X, k, metric).tolist(), neighbours(Y, k, metric).tolist(), strict=True):
        shared = [j for j in a if j in b]
        ranks = [(a.index(j) + 1, b.index(j) + 1) for j in shared]
        score = sum(2 / ((1 + abs(r - s)) * (r + s)) for r, s in ranks)
        scores.append(score / sum(1 / r for r in range(1, len(shared) + 1)) if shared else 0.0)
    return np.mean(scores)
