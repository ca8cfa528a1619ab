"""Neural collapse with numpy's pseudo-inverse and loops over pairs of classes."""

from __future__ import annotations

from itertools import combinations

import numpy as np

OPTIONS = [
    {},
    {"statistic": "cdnv"},
    {"statistic": "cdnv", "debiased": True},
    {"statistic": "nearest_mean"},
    {"statistic": "equiangularity"},
]


def slow(X, Y, columns, *, statistic="nc1", debiased=False):
    labels = columns["labels"].tolist()
    names = sorted(set(labels))
    of = {name: np.array([row for row, label in zip(X, labels, strict=True) if label == name]) for name in names}
    means = {name: rows.mean(axis=0) for name, rows in of.items()}
    middle = np.mean(list(means.values()), axis=0)
    if statistic == "nc1":
        within = sum((rows - means[name]).T @ (rows - means[name]) for name, rows in of.items()) / len(X)
        between = sum(np.outer(m - middle, m - middle) for m in means.values()) / len(names)
        return np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / len(names)
    if statistic == "nearest_mean":
        right = 0
        for place, (row, label) in enumerate(zip(X, labels, strict=True)):
            others = {n: np.mean([r for i, r in enumerate(X) if labels[i] == n and i != place], axis=0) for n in names}
            right += min(names, key=lambda n: ((row - others[n]) ** 2).sum()) == label
        return right / len(X)
    found = []
    for a, b in combinations(names, 2):
        if statistic == "equiangularity":
            one, two = means[a] - middle, means[b] - middle
            found.append(abs(one @ two / np.linalg.norm(one) / np.linalg.norm(two) + 1 / (len(names) - 1)))
            continue
        spread = {n: ((of[n] - means[n]) ** 2).sum() / (len(of[n]) - debiased) for n in (a, b)}
        apart = ((means[a] - means[b]) ** 2).sum()
        if debiased:
            apart -= spread[a] / len(of[a]) + spread[b] / len(of[b])
        found.append((spread[a] + spread[b]) / (2 * apart))
    return np.mean(found)
