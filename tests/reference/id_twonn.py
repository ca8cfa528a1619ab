"""TwoNN written out: least squares by numpy, likelihoods by numerical maximisation."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

from tests.reference.neighbors import neighbors

OPTIONS = [
    {},
    {"fraction": 0.7},
    {"estimator": "mle"},
    {"estimator": "mle", "n_over_sum": True},
    {"estimator": "mle", "fraction": 0.8},
    {"estimator": "trimmed"},
    {"estimator": "bayes"},
]


def slow(X, Y, columns, *, estimator="fit", fraction=None, n_over_sum=False):
    _, r = neighbors(X, 2)
    return from_ratios(np.sort(r[:, 1] / r[:, 0]), estimator, fraction, n_over_sum)


def from_ratios(mu, estimator="fit", fraction=None, n_over_sum=False):
    """Estimate from sorted ratios."""
    n = len(mu)
    if estimator == "bayes":
        return (2 + n) / (5 + sum(math.log(m) for m in mu))
    used = int(n * (fraction or {"fit": 0.9, "trimmed": 0.9, "mle": 1}[estimator]))
    if estimator == "fit":
        x = [math.log(m) for m in mu[:used]]
        y = [-math.log(1 - i / n) for i in range(1, used + 1)]
        return np.linalg.lstsq(np.array(x)[:, None], np.array(y), rcond=None)[0][0]
    if estimator == "trimmed":
        return used / sum(math.log(m) for m in mu[:used])

    def minus_log_likelihood(d):  # density d mu^(-d-1) of those seen, mu_used^-d for each of those beyond
        seen = sum(math.log(d) - (d + 1) * math.log(m) for m in mu[:used])
        return -(seen - (n - used) * d * math.log(mu[used - 1]))

    best = minimize_scalar(minus_log_likelihood, bounds=(0.1, 100), method="bounded", options={"xatol": 1e-11}).x
    return best if n_over_sum else best * (used - 1) / used
