"""Category selectivity, pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np

OPTIONS = [{}, {"metric": "correlation"}]


def similarity(a, b, metric):
    if metric == "correlation":
        a, b = a - a.mean(), b - b.mean()
    return a @ b / np.sqrt((a @ a) * (b @ b))


def slow(X, Y, columns, *, metric="cosine"):
    groups = columns["groups"]
    within, between = {}, {}
    for i, j in combinations(range(len(X)), 2):
        value = similarity(X[i], X[j], metric)
        if groups[i] == groups[j]:
            within.setdefault(groups[i], []).append(value)
        else:
            between.setdefault(frozenset((groups[i], groups[j])), []).append(value)
    return np.mean([np.mean(v) for v in within.values()]) / np.mean([np.mean(v) for v in between.values()])
