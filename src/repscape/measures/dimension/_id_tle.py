"""TLE: a local dimension from the distances between the neighbours themselves, so that few of them are enough."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._distinct import near_distances, rows_apart
from ._local_dimension import AVERAGES, DEPTH, local_estimate

FloatArray = npt.NDArray[np.float64]
NAME = "id_tle"


@within_memory
def id_tle(
    X: Any,
    *,
    k: int = 20,
    epsilon: float = 1e-4,
    average: Literal["mean", "median", "harmonic"] = "mean",
    error: Literal["auto", "sandwich"] | None = "auto",
) -> Estimate:
    r"""Intrinsic dimension by tight locality: every neighbour is also a centre, and the ball's edge is allowed for [1]_.

    Parameters
    ----------
    X : (n, d) array
        Points; copies count as one.
    k : int of at least 2
        Neighbours. All pairs of them are read: n k^2 d operations.
    epsilon : float > 0
        Pairs whose distance, seen from one of them, is below this share of the radius are left out.
    average : {"mean", "median", "harmonic"}
        How the dimensions of points become one; "mean" is the peers'.
    error : {"auto", "sandwich", None}
        The neighbour sandwich over the nearest k / 2.

    Returns
    -------
    Estimate
        value > 0. per_point (rows,): the local dimension. details: "quartiles" (3,) of it; "undefined", points left out because
        their neighbours stand at one distance; "distance", the mean distance to neighbour k.

    Raises
    ------
    DegenerateDataError
        If fewer than 3 points have a dimension, or there are too few distinct points.
    InputError
        If an option is out of range.

    References
    ----------
    .. [1] Amsaleg, Chelly, Houle, Kawarabayashi, Radovanovic, Treeratanajaru (2019). Intrinsic dimensionality estimation within
       tight localities. SIAM International Conference on Data Mining, 181-189.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((400, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_tle(X).value)
    2
    """
    _check.choice(average, "average", NAME, AVERAGES)
    _check.choice(error, "error", NAME, ("auto", "sandwich", None))
    _check.integer(k, "k", NAME, low=2)
    _check.number(epsilon, "epsilon", NAME, low=0, open_ends="l")
    points = _check.points(X, "X", NAME)
    near = near_distances(points, k, duplicates="merge", function=NAME, deeper=DEPTH)
    distinct = np.asarray(points[rows_apart(points).rows], dtype=np.float64)
    indices = np.asarray(near.indices)[:, :k]
    local = np.array([_tight(distinct[indices[i]], near.lengths[i, :k], epsilon) for i in range(near.n)])
    return local_estimate(local, near, k=k, average=average, error=error, function=NAME, options={"epsilon": epsilon})


def _tight(around: FloatArray, lengths: FloatArray, epsilon: float) -> float:
    """Return the dimension at one point, whose k neighbours stand at `lengths`; distances are in units of the last.

    The measurement from i of j is the radius of the ball that touches the edge, shrunk until it passes through j; the second
    kind takes the mirror image of j about the centre. A pair is left out whole, with both kinds.
    """
    u = lengths / lengths[-1]
    k = u.size
    gram = around @ around.T
    squares = np.diag(gram)
    apart = np.maximum(squares[:, None] + squares - 2 * gram, 0.0) / lengths[-1] ** 2
    exact = apart < 1e-10  # where the product loses all digits
    for i, j in zip(*np.nonzero(exact), strict=True):
        apart[i, j] = float(((around[i] - around[j]) ** 2).sum()) / lengths[-1] ** 2
    own = u[:, None] ** 2
    mirrored = 2 * own + 2 * u**2 - apart
    off = ~np.eye(k, dtype=bool)
    found = [_measured(square, own, u**2) for square in (apart, mirrored)]
    kept = off & (found[0] >= epsilon) & (found[1] >= epsilon)
    near = u >= epsilon
    total = sum(float(np.log(one[kept]).sum()) for one in found) + 2 * float(np.log(u[near]).sum())
    count = k**2 - int((off & ~kept).sum()) - int((~near).sum())
    return -2 * count / total if total < -epsilon else np.nan


def _measured(square: FloatArray, own: FloatArray, other: FloatArray) -> FloatArray:
    """Return (k, k) measurements; own (k, 1) and other (k,) are squared distances from the centre in a ball of radius 1."""
    b = own + square - other
    inside = 1 - own
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum(b**2 + 4 * square * inside, 0.0))
        found = np.where(
            b >= 0, 2 * square / (root + b), (root - b) / (2 * inside)
        )  # one root, in the form that keeps digits
    return np.nan_to_num(found, nan=0.0, posinf=0.0)
