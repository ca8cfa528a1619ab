"""Loop kernel that chooses neighbourhoods of constant density: typed arrays in, `out` filled, the lock released."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, nogil=True)
def refused_sizes(log_distances, indices, dimension, threshold, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (n,) with the first k of 3, 4, ... at which a point and its (k + 1)-th neighbour have unlike densities.

    The likelihood ratio of one density against two is 4 k log cosh(delta / 2), delta the difference of the log volumes.
    """
    n, width = log_distances.shape
    for i in range(n):
        k = 3
        while k < width - 1:
            apart = dimension * (log_distances[i, k - 1] - log_distances[indices[i, k], k - 1])
            half = abs(apart) / 2
            if not math.isnan(half) and 4 * k * (half + math.log1p(math.exp(-2 * half)) - math.log(2.0)) > threshold:
                break
            k += 1
        out[i] = k
