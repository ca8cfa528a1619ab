"""The delete-group jackknife: a statistic without each of twenty random parts of the examples.

It leaves 95 % of the examples in, where half-samples would leave statistics of n examples and d + p dimensions short of
examples and so move what they estimate.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ._resample import Spread

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PARTS = 20


@functools.lru_cache(maxsize=8)
def deleted_parts(n: int) -> tuple[IntArray, ...]:
    """Return the sorted rows of each part; they depend on n alone, so that results on the same examples can be compared."""
    order = np.random.default_rng([n, 2]).permutation(n)
    return tuple(np.sort(rows) for rows in np.array_split(order, min(PARTS, n)))


def parts_of_groups(groups: IntArray) -> tuple[IntArray, ...]:
    """Return parts made of whole groups (n,)."""
    count = int(groups.max()) + 1
    dealt = np.random.default_rng([count, 2]).permutation(count) % min(PARTS, count)
    part = dealt[groups]
    return tuple(np.flatnonzero(part == one) for one in range(min(PARTS, count)))


def jackknife(value: float, without: Sequence[float]) -> tuple[Spread, FloatArray]:
    """Return the error, with Student's t, and the replicates of a value from those without each part."""
    left = np.array(without, dtype=np.float64)
    parts = left.size
    replicates = (left.mean() - left) * (parts - 1) / math.sqrt(parts)
    return Spread.of(value, float(replicates.std(ddof=1)), parts - 1), replicates
