"""The method of moments: the dimension from the mean distance to k neighbours and the largest."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._distinct import near_distances
from ._local_dimension import AVERAGES, DEPTH, local_estimate

NAME = "id_mom"


@within_memory
def id_mom(
    g_or_X: Any,
    *,
    k: int = 20,
    average: Literal["mean", "median", "harmonic"] = "mean",
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "sandwich"] | None = "auto",
) -> Estimate:
    r"""Intrinsic dimension m / (r_k - m) at every point, m the mean distance to its k neighbours [1]_.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least k neighbours and their distances, or the points.
    k : int of at least 2
        Neighbours, the one at the edge among them.
    average : {"mean", "median", "harmonic"}
        How the dimensions of points become one; "mean" is the peers'.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.
    error : {"auto", "sandwich", None}
        "sandwich": the neighbour sandwich over the nearest k / 2; it comes out up to twice too wide, so
        that "auto" is None.

    Returns
    -------
    Estimate
        value > 0. per_point (rows,): the local dimension. details: "quartiles" (3,) of it; "undefined", points left out because
        all distances are equal; "distance", the mean distance to neighbour k.

    Raises
    ------
    DegenerateDataError
        If fewer than 3 points have a dimension.
    GraphDepthError
        If the graph holds fewer than k distinct neighbours.
    InputError
        If k is out of range.

    References
    ----------
    .. [1] Amsaleg, Chelly, Furon, Girard, Houle, Kawarabayashi, Nett (2018). Extreme-value-theoretic estimation of local
       intrinsic dimensionality. Data Mining and Knowledge Discovery 32, 1768-1805.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((1000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_mom(X, average="median").value)
    2
    """
    _check.choice(average, "average", NAME, AVERAGES)
    asked = None if _check.choice(error, "error", NAME, ("auto", "sandwich", None)) == "auto" else error
    _check.integer(k, "k", NAME, low=2)
    near = near_distances(g_or_X, k, duplicates=duplicates, function=NAME, deeper=DEPTH)
    ratio = (near.lengths[:, :k] / near.lengths[:, k - 1 : k]).mean(axis=1)
    with np.errstate(divide="ignore"):
        local = ratio / np.where(ratio < 1, 1 - ratio, 0.0)
    options = {"duplicates": duplicates}
    return local_estimate(local, near, k=k, average=average, error=asked, function=NAME, options=options)
