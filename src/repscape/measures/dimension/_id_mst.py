"""The dimension from how the length of the minimum spanning tree grows with the number of points."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ._distinct import rows_apart
from ._id_mst_kernels import spanning_edges
from ._length_growth import dimension_of, given_sizes, slope_of

FloatArray = npt.NDArray[np.float64]
NAME = "id_mst"
SIZES, LEAST, SHARE = 6, 20, 0.1
GAP, DIFFERS = 10, 0.2


@within_memory
def id_mst(
    X: Any,
    *,
    power: float = 1.0,
    sizes: tuple[int, ...] | None = None,
    draws: int = 5,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Intrinsic dimension power / (1 - b), b the slope of log L(m) against log m, L the length of the tree over m points [1]_.

    L is the sum of the edges of the minimum spanning tree, each to the `power`: of points on a d-dimensional manifold it
    grows as m^((d - power) / d). It is also the lifetime of the connected components, so that this is the persistent homology
    dimension of order 0 [2]_.

    Parameters
    ----------
    X : (n, d) array
        Points; copies count as one.
    power : float in (0, ...)
        Of the edges; below the dimension.
    sizes : tuple of int, optional
        Numbers of points, three at least; None: six from a tenth of the points to half of them, in equal ratios.
    draws : int
        Random subsets of each size. One of m points costs m^2 d operations and memory of m.
    rng : int or numpy Generator
        For the subsets.

    Returns
    -------
    Estimate
        value > 0; infinite slopes of dimension are refused. stderr is over the draws, each a line of its own through its sizes.
        details: "sizes" (m,), "lengths" (draws, m), "slope"; "without_gaps", the value with no edge longer than ten median ones
        (NaN where that grows as of no dimension), and "note" where it differs by more than a fifth: groups of points then stand
        so far apart that a few edges between them are most of the length, which hardly grows.

    Raises
    ------
    DegenerateDataError
        If the length does not grow as of any dimension (a slope of 1 or more).
    InputError
        If there are too few points, or an option is out of range.

    References
    ----------
    .. [1] Costa, Hero (2004). Geodesic entropic graphs for dimension and entropy estimation in manifold learning. IEEE
       Transactions on Signal Processing 52, 2210-2221.
    .. [2] Birdal, Lou, Guibas, Simsekli (2021). Intrinsic dimension, persistent homology and generalization in neural networks.
       NeurIPS 34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((1000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_mst(X).value)
    2
    """
    _check.number(power, "power", NAME, low=0, open_ends="l")
    _check.integer(draws, "draws", NAME, low=2)
    points = _check.points(X, "X", NAME)
    apart = rows_apart(points)
    rows = np.ascontiguousarray(points[apart.rows], dtype=np.float64)
    used = _sizes(sizes, rows.shape[0])
    scale = float(np.abs(rows).max()) or 1.0
    generator = _random.generator(rng, NAME)
    lengths, near = np.empty((2, draws, len(used)))
    for draw in range(draws):
        order = generator.permutation(rows.shape[0])
        for place, size in enumerate(used):
            chosen = (
                order[:size] if size <= rows.shape[0] // 2 else np.sort(generator.permutation(rows.shape[0])[:size])
            )
            edges = np.empty(size - 1)
            spanning_edges(rows[chosen] / scale, edges)
            lengths[draw, place] = (edges**power).sum()
            near[draw, place] = (np.minimum(edges, GAP * np.median(edges)) ** power).sum()
    dropped = len(points) - len(rows)
    found = dimension_of(lengths, used, apart, dropped=dropped, power=power, scale=scale, function=NAME, options={})
    slope = slope_of(near, used)
    without = power / (1 - slope) if slope < 1 else math.nan
    said = (
        f"gaps decide the dimension: with no edge of the tree longer than {GAP} median ones it is {without:.3g}, not "
        f"{found.value:.3g}; see id_knn_length"
    )
    note = "" if abs(without / found.value - 1) <= DIFFERS else said
    return replace(found, details={**found.details, "without_gaps": without, "note": note})


def _sizes(sizes: Any, n: int) -> tuple[int, ...]:
    if sizes is None:
        if n < 2 * LEAST:
            raise InputError(f"X of {NAME} must have at least {2 * LEAST} distinct points. Got {n}.")
        found = np.geomspace(max(LEAST // 2, n * SHARE), n / 2, SIZES).round().astype(int)
        return tuple(int(size) for size in np.unique(found))
    return given_sizes(sizes, NAME, low=3, high=n)
