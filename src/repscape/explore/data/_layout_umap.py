"""UMAP of an exact graph, by the package umap-learn, where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import MissingExtraError

NEIGHBORS = 15


def umap_layout(graph: Any, start: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
    """Return (n, 2) coordinates, from where the layer before lies."""
    try:
        import umap
    except ImportError as error:
        raise MissingExtraError(
            "the map 'umap' needs umap-learn, which is not installed: pip install umap-learn. The neighbour map needs nothing."
        ) from error
    k = min(NEIGHBORS - 1, graph.k)
    rows = np.arange(graph.n)[:, None]
    indices = np.hstack([rows, np.asarray(graph.indices)[:, :k]])
    distances = np.hstack([np.zeros((graph.n, 1)), graph.distances[:, :k]])
    begin: Any = "random" if start is None else (10 * start).astype(np.float32)
    model = umap.UMAP(n_neighbors=k + 1, init=begin, random_state=0, precomputed_knn=(indices, distances))
    return np.asarray(model.fit_transform(np.zeros((graph.n, 2), dtype=np.float32)), dtype=np.float64)
