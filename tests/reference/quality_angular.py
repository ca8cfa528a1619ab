"""The angle of each example, by the arc cosine; of the dimensions that both have."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{}]


def slow(X, Y, columns):
    X = X[:, : Y.shape[1]]
    return np.mean([math.acos(a @ b / math.sqrt((a @ a) * (b @ b))) / math.pi for a, b in zip(X, Y, strict=True)])
