"""Loop kernel of the error of local dimensions: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def spread_presence(indices, log_lengths, drawn, k, own, out):  # type: ignore[no-untyped-def]  # house: numba takes the types
    """Fill out (n,) with what each point does to the sum over the drawn of sum_j log(r_k / r_j), own (n,) with each one's sum.

    Neighbours are the first k drawn ones. What a point does by being there is the sum with it less the sum without it, whether
    it was drawn or not. NaN where fewer than k + 1 drawn neighbours are known.
    """
    n, depth = indices.shape
    met = np.empty(k + 1)
    for i in range(n):
        out[i] = 0.0
    for i in range(n):
        found, total = 0, 0.0
        for step in range(depth):
            if drawn[indices[i, step]]:
                met[found] = log_lengths[i, step]
                if found < k:
                    total += met[found]
                found += 1
                if found == k + 1:
                    break
        if found < k + 1:
            out[i] = own[i] = np.nan
            continue
        now = k * met[k - 1] - total
        own[i] = now
        out[i] += now
        if not drawn[i]:
            continue
        passed = 0
        for step in range(depth):
            j, here = indices[i, step], log_lengths[i, step]
            if drawn[j]:
                out[j] += now - (k * met[k] - (total - here + met[k]))
                passed += 1
                if passed == k:
                    break
                continue
            out[j] += k * max(here, met[k - 2]) - (total - met[k - 1] + here) - now
