"""Density from the k-th neighbour, as it is written in a textbook: share of the points over the volume of a ball."""

from __future__ import annotations

import math

import numpy as np

from tests.reference.neighbors import neighbors

OPTIONS = [{"id": 3.0}, {"id": 1.5, "k": 4}, {"id": 6, "k": 40}]


def slow(X, Y, columns, *, id, k=10):
    _, distances = neighbors(X, k)
    ball = math.pi ** (id / 2) / math.gamma(id / 2 + 1)
    return np.mean([math.log(k / len(X) / (ball * row[-1] ** id)) for row in distances])
