"""The neighbours that a measure reads from a graph of all rows."""

from __future__ import annotations

import numpy as np

from ... import _check
from ...errors import InputError, InputTypeError
from ...graph import NeighborGraph


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
