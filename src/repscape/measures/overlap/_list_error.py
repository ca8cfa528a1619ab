"""The error of what two lists of neighbours have in common, for every way of counting it.

The plain share of common neighbours has an error by influence (`uncertainty/_presence.py`). Other ways of counting, by rank, by
order or with ties, follow that share row by row, and what is left of them hardly follows the data. So
SE^2 = b^2 SE(share)^2 + V(rest), b the slope on the share, and V the neighbour sandwich of what the line leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..uncertainty import LEAST_K, by_group, influence_error, influence_stderr, sandwich, share_kept
from ._overlap_kernels import count_shared

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[Any]
ERRORS = ("auto", "influence", "sandwich", "naive", None)


@dataclass(frozen=True, slots=True)
class ListError:
    """The error of the mean over rows of what two lists have in common."""

    method: str
    stderr: float
    influence: FloatArray
    """(n,) what it comes from, point by point."""


def list_error(  # house: what the lists are, and how they are compared
    values: FloatArray,
    first: IndexArray,
    second: IndexArray,
    *,
    k: int,
    error: str,
    groups: npt.NDArray[np.int64] | None = None,
) -> ListError | None:
    """Return the error of the mean of values (n,), or None where "influence" is asked for and the lists are too short.

    first, second (n, depth): the neighbours, as deep as they are known; k of them are compared. `groups` (n,): examples that
    come and go together: their influences are added up, and halves are of whole groups.
    """
    n = values.size
    if groups is not None:
        found = influence_error(first, second, k, groups=groups) if error != "sandwich" and k >= LEAST_K else None
        if found is not None:
            share = _share(first, second, k)
            slope, rest = _beside(values, share)
            left = influence_stderr(rest, groups)
            whole = slope * found[1] + by_group(rest, groups)
            return ListError("influence over groups", math.hypot(slope * found[0], left), whole)
        ungrouped = list_error(values, first, second, k=k, error=error)
        if ungrouped is None:
            return None
        whole = by_group(ungrouped.influence, groups)
        stderr = influence_stderr(ungrouped.influence, groups)
        return ListError(f"{ungrouped.method} over groups", stderr, whole)
    if error == "naive":
        return ListError("naive", float(values.std(ddof=1) / math.sqrt(n)), values)
    if error == "influence" or (error == "auto" and k >= LEAST_K):
        found = influence_error(first, second, k) if k > 1 else None
        if found is not None:
            return _beside_share(values, first, second, k, *found)
        if error == "influence":
            return None
    return ListError("sandwich", math.sqrt(_sandwich(values, first, second, k)) / n, values)


def depth_for_influence(k: int, n: int) -> int:
    """Return how many neighbours graphs hold in which half of the points finds k / 2 of its own."""
    return min(k + 4 * math.isqrt(k) + 1, n - 1)


def _beside_share(
    values: FloatArray, first: IndexArray, second: IndexArray, k: int, stderr: float, influence: FloatArray
) -> ListError:
    slope, rest = _beside(values, _share(first, second, k))
    left = _sandwich(rest, first, second, k) if rest.any() else 0.0
    return ListError("influence", math.hypot(slope * stderr, math.sqrt(left) / values.size), slope * influence + rest)


def _share(first: IndexArray, second: IndexArray, k: int) -> FloatArray:
    """Return (n,) the share of the first k neighbours that two lists have in common, less its mean."""
    shared = np.zeros(len(first), dtype=np.int32)
    count_shared(first[:, :k], second[:, :k], shared, np.zeros(k, dtype=np.int64))
    share: FloatArray = shared / k - shared.mean() / k
    return share


def _beside(values: FloatArray, share: FloatArray) -> tuple[float, FloatArray]:
    """Return the slope of values (n,) on the share, and what the line leaves."""
    apart = values - values.mean()
    squares = float(share @ share)
    slope = float(share @ apart) / squares if squares > 0 else 0.0
    rest = apart - slope * share
    rest[np.abs(rest) < 1e-12] = 0.0  # a share counted plainly leaves only rounding
    return slope, rest


def _sandwich(values: FloatArray, first: IndexArray, second: IndexArray, k: int) -> float:
    links = min(k, max(3, min(10, k // 3)))
    return sandwich(values, first, links, other=second) / share_kept(first, links, second)
