"""The neighbours that a measure reads from a graph of all rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError, InputTypeError
from ...graph import NeighborGraph


def common_places(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return (n, k) where the entries of the first lists stand in the second, -1 where they do not."""
    place = np.full(first.shape, -1, dtype=np.int64)
    for rank, column in enumerate(second.T):
        place[first == column[:, None]] = rank
    return place


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
