"""Hubness: how unevenly the places among the nearest neighbours are shared out."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...graph import NeighborGraph
from .._result import Estimate
from ..points import neighbor_indices
from ..uncertainty import spread_by_influence

NAME = "health_hubness"


def health_hubness(
    g: NeighborGraph,
    *,
    k: int = 10,
    error: Literal["auto", "naive"] | None = "auto",
) -> Estimate:
    r"""Skewness of the k-occurrence: of how many points' neighbour lists each point stands in.

    N_i is the number of points that have point i among their k nearest; the value is the mean of (N_i - k)^3 over the cube of
    the standard deviation of N [1]_. In many dimensions, and where a representation is anisotropic, a few hubs are near to
    everything and many antihubs to nothing; overlaps and k-NN votes are then decided by the hubs.

    Parameters
    ----------
    g : NeighborGraph
        Of n points, with at least k neighbours.
    k : int
        Neighbours counted.
    error : {"auto", "naive", None}
        "naive": from the influence of each point's own count; that lists share points is left out. "auto" is "naive".

    Returns
    -------
    Estimate
        value: near 0 where every point is as often a neighbour, 1.4 and more with strong hubs; 0 where all counts are equal.
        chance is that of neighbours drawn at random, about 1 / sqrt(k). per_point (n,) has N_i. details: "largest", the largest
        N_i; "hub", the point that has it; "largest_share", the share of the points that have it as a neighbour; "antihubs", the
        share of points with N_i = 0.

    Raises
    ------
    GraphDepthError
        If the graph holds fewer than k neighbours, or no indices.
    InputError
        If k is out of range, or the graph is of merged rows.

    References
    ----------
    .. [1] Radovanovic, Nanopoulos, Ivanovic (2010). Hubs in space: popular nearest neighbors in high-dimensional data.
       JMLR 11, 2487-2531.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> flat, deep = (rs.knn_graph(rng.normal(size=(1000, d)), 10) for d in (2, 50))
    >>> rs.health_hubness(flat).value < 0.5 < 2 < rs.health_hubness(deep).value
    True
    """
    _check.choice(error, "error", NAME, ("auto", "naive", None))
    indices = neighbor_indices(g, k, name="g", function=NAME)
    counts = np.bincount(indices.ravel(), minlength=g.n)
    value, influence = _skewness(counts.astype(np.float64) - k)
    hub = int(counts.argmax())
    return Estimate(
        value=value,
        n=g.n,
        per_point=counts.astype(np.float64),
        chance=_by_chance(g.n, k),
        options={"k": k, "error": "naive" if error else None},
        details={
            "largest": int(counts[hub]),
            "hub": hub,
            "largest_share": float(counts[hub] / (g.n - 1)),
            "antihubs": float((counts == 0).mean()),
        },
        **(spread_by_influence(value, influence) if error else {}),
    )


def _skewness(apart: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the skewness of deviations from a known mean, and the influence of each of them."""
    variance = float((apart**2).mean())
    if variance == 0:
        return 0.0, np.zeros(apart.size)
    z = apart / math.sqrt(variance)
    value = float((z**3).mean())
    return value, z**3 - 1.5 * value * (z**2 - 1)


def _by_chance(n: int, k: int) -> float | None:
    """Return the skewness of a binomial count: n - 1 other points, each of them with k places out of n - 1."""
    p = k / (n - 1)
    return None if p == 1 else (1 - 2 * p) / math.sqrt((n - 1) * p * (1 - p))
