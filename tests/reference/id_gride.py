"""Gride by numerical maximisation of the likelihood as published."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"max_rank": 8}, {"max_rank": 16, "outliers": "dadapy"}]


def slow(X, Y, columns, *, max_rank=16, outliers=None):
    _, r = neighbors(X, max_rank)
    values = []
    n = 1
    while 2 * n <= max_rank:
        mu = r[:, 2 * n - 1] / r[:, n - 1]
        if outliers:
            q50, q95 = np.quantile(mu, 0.5), np.quantile(mu, 0.95)
            mu = mu[mu < 20 * (q95 - q50) + q50]
        values.append(dimension(mu, n))
        n *= 2
    return np.array(values)


def dimension(mu, n):
    """Maximise (N - 1) log d + (n - 1) sum log(mu^d - 1) - ((2n - 1) d + 1) sum log mu."""
    log_mu = np.log(mu)

    def minus(d):
        return -((len(mu) - 1) * np.log(d) + (n - 1) * np.log(mu**d - 1).sum() - ((2 * n - 1) * d + 1) * log_mu.sum())

    return minimize_scalar(minus, bounds=(0.1, 60), method="bounded", options={"xatol": 1e-10}).x
