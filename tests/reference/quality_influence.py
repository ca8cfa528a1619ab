"""1 - the cosine of each example; of the dimensions that both have."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{}]


def slow(X, Y, columns):
    X = X[:, : Y.shape[1]]
    return np.mean([1 - a @ b / math.sqrt((a @ a) * (b @ b)) for a, b in zip(X, Y, strict=True)])
