"""MADA: the dimension from the distances to neighbours k and k / 2."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._distinct import near_distances
from ._local_dimension import AVERAGES, DEPTH, local_estimate

NAME = "id_mada"


@within_memory
def id_mada(
    g_or_X: Any,
    *,
    k: int = 20,
    average: Literal["mean", "median", "harmonic"] = "mean",
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "sandwich"] | None = "auto",
) -> Estimate:
    r"""Intrinsic dimension log 2 / log(r_k / r_(k/2)) at every point: twice as many neighbours in a ball so much larger [1]_.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least k neighbours and their distances, or the points.
    k : int of at least 2
        Neighbours; the inner ball holds k // 2. For odd k the logarithm is that of k over k // 2.
    average : {"mean", "median", "harmonic"}
        How the dimensions of points become one; "mean" is the peers'.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.
    error : {"auto", "sandwich", None}
        "sandwich": the neighbour sandwich over the nearest k / 2; it comes out up to 1.7 times too wide, so
        that "auto" is None.

    Returns
    -------
    Estimate
        value > 0. per_point (rows,): the local dimension. details: "quartiles" (3,) of it; "undefined", points left out because
        both distances are equal; "distance", the mean distance to neighbour k.

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
    .. [1] Farahmand, Szepesvari, Audibert (2007). Manifold-adaptive dimension estimation. ICML, 265-272.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((1000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_mada(X, average="median").value)
    2
    """
    _check.choice(average, "average", NAME, AVERAGES)
    asked = None if _check.choice(error, "error", NAME, ("auto", "sandwich", None)) == "auto" else error
    _check.integer(k, "k", NAME, low=2)
    near = near_distances(g_or_X, k, duplicates=duplicates, function=NAME, deeper=DEPTH)
    inner = k // 2
    grown = np.log(near.lengths[:, k - 1] / near.lengths[:, inner - 1])
    with np.errstate(divide="ignore"):
        local = np.log(k / inner) / grown
    options = {"duplicates": duplicates}
    return local_estimate(local, near, k=k, average=average, error=asked, function=NAME, options=options)
