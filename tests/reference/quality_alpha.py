"""The slope by numpy's weighted polynomial fit, on eigenvalues of numpy's covariance."""

from __future__ import annotations

import numpy as np

OPTIONS = [{"ranks": (1, 5)}, {"ranks": (2, 6)}]


def slow(X, Y, columns, *, ranks):
    values = np.sort(np.linalg.eigvalsh(np.cov(X.T)))[::-1][ranks[0] - 1 : ranks[1]]
    at = np.arange(ranks[0], ranks[1] + 1)
    return -np.polyfit(np.log(at), np.log(values), 1, w=at**-0.5)[0]
