"""Loop kernels of the densities: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

GRADIENT = 1e-9
"""Per neighbour, at which the likelihood counts as maximal."""
STEPS = 200
SHORTEST = 1e-6
ROUNDING = 1e-13  # of a likelihood, within which two are equal


@njit(cache=True, nogil=True)
def adaptive_slopes(log_distances, sizes, dimension, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (n,) with what a linear trend of the log density over the neighbours' ranks adds to log(k / V_k).

    Maximises sum over l = 1..k of [F + a l - v_l exp(F + a l)], v_l the shell volumes in units of V_k / k, by Newton steps that
    are halved until the likelihood rises; it is concave. NaN where it has no maximum (a shell's neighbours stand at 0).
    """
    for i in range(sizes.size):
        k = sizes[i]
        far = log_distances[i, k - 1]
        volumes = np.empty(k)
        before = 0.0
        for rank in range(k):
            inside = math.exp(dimension * (log_distances[i, rank] - far))
            volumes[rank] = (inside - before) * k
            before = inside
        intercept, slope, worth = 0.0, 0.0, likelihood(volumes, 0.0, 0.0)
        out[i] = np.nan
        for _ in range(STEPS):
            gb, ga, hbb, hba, haa = derivatives(volumes, intercept, slope)
            if abs(gb) <= GRADIENT * k and abs(ga) <= GRADIENT * k * k:
                out[i] = intercept
                break
            determinant = hbb * haa - hba * hba
            if not determinant > 0:
                break
            step_b = (haa * gb - hba * ga) / determinant
            step_a = (hbb * ga - hba * gb) / determinant
            share, least = 1.0, worth - ROUNDING * abs(worth)
            moved = likelihood(volumes, intercept + step_b, slope + step_a)
            while not moved >= least and share > SHORTEST:
                share /= 2
                moved = likelihood(volumes, intercept + share * step_b, slope + share * step_a)
            if share <= SHORTEST:  # as high as float64 tells
                out[i] = intercept
                break
            intercept, slope, worth = intercept + share * step_b, slope + share * step_a, moved


@njit(cache=True, nogil=True)
def likelihood(volumes, intercept, slope):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return the log likelihood of a linear trend of the log density over ranks."""
    total = 0.0
    for rank in range(volumes.size):
        height = intercept + slope * (rank + 1)
        total += height - volumes[rank] * math.exp(height)
    return total


@njit(cache=True, nogil=True)
def derivatives(volumes, intercept, slope):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return its gradient and minus its second derivatives, by intercept (b) and slope (a)."""
    gb, ga, hbb, hba, haa = 0.0, 0.0, 0.0, 0.0, 0.0
    for rank in range(volumes.size):
        place = rank + 1.0
        expected = volumes[rank] * math.exp(intercept + slope * place)
        gb += 1 - expected
        ga += place * (1 - expected)
        hbb += expected
        hba += place * expected
        haa += place * place * expected
    return gb, ga, hbb, hba, haa
