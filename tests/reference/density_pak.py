"""PAk by a general optimiser: the likelihood of a linear trend over shells, maximised anew at every point."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize

from tests.reference.density_kstar import sizes

OPTIONS = [{"id": 3.0, "k": 40}]


def slow(X, Y, columns, *, id, k, convention="dadapy"):
    chosen, distances = sizes(X, id, k, convention)
    ball = math.pi ** (id / 2) / math.gamma(id / 2 + 1)
    found = []
    for m, row in zip(chosen, distances, strict=True):
        outer = ball * np.asarray(row[:m]) ** id
        shells = np.diff(np.concatenate([[0.0], outer]))
        ranks = np.arange(1, m + 1)

        def loss(at, shells=shells, ranks=ranks):
            trend = at[0] + at[1] * ranks
            rest = 1 - shells * np.exp(trend)
            return -(trend - shells * np.exp(trend)).sum(), -np.array([rest.sum(), (ranks * rest).sum()])

        start = np.array([math.log(m / outer[-1]), 0.0])
        best = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-11, "maxiter": 500})
        found.append(best.x[0] - math.log(len(X)))
    return np.mean(found)
