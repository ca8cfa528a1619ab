"""LiDAR with the whitening written out, group by group."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{}, {"delta": 0.1}, {"convention": "paper", "delta": 0.5}]


def slow(X, Y, columns, *, delta=1e-4, convention="relative"):
    groups = columns["groups"]
    names = sorted(set(groups.tolist()))
    d = X.shape[1]
    means = {name: X[groups == name].mean(axis=0) for name in names}
    middle = sum(means.values()) / len(names)
    between, within = np.zeros((d, d)), np.zeros((d, d))
    for mean in means.values():
        between += np.outer(mean - middle, mean - middle) / len(names)
    for row, name in zip(X, groups.tolist(), strict=True):
        within += np.outer(row - means[name], row - means[name]) / len(X)
    within += delta * (np.trace(within) / d if convention == "relative" else 1.0) * np.eye(d)
    values, axes = np.linalg.eigh(within)
    whiten = axes @ np.diag(values**-0.5) @ axes.T
    found = np.sort(np.linalg.eigvalsh(whiten @ between @ whiten))[::-1][: len(names) - 1]
    shares = [float(value / found.sum()) for value in found]
    return math.exp(-sum(p * math.log(p) for p in shares))
