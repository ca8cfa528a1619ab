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
        out[i] = score(d, log_mu[i], rank)


@njit(cache=True, nogil=True)
def score(d, log_mu, rank):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return one point's part of the derivative of the log-likelihood."""
    pull = log_mu / -np.expm1(-d * log_mu) if log_mu > 0 else 1 / d
    return 1 / d + (rank - 1) * pull - (2 * rank - 1) * log_mu


@njit(cache=True, nogil=True)
def presence(indices, log_lengths, drawn, d, rank, log_mu, out):  # type: ignore[no-untyped-def]  # house: numba takes the types
    """Fill out (n,) with what each point does to the sum of the scores of the drawn: by its own, and by moving others' ranks.

    Ranks count drawn neighbours; log_mu (n,) is filled with the ratios at them. What a point does by being there is the sum
    with it less the sum without it, whether it was drawn or not. NaN where the graph holds fewer than 2 rank + 1 drawn
    neighbours.
    """
    n, depth = indices.shape
    met = np.empty(2 * rank + 1)  # log distances to the drawn neighbours
    for i in range(n):
        out[i] = 0.0
    for i in range(n):
        found = 0
        for step in range(depth):
            if drawn[indices[i, step]]:
                met[found] = log_lengths[i, step]
                found += 1
                if found == 2 * rank + 1:
                    break
        if found < 2 * rank + 1:
            out[i] = log_mu[i] = np.nan
            continue
        inner, outer = met[rank - 1], met[2 * rank - 1]
        log_mu[i] = outer - inner
        now = score(d, log_mu[i], rank)
        out[i] += now
        if not drawn[i]:
            continue
        without_inner = score(d, met[2 * rank] - met[rank], rank)
        without_outer = score(d, met[2 * rank] - inner, rank)
        before = met[2 * rank - 2]  # stands at rank 2 n where one more point comes before it
        # One more point is mostly well within rank n, or well between n and 2 n: where exactly does not matter then.
        if rank > 1:
            early, between = score(d, before - met[rank - 2], rank), score(d, before - inner, rank)
        else:
            early = between = 0.0
        passed = 0
        for step in range(depth):
            j = indices[i, step]
            if drawn[j]:
                out[j] += now - (without_inner if passed < rank else without_outer)
                passed += 1
                if passed == 2 * rank:
                    break
                continue
            if passed < rank - 1 or rank <= passed < 2 * rank - 1:
                out[j] += (early if passed < rank else between) - now
                continue
            here = log_lengths[i, step]
            first = inner if passed >= rank else here if passed == rank - 1 else met[rank - 2]
            second = here if passed == 2 * rank - 1 else before
            out[j] += score(d, second - first, rank) - now
