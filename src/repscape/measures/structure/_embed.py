"""Two coordinates for every point, to be drawn: principal components, scaling of distances, t-SNE, UMAP."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh, svd
from scipy.spatial.distance import squareform

from ... import _check, _random
from ...errors import InputError, MissingExtraError
from ...machine import check_memory, fitting, library_threads, within_memory
from ..points import rows_of
from ..similarity import condensed, rdm

FloatArray = npt.NDArray[np.float64]
NAME = "embed"
METHODS = ("pca", "mds", "tsne", "umap")
FEW = 500
MATRICES = 5  # of n x n numbers at one time: distances, their squares, inner products, what the solver takes
METRICS = ("euclidean", "cosine", "correlation", "precomputed")


@within_memory
def embed(
    X: Any,
    *,
    method: Literal["pca", "mds", "tsne", "umap"] = "pca",
    metric: Literal["euclidean", "cosine", "correlation", "precomputed"] = "euclidean",
    axis: Literal["examples", "units"] = "examples",
    perplexity: float = 30.0,
    neighbors: int = 15,
    rng: int | np.random.Generator = 0,
) -> FloatArray:
    """Return two coordinates for every point.

    Parameters
    ----------
    X : (n, d) array
        Points; with metric="precomputed" an (n, n) matrix of distances.
    method : {"pca", "mds", "tsne", "umap"}
        "pca": the two principal components. "mds": classical scaling, whose distances come as near to the given ones as two
        coordinates can. "tsne": keeps near points near; scikit-learn. "umap": the same aim; the package umap-learn.
    metric : {"euclidean", "cosine", "correlation", "precomputed"}
        Distance that is kept; "pca" takes the first only.
    axis : {"examples", "units"}
        "units": the units (columns) are the points.
    perplexity : float
        t-SNE: how many neighbours count, below n.
    neighbors : int
        UMAP: the same.
    rng : int or numpy Generator
        For t-SNE and UMAP. The signs of the other two are fixed: the largest coordinate of each axis is positive.

    Returns
    -------
    (n, 2) array
        Coordinates; of t-SNE and UMAP neither distances between clusters nor their sizes mean anything.

    Raises
    ------
    InputError
        If perplexity is not below n, or the metric does not go with the method.
    MissingExtraError
        If umap-learn is not installed.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> corners = np.array([[0.0, 0, 7], [4, 0, 7], [4, 1, 7], [0, 1, 7]])
    >>> np.abs(rs.embed(corners)).round(6).tolist()
    [[2.0, 0.5], [2.0, 0.5], [2.0, 0.5], [2.0, 0.5]]
    """
    _check.choice(method, "method", NAME, METHODS)
    _check.choice(metric, "metric", NAME, METRICS)
    if method == "pca" and metric != "euclidean":
        raise InputError(f"method='pca' of {NAME} keeps Euclidean distances. Take method='mds' for metric={metric!r}.")
    points = rows_of(X, "X", NAME, axis=axis)
    if (method == "mds" or metric == "precomputed") and points.shape[0] > 1:
        then = f"{fitting(MATRICES * 8):,} points would fit, or take method='pca' or 'tsne'."
        check_memory(
            MATRICES * 8 * points.shape[0] ** 2, f"{NAME}, for all distances between {len(points):,} points,", then=then
        )
    points = points.astype(np.float64)
    if metric == "precomputed":
        points = squareform(condensed(points, "X", NAME))
    seed = int(_random.generator(rng, NAME).integers(2**31))
    if method == "pca":
        return _principal(points)
    if method == "mds":
        return _scaled(points if metric == "precomputed" else squareform(rdm(points, metric=metric)))
    n = points.shape[0]
    if method == "tsne":
        _check.number(perplexity, "perplexity", NAME, low=1, high=n, open_ends="h")
        return _tsne(points, metric, perplexity, seed)
    _check.integer(neighbors, "neighbors", NAME, low=2, high=n - 1, why="n - 1")
    return _umap(points, metric, neighbors, seed)


def _principal(points: FloatArray) -> FloatArray:
    directions, values, _ = svd(points - points.mean(axis=0), full_matrices=False)
    found = np.zeros((points.shape[0], 2))
    kept = min(2, values.size)
    found[:, :kept] = directions[:, :kept] * values[:kept]
    return _signed(found)


def _scaled(distances: FloatArray) -> FloatArray:
    squares = distances**2
    inner = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    n = len(inner)
    values, vectors = eigh(inner, subset_by_index=[n - 2, n - 1])
    return _signed((vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1])


def _signed(coordinates: FloatArray) -> FloatArray:
    """Turn each axis so that its largest coordinate is positive."""
    largest = np.take_along_axis(coordinates, np.abs(coordinates).argmax(axis=0)[None], axis=0)
    return coordinates * np.where(largest < 0, -1.0, 1.0)


def _tsne(points: FloatArray, metric: str, perplexity: float, seed: int) -> FloatArray:
    from sklearn.manifold import TSNE

    start: Any = "random" if metric == "precomputed" or points.shape[1] < 2 else "pca"
    model = TSNE(perplexity=perplexity, metric=metric, init=start, random_state=seed)
    # For few points threads would do nothing but wait for one another, thousands of times.
    with library_threads(1 if points.shape[0] <= FEW else None):
        return np.asarray(model.fit_transform(points), dtype=np.float64)


def _umap(points: FloatArray, metric: str, neighbors: int, seed: int) -> FloatArray:
    try:
        import umap
    except ImportError as error:
        raise MissingExtraError(
            "embed(method='umap') needs umap-learn, which is not installed. Install it with: pip install umap-learn"
        ) from error
    model = umap.UMAP(n_neighbors=neighbors, metric=metric, random_state=seed)
    return np.asarray(model.fit_transform(points), dtype=np.float64)
