"""The raw value at ranks 1 and 2, from all distances: the likelihood of their ratios."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{"max_rank": 8}]


def slow(X, Y, columns, *, max_rank):
    logs = []
    for x in X:
        far = sorted(math.dist(x, y) for y in X)[1:3]
        logs.append(math.log(far[1] / far[0]))
    return (len(X) - 1) / np.sum(logs)
