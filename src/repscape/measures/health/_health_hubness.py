"""Hubness: how unevenly the places among the nearest neighbours are shared out."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import GraphDepthError
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ..points import neighbor_indices
from ..uncertainty import (
    MOMENTS,
    deleted_parts,
    effective_examples,
    error_groups,
    few_examples,
    jackknife,
    parts_of_groups,
    spread_by_influence,
)

NAME = "health_hubness"


@within_memory
def health_hubness(
    g: NeighborGraph,
    *,
    k: int = 10,
    error: Literal["auto", "jackknife", "naive"] | None = "auto",
    groups: Any = None,
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
    error : {"auto", "jackknife", "naive", None}
        "jackknife": from the values without each of 20 random parts of the points, read from the stored graph, on the log
        scale where the value is positive; from graphs of some k + 3 sqrt(k) neighbours. "naive": from the influence of each
        point's own count, too small: that lists share points is left out. "auto" is "jackknife" where the graph allows it, else
        "naive"; none where the value rests on fewer than 100 points, since no sample tells of hubs that it lacks.
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes, over parts made of whole groups.

    Returns
    -------
    Estimate
        value: near 0 where every point is as often a neighbour, 1.4 and more with strong hubs; 0 where all counts are equal.
        chance is that of neighbours drawn at random, about 1 / sqrt(k). per_point (n,) has N_i. details: "largest", the largest
        N_i; "hub", the point that has it; "largest_share", the share of the points that have it as a neighbour; "antihubs", the
        share of points with N_i = 0; "n_eff", on how many points' counts the value rests: with an error asked for by name and
        fewer than 20, options["rests_on"] says "few examples".

    Raises
    ------
    GraphDepthError
        If the graph holds fewer than k neighbours, or no indices, or too few for "jackknife", asked for by name.
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
    _check.choice(error, "error", NAME, ("auto", "jackknife", "naive", None))
    indices = neighbor_indices(g, k, name="g", function=NAME)
    counts = np.bincount(indices.ravel(), minlength=g.n)
    value, influence = _skewness(counts.astype(np.float64) - k)
    together = error_groups(groups, g.n, error=error, function=NAME)
    n_eff = effective_examples(influence)
    few = few_examples(n_eff)
    # No sample tells of the hubs that it lacks: no error, rather than one that does not hold.
    if error == "auto" and n_eff < MOMENTS:
        error, few = None, {}
    method, spread = _spread(g, value, influence, k=k, error=error, groups=together)
    hub = int(counts.argmax())
    return Estimate(
        value=value,
        n=g.n,
        per_point=counts.astype(np.float64),
        chance=_by_chance(g.n, k),
        options={"k": k, "error": method, **few},
        details={
            "largest": int(counts[hub]),
            "hub": hub,
            "largest_share": float(counts[hub] / (g.n - 1)),
            "antihubs": float((counts == 0).mean()),
            "n_eff": n_eff,
        },
        **spread,
    )


def _spread(
    g: NeighborGraph,
    value: float,
    influence: npt.NDArray[np.float64],
    *,
    k: int,
    error: str | None,
    groups: npt.NDArray[np.int64] | None,
) -> tuple[str | None, dict[str, Any]]:
    """Return the name and the fields of the error."""
    if error is None:
        return None, {}
    if error == "naive":
        return error, spread_by_influence(value, influence)
    parts = deleted_parts(g.n) if groups is None else parts_of_groups(groups)
    without = [_without(np.asarray(g.indices), rows, k) for rows in parts]
    if any(math.isnan(one) for one in without):
        if error == "jackknife" or groups is not None:
            how, cure = ("error='jackknife'", "'auto'") if groups is None else ("the error over groups", "None")
            raise GraphDepthError(
                f"{how} of {NAME} leaves a twentieth of the points out, and the graph of {g.k} neighbours then "
                f"holds fewer than {k} for some. Take a deeper graph, or error={cure}."
            )
        return "naive", spread_by_influence(value, influence)
    spread, replicates = jackknife(value, without)
    low, high = spread.interval
    if value > 0:
        reach = (high - value) / value
        low, high = value * math.exp(-reach), value * math.exp(reach)
    return f"jackknife{'' if groups is None else ' of groups'}", {
        "stderr": spread.stderr,
        "interval": (low, high),
        "replicates": replicates,
    }


def _without(indices: npt.NDArray[Any], rows: npt.NDArray[np.int64], k: int) -> float:
    """Return the value without some rows, whose places go to the next neighbours; NaN where those are not known."""
    kept = np.ones(indices.shape[0], dtype=np.bool_)
    kept[rows] = False
    lists = indices[kept]
    left = kept[lists]
    places = left.cumsum(axis=1)
    if lists.shape[0] <= k or (places[:, -1] < k).any():
        return math.nan
    counts = np.bincount(lists[left & (places <= k)], minlength=kept.size)[kept]
    return _skewness(counts.astype(np.float64) - k)[0]


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
