"""MADA from all distances, point by point."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{"k": 10}, {"k": 7, "average": "median"}, {"k": 12, "average": "harmonic"}]


def slow(X, Y, columns, *, k, average="mean"):
    local = []
    for x in X:
        far = sorted(math.dist(x, y) for y in X)[1:]
        local.append(math.log(k / (k // 2)) / math.log(far[k - 1] / far[k // 2 - 1]))
    return {"mean": np.mean, "median": np.median, "harmonic": lambda v: 1 / np.mean(1 / np.array(v))}[average](local)
