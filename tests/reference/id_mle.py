"""Levina and Bickel written out, one point and one neighbour at a time."""

from __future__ import annotations

import math
import statistics

from tests.reference.neighbors import neighbors

OPTIONS = [
    {},
    {"k": 5},
    {"k": 2},
    {"average": "mean"},
    {"average": "mean", "unbiased": False},
    {"average": "median", "k": 7},
    {"unbiased": False},
    {"error": "model"},
    {"error": None},
]


def slow(X, Y, columns, *, k=10, average="harmonic", unbiased=True, error="auto"):
    _, distances = neighbors(X, k)
    inverse = [sum(math.log(r[k - 1] / r[j]) for j in range(k - 1)) / (k - 1) for r in distances]
    if average == "harmonic":
        n = len(inverse)
        plain = 1 / (sum(inverse) / n)
        return plain * (1 - 1 / (n * (k - 1))) if unbiased else plain
    factor = (k - 2) / (k - 1) if unbiased else 1
    middle = statistics.mean if average == "mean" else statistics.median
    return middle(factor / entry for entry in inverse)
