"""Coordinates and neighbours of a bounded number of examples: nothing here is larger than (examples, examples) or a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from ...graph import knn_graph
from ...measures.structure import embed, embed_graph

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


def principal(points: npt.NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Return (n, 2) principal components, and the share of the variance that each holds.

    Two eigenvectors of the smaller of the two Gram matrices, summed over blocks of columns: for a few thousand points this
    is many times quicker than the decomposition of :func:`repscape.embed`, and takes no float64 copy of them.
    """
    n, d = points.shape
    coordinates, shares = np.zeros((n, 2)), np.zeros(2)
    mean = points.mean(axis=0, dtype=np.float64)
    wide = d > n
    step = max(1, BLOCK // n)
    if wide:
        gram = np.zeros((n, n))
        for start in range(0, d, step):
            block = points[:, start : start + step] - mean[start : start + step]
            gram += block @ block.T
    else:
        centred = points - mean
        gram = centred.T @ centred
    total = float(np.trace(gram))
    kept = min(2, len(gram))
    if total <= 0.0:
        return coordinates, shares
    values, vectors = eigh(gram, subset_by_index=[len(gram) - kept, len(gram) - 1])
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    coordinates[:, :kept] = vectors * np.sqrt(values) if wide else centred @ vectors
    shares[:kept] = values / total
    return coordinates, shares


def coordinates_of(points: npt.NDArray[Any], method: str, *, rng: int) -> tuple[FloatArray, FloatArray]:
    """Return (n, 2) coordinates by any method, and shares of the variance, NaN where the method has none."""
    if method == "pca":
        return principal(points)
    found: FloatArray = embed(points, method=method, rng=rng)  # type: ignore[arg-type]
    return found, np.full(2, np.nan)


def neighbor_layout(points: npt.NDArray[Any], start: FloatArray, *, rng: int) -> FloatArray:
    """Return t-SNE of the neighbour graph, from a layout to start with."""
    k = min(LISTED, len(points) - 1)
    return embed_graph(knn_graph(points, k, threads=1), start=start, rng=rng) if k > 3 else start


def turned(coordinates: FloatArray, before: FloatArray | None, method: str) -> FloatArray:
    """Return the map mirrored (principal components) or turned (any other) to fit the one before it."""
    if before is None:
        return coordinates
    if method == "pca":
        signs = np.sign((coordinates * before).sum(axis=0))
        return coordinates * np.where(signs == 0, 1.0, signs)
    centred = coordinates - coordinates.mean(axis=0)
    left, _, right = np.linalg.svd(centred.T @ (before - before.mean(axis=0)))
    return np.asarray(centred @ (left @ right), dtype=np.float64)


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
