"""Loop kernels of Gride's likelihood: typed arrays in, numbers out, nothing checked, the lock released.

For ratios mu = r_2n / r_n of N points the log-likelihood is, up to a constant,
(N - 1) log d + (n - 1) sum log(mu^d - 1) - ((2n - 1) d + 1) sum log mu. A ratio of 1 enters through its limit.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def slope_and_curvature(d, log_mu, rank):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return the derivative of the log-likelihood by d, and minus the second with N / d^2 in it, as peers have it."""
    pull, curved, total = 0.0, 0.0, 0.0
    for value in log_mu:
        total += value
        if value > 0:
            # e^(-x) and not e^x, which would overflow
            shrunk = -np.expm1(-d * value)
            pull += value / shrunk
            curved += value * value * (1 - shrunk) / (shrunk * shrunk)
        else:
            pull += 1 / d
            curved += 1 / (d * d)
    n = log_mu.size
    slope = (n - 1) / d + (rank - 1) * pull - (2 * rank - 1) * total
    return slope, n / (d * d) + (rank - 1) * curved


@njit(cache=True, nogil=True)
def maximum(log_mu, rank):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return the d of largest likelihood; some ratio must be above 1. The log-likelihood is concave: Newton's steps, kept
    between the bounds known so far."""
    if rank == 1:
        return (log_mu.size - 1) / log_mu.sum()
    expected = 0.0  # of d log mu: from there few steps are left
    for place in range(rank, 2 * rank):
        expected += 1 / place
    d = expected * log_mu.size / log_mu.sum()
    low, high = 0.0, np.inf
    for _ in range(200):
        slope, curvature = slope_and_curvature(d, log_mu, rank)
        if slope > 0:
            low = d
        else:
            high = d
        step = d + slope / curvature
        if not low < step < high:
            step = 2 * d if high == np.inf else (low + high) / 2
        if abs(step - d) <= 1e-9 * d:  # the error is squared by each step
            return step
        d = step
    return d


@njit(cache=True, nogil=True)
def scores(d, log_mu, rank, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (n,) with each point's part of the derivative of the log-likelihood."""
    for i in range(log_mu.size):
        value = log_mu[i]
        pull = value / -np.expm1(-d * value) if value > 0 else 1 / d
        out[i] = 1 / d + (rank - 1) * pull - (2 * rank - 1) * value
