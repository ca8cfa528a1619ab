"""What the influence of single examples counts twice in a sum over pairs of them.

A sum over pairs i < j of 2 h_ij has the influence 2 sum_j h_ij for example i. What h_ij says beyond the levels of its two
examples belongs to that pair alone (Hoeffding): it enters the sum once and the influence of either, so that the squares of the
influences hold its variance twice. Between unrelated representations there is nothing else, and errors by influence alone are
sqrt(2) too wide. The surplus is one such variance; it is worked out on the pairs of at most 500 examples.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST = 500
LEAST_UNITS = 4


def some_examples(n: int, groups: IntArray | None = None) -> IntArray:
    """Return evenly spaced examples whose pairs are looked at, 500 at most; of `groups` (n,) about so many in whole groups."""
    if groups is None:
        return np.unique(np.linspace(0, n - 1, min(n, MOST)).astype(np.int64))
    count = int(groups.max()) + 1
    taken = np.unique(np.linspace(0, count - 1, min(count, max(LEAST_UNITS, MOST * count // n))).astype(np.int64))
    return np.flatnonzero(np.isin(groups, taken))


def surplus_of_pairs(h: FloatArray, levels: FloatArray, *, n: int, groups: IntArray | None = None) -> float:
    """Return the variance that influences count once too often in the sum over all ordered pairs of h.

    h (m, m): symmetric, for the pairs among m of n examples; levels (m,): the mean of h over all partners of each. `groups`
    (m,): examples that come and go together; the noise is then that between groups, and n counts groups.
    """
    noise = h - levels[:, None] - levels + levels.mean()
    if groups is not None:
        _, code = np.unique(groups, return_inverse=True)
        once = np.zeros((int(code.max()) + 1, code.size))
        once[code, np.arange(code.size)] = 1.0
        noise = once @ noise @ once.T
    np.fill_diagonal(noise, 0.0)
    m = len(noise)
    return 2 * n * (n - 1) * float(np.vdot(noise, noise)) / max(m * (m - 1), 1)
