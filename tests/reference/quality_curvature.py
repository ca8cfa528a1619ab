"""Angles between steps, one by one, by the arc cosine."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

OPTIONS = [{}, {"convention": "states"}, {"convention": "states", "lag": 3}]


def angle(a, b):
    return math.acos(max(-1.0, min(1.0, float(a @ b) / math.sqrt(float(a @ a) * float(b @ b)))))


def slow(X, Y, columns, *, convention="differences", lag=1):
    groups, means = columns["groups"], []
    for name in sorted(set(groups.tolist())):
        path = [row for row, group in zip(X, groups.tolist(), strict=True) if group == name]
        if convention == "differences":
            path, lag = [after - before for before, after in pairwise(path)], 1
        means.append(np.mean([angle(path[i], path[i + lag]) for i in range(len(path) - lag)]))
    return np.mean(means)
