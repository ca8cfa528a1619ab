"""Density over a point's largest neighbourhood of constant density: the likelihood of one density against that of two."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import chi2

from tests.reference.neighbors import neighbors

OPTIONS = [{"id": 3.0, "k": 60}, {"id": 6.0, "k": 20, "convention": "paper"}]


def two_densities(k, one, other):
    """Twice the log likelihood ratio of two Poisson rates (k points in each volume) against a common one."""
    apart = k * math.log(k / one) + k * math.log(k / other)
    return 2 * (apart - 2 * k * math.log(2 * k / (one + other)))


def sizes(X, id, width, convention):
    indices, distances = neighbors(X, width)
    found = []
    for i in range(len(X)):
        refused = [
            k
            for k in range(3, width - 1)
            if two_densities(k, distances[i][k - 1] ** id, distances[indices[i][k]][k - 1] ** id) > chi2.isf(1e-6, 1)
        ]
        if convention == "paper" and refused:
            found.append(max(3, refused[0] - 1))
        else:
            found.append(refused[0] if refused else width - 1)
    return np.array(found), distances


def slow(X, Y, columns, *, id, k, convention="dadapy"):
    chosen, distances = sizes(X, id, k, convention)
    ball = math.pi ** (id / 2) / math.gamma(id / 2 + 1)
    return np.mean([math.log(m / len(X) / (ball * row[m - 1] ** id)) for m, row in zip(chosen, distances, strict=True)])
