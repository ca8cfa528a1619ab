"""Neighbourhood overlap: what share of a point's neighbours in one representation are its neighbours in another."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .. import _check
from ..errors import InputError, InputTypeError
from ..graph import NeighborGraph
from ._overlap_kernels import count_shared
from ._result import Estimate, normal_interval


def overlap_neighbors(
    g: NeighborGraph,
    h: NeighborGraph,
    *,
    k: int = 30,
    error: Literal["auto", "naive"] | None = "auto",
) -> Estimate:
    r"""Share of the k nearest neighbours that two representations of the same examples have in common.

    chi_k = (1 / n) sum_i |A_i and B_i| / k, where A_i and B_i are the k nearest neighbours of example i [1]_.

    Parameters
    ----------
    g, h : NeighborGraph
        Graphs of the same n examples, each with at least k neighbours.
    k : int
        Neighbours compared.
    error : {"auto", "naive", None}
        "naive": sd of the per-point values over sqrt(n). The values of neighbouring points go together, so that its 95 %
        interval holds the mean in 63 to 85 % of samples only. "auto" is "naive".

    Returns
    -------
    Estimate
        value in [0, 1], 1 for equal neighbourhoods; chance is k / (n - 1). per_point (n,) has each example's share.
        details: "by_k" (k,), the overlap at every k from 1; "adjusted", (value - chance) / (1 - chance).

    Raises
    ------
    GraphDepthError
        If a graph holds fewer than k neighbours, or no indices.
    InputError
        If the graphs are of different examples.

    References
    ----------
    .. [1] Doimo, Glielmo, Ansuini, Laio (2020). Hierarchical nucleation in deep neural networks. NeurIPS 33.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 8))
    >>> g, h = rs.knn_graph(X, 10), rs.knn_graph(X[:, :7], 10)
    >>> rs.overlap_neighbors(g, g, k=10).value, 0.4 < rs.overlap_neighbors(g, h, k=10).value < 0.8
    (1.0, True)
    """
    name = "overlap_neighbors"
    _check.choice(error, "error", name, ("auto", "naive", None))
    first, second = (neighbor_indices(x, k, name=side, function=name) for side, x in (("g", g), ("h", h)))
    _check.same_rows(g.n, h.n, ("g", "h"), name)
    shared = np.zeros(g.n, dtype=np.int32)
    by_rank = np.zeros(k, dtype=np.int64)
    count_shared(first, second, shared, by_rank)
    per_point = shared / k
    value = float(per_point.mean())
    chance = k / (g.n - 1)
    stderr = float(per_point.std(ddof=1) / math.sqrt(g.n)) if error else None
    return Estimate(
        value=value,
        n=g.n,
        stderr=stderr,
        interval=normal_interval(value, stderr) if stderr is not None else None,
        per_point=per_point,
        chance=chance,
        options={"k": k, "error": "naive" if error else None},
        details={
            "by_k": by_rank.cumsum() / (g.n * np.arange(1, k + 1)),
            "adjusted": (value - chance) / (1 - chance) if chance < 1 else 1.0,
        },
    )


def neighbor_indices(graph: NeighborGraph, k: int, *, name: str, function: str) -> np.ndarray:
    """Return the (n, k) indices of a graph of all rows; refuse anything else by name."""
    if not isinstance(graph, NeighborGraph):
        raise InputTypeError(
            f"{name} of {function} must be a NeighborGraph: rs.knn_graph(X, k={k}). Got {type(graph).__name__}."
        )
    _check.integer(k, "k", function, low=1, high=graph.n - 1, why="n - 1")
    graph.require(function, k=k, what=("indices",))
    if graph.members is not None:
        raise InputError(f"{name} of {function} is a graph of merged rows; build it with rs.knn_graph(X, k={k}).")
    return graph.indices[:, :k]  # type: ignore[index]
