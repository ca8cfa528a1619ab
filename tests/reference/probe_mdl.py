"""Online code length with scikit-learn, portion by portion."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from sklearn.linear_model import LogisticRegression

PORTIONS = (0.05, 0.1, 0.3, 1.0)
OPTIONS = [
    {"tol": 1e-10, "portions": PORTIONS, "penalties": [1.0]},
    {"tol": 1e-10, "portions": PORTIONS, "penalties": [0.5, 5.0, 50.0], "orders": 4},
    {"tol": 1e-10, "portions": (0.01, 0.02, 0.2, 1.0), "penalties": [1.0, 10.0]},
]


def slow(X, Y, columns, *, portions, penalties, orders=3, tol):
    y = columns["labels"]
    n, classes = len(y), np.unique(y)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    ends = [round(share * n) for share in portions]
    rng, total = np.random.default_rng(0), []
    for _ in range(orders):
        order = rng.permutation(n)
        bits, so_far = ends[0] * np.log2(len(classes)), np.zeros(len(penalties))
        for start, stop in pairwise(ends):
            costs = [_cost(Z, y, order[:start], order[start:stop], 1 / p, classes) for p in penalties]
            bits += costs[max(range(len(costs)), key=lambda place: (-so_far[place], penalties[place]))]
            so_far += costs
        total.append(bits)
    return np.mean(total)


def _cost(Z, y, before, now, C, classes):
    if np.unique(y[before]).size == 1:
        return len(now) * np.log2(len(classes))
    if np.unique(y[before]).size == 2 < len(classes):
        C = 2 * C  # scikit-learn takes one weight for two classes, whose square is twice that of two opposite halves
    model = LogisticRegression(C=C, tol=1e-10, max_iter=9999).fit(Z[before], y[before])
    said = np.zeros((len(now), len(classes)))
    said[:, np.searchsorted(classes, model.classes_)] = model.predict_proba(Z[now])
    blind = 1 / (len(before) + 1)
    said = (1 - blind) * said + blind / len(classes)
    return -np.log2(said[np.arange(len(now)), np.searchsorted(classes, y[now])]).sum()
