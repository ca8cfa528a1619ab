"""The dimension from how the total length of the k-nearest-neighbour graph grows with the number of points."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import InputError
from ...graph import knn_graph
from ...machine import within_memory
from .._result import Estimate
from ..points import points_of
from ._distinct import rows_apart
from ._length_growth import dimension_of, given_sizes

FloatArray = npt.NDArray[np.float64]
NAME = "id_knn_length"
SIZES, SHARE, SPARE = 6, 0.1, 10


@within_memory
def id_knn_length(
    X: Any,
    *,
    k: int = 5,
    power: float = 1.0,
    sizes: tuple[int, ...] | None = None,
    draws: int = 5,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Intrinsic dimension power / (1 - b), b the slope of log L(m) on log m, L the length of the graph of m points [1]_.

    L is the sum over points of the distances to their k nearest neighbours, each to the `power`: on a d-dimensional manifold
    it grows as m^((d - power) / d). :func:`id_mst` asks the same of the minimum spanning tree.

    Parameters
    ----------
    X : (n, d) array
        Points; copies count as one.
    k : int
        Neighbours of each point.
    power : float in (0, ...)
        Of the distances; below the dimension.
    sizes : tuple of int, optional
        Numbers of points, three at least; None: six in equal ratios, from a tenth of the points (at least k + 10) to half.
    draws : int
        Random subsets of each size, each with a graph of its own.
    rng : int or numpy Generator
        For the subsets.

    Returns
    -------
    Estimate
        value > 0. stderr is over the draws, each a line of its own through its sizes. details: "sizes" (m,), "lengths"
        (draws, m), "slope".

    Raises
    ------
    DegenerateDataError
        If the length does not grow as of any dimension (a slope of 1 or more).
    InputError
        If there are too few points, or an option is out of range.

    References
    ----------
    .. [1] Carter, Raich, Hero (2010). On local intrinsic dimension estimation and its applications. IEEE Transactions on
       Signal Processing 58, 650-663.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((1000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_knn_length(X).value)
    2
    """
    _check.number(power, "power", NAME, low=0, open_ends="l")
    _check.integer(k, "k", NAME, low=1)
    _check.integer(draws, "draws", NAME, low=2)
    points = _check.points(points_of(X), "X", NAME)
    apart = rows_apart(points)
    rows = np.ascontiguousarray(points[apart.rows], dtype=np.float64)
    used = _sizes(sizes, rows.shape[0], k)
    scale = float(np.abs(rows).max()) or 1.0
    generator = _random.generator(rng, NAME)
    lengths = np.empty((draws, len(used)))
    for draw in range(draws):
        for place, size in enumerate(used):
            chosen = np.sort(generator.permutation(rows.shape[0])[:size])
            lengths[draw, place] = (np.asarray(knn_graph(rows[chosen] / scale, k).distances) ** power).sum()
    dropped = len(points) - len(rows)
    return dimension_of(
        lengths, used, apart, dropped=dropped, power=power, scale=scale, function=NAME, options={"k": k}
    )


def _sizes(sizes: Any, n: int, k: int) -> tuple[int, ...]:
    if sizes is None:
        least = k + SPARE
        if n < 3 * least:
            raise InputError(f"X of {NAME} must have at least {3 * least} distinct points with k = {k}. Got {n}.")
        return tuple(int(size) for size in np.unique(np.geomspace(max(least, n * SHARE), n / 2, SIZES).round()))
    return given_sizes(sizes, NAME, low=k + 2, high=n)
