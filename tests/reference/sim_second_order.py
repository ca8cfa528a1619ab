"""Second-order cosine with whole matrices of distances."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from tests.reference.sim_jaccard import neighbours

OPTIONS = [{}, {"k": 3}]


def slow(X, Y, columns, *, k=10):
    a, b = cdist(X, X, "cosine"), cdist(Y, Y, "cosine")
    found = []
    for i, (p, q) in enumerate(zip(neighbours(X, k, "cosine"), neighbours(Y, k, "cosine"), strict=True)):
        both = sorted({*p} | {*q})
        u, v = a[i, both], b[i, both]
        found.append(u @ v / np.linalg.norm(u) / np.linalg.norm(v))
    return np.mean(found)
