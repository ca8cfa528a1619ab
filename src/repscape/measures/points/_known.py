"""Points together with a graph of them that is there already: whoever looks up neighbours in points need not look again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import NeighborGraph, knn_graph

NEAR = 96
"""Neighbours of each point that serve most random subsets of the points: as many as Gride reads by default, errors included."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Points as a study hands them to a measure that looks up neighbours: with the graph that other measures read."""

    points: Any
    """(n, d) points."""
    graph: NeighborGraph
    """Of the points, or of the distinct ones."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the points."""
        return tuple(self.points.shape)

    def __len__(self) -> int:
        return int(self.points.shape[0])


def points_of(X: Any) -> Any:
    """Return the points alone."""
    return X.points if isinstance(X, Known) else X


def graph_as_deep(X: Any, k: int) -> NeighborGraph | None:
    """Return the graph that came with the points, k neighbours of it, or None where there is none so deep."""
    if isinstance(X, Known) and X.graph.k >= min(k, X.graph.n - 1):
        return X.graph.truncate(min(k, X.graph.n - 1))
    return None


def graph_of(X: Any, k: int, *, metric: str = "euclidean") -> NeighborGraph:
    """Return the graph of all rows with k neighbours of each, looked up only where it did not come with the points."""
    known = graph_as_deep(X, k)
    if known is not None and known.metric == metric and known.members is None:
        return known
    return knn_graph(points_of(X), k, metric=metric)


def rows_in_groups(members: npt.NDArray[np.int64] | None, n: int) -> npt.NDArray[np.int64]:
    """Return the first row of each point that a graph holds."""
    return np.arange(n) if members is None else np.unique(members, return_index=True)[1].astype(np.int64)
