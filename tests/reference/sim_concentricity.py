"""Concentricity difference with scipy's cosine, one example at a time."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cosine

OPTIONS = [{}]


def slow(X, Y, columns):
    x, y = (np.mean([1 - cosine(row, A.mean(axis=0)) for row in A]) for A in (X, Y))
    return abs(x - y)
