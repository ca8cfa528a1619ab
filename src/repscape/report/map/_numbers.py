"""Coordinates and neighbours of a bounded number of examples: nothing here is larger than (examples, examples) or a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import knn_graph
from ...measures.structure import embed, embed_graph, mirrored, principal_plane, turned

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LISTED = 91  # neighbours that t-SNE of perplexity 30 reads
BLOCK = 1 << 24  # numbers converted or decoded at a time


def rows_of(points: Any, rows: IntArray) -> npt.NDArray[Any]:
    """Return the wanted rows, in increasing order; what lies on disk is read block by block, since gathers are slow."""
    if isinstance(points, np.ndarray):
        return np.asarray(points[rows])
    step = max(int(getattr(points, "slab_rows", 1)), BLOCK // max(1, points.shape[1]))
    found = []
    for start in range(0, points.shape[0], step):
        inside = rows[(rows >= start) & (rows < start + step)] - start
        if inside.size:
            found.append(np.asarray(points[start : start + step])[inside])
    return np.concatenate(found)


def coordinates_of(points: npt.NDArray[Any], method: str, *, rng: int) -> tuple[FloatArray, FloatArray]:
    """Return (n, 2) coordinates by any method, and shares of the variance, NaN where the method has none."""
    if method == "pca":
        return principal_plane(points)
    found: FloatArray = embed(points, method=method, rng=rng)  # type: ignore[arg-type]
    return found, np.full(2, np.nan)


def neighbor_layout(points: npt.NDArray[Any], start: FloatArray, *, rng: int) -> FloatArray:
    """Return t-SNE of the neighbour graph, from a layout to start with."""
    k = min(LISTED, len(points) - 1)
    return embed_graph(knn_graph(points, k, threads=1), start=start, rng=rng) if k > 3 else start


def fitted(coordinates: FloatArray, before: FloatArray | None, method: str) -> FloatArray:
    """Return the map mirrored (principal components) or turned (any other) to fit the one before it."""
    return mirrored(coordinates, before) if method == "pca" else turned(coordinates, before)


def nearest(points: npt.NDArray[Any], k: int) -> IntArray:
    """Return (n, k) indices of the nearest among these points, nearest first."""
    indices = knn_graph(points, min(k, len(points) - 1)).indices
    if indices is None:
        raise AssertionError("a graph that was just built has indices")
    return np.asarray(indices, dtype=np.int64)


def drawn(n: int, most: int, rng: int) -> IntArray:
    """Return the rows of the examples that the map shows: all, or `most` drawn at random, in increasing order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(rng).choice(n, most, replace=False))


def affordable(n: int, representations: int, *, neighbors: int, methods: Sequence[str], each: int, budget: int) -> int:
    """Return how many examples a page of so many bytes has room for; `each` is what one takes for text and picture."""
    one = representations * (4 * len(methods) + 2 * neighbors) + each
    return max(min(n, 20), min(n, budget // one))
