"""Clusters of points by scikit-learn, with one convention: -1 is a point in no cluster, clusters are numbered by size."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import InputError, RepscapeWarning
from ...machine import check_memory, fitting, within_memory
from ..points import rows_of

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Metric = Literal["euclidean", "cosine"]
METRICS = ("euclidean", "cosine")
MATRICES = 3  # of n x n numbers at one time
ASKED = 64  # points that say how many lie within a radius
NEAR = 16  # bytes of a pair: its index, and once more while lists are joined


@within_memory
def cluster_dbscan(X: Any, *, eps: float, min_points: int = 5, metric: Metric = "euclidean") -> IntArray:
    """Join points that lie in dense places: at least `min_points` within `eps`.

    Parameters
    ----------
    X : (n, d) array
        Points, or the (n, 2) coordinates of :func:`embed`.
    eps : float
        Radius of a neighbourhood.
    min_points : int
        Points in a neighbourhood, its own centre among them, that make the place dense.
    metric : {"euclidean", "cosine"}
        Distance.

    Returns
    -------
    (n,) int array
        Cluster of each point, the largest being 0; -1 for points in none.

    Raises
    ------
    InputError
        If eps is not positive.

    References
    ----------
    .. [1] Ester, Kriegel, Sander, Xu (1996). A density-based algorithm for discovering clusters. KDD.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.cluster_dbscan([[0.0], [0.1], [5.0], [5.1], [5.2], [9.0]], eps=0.3, min_points=2).tolist()
    [1, 1, 0, 0, 0, -1]
    """
    from sklearn.cluster import DBSCAN

    name = "cluster_dbscan"
    _check.number(eps, "eps", name, low=0, open_ends="l")
    _check.integer(min_points, "min_points", name, low=1)
    _check.choice(metric, "metric", name, METRICS)
    points = rows_of(X, "X", name, axis="examples")
    _check_near(points, eps, metric, name)
    return _by_size(DBSCAN(eps=eps, min_samples=min_points, metric=metric).fit_predict(points))


def _check_near(points: npt.NDArray[Any], eps: float, metric: str, name: str) -> None:
    """Refuse a radius within which there are too many pairs: scikit-learn holds them all. How many is asked of a few points."""
    n = points.shape[0]
    rows = points.astype(np.float64)
    if metric == "cosine":
        rows /= np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), np.finfo(float).tiny)[:, None]
    few = rows[np.linspace(0, n - 1, min(n, ASKED)).astype(np.int64)]
    squares = np.einsum("ij,ij->i", rows, rows)
    bound = 2 * eps if metric == "cosine" else eps**2
    near = sum(int((squares + row @ row - 2 * (rows @ row) <= bound).sum()) for row in few)
    pairs = near / len(few) * n
    what = f"{name}, for about {pairs:,.0f} pairs of points within eps={eps:g},"
    check_memory(int(NEAR * pairs), what, then="Take a smaller eps, or fewer points.")


@within_memory
def cluster_hdbscan(
    X: Any, *, min_size: int = 5, min_points: int | None = None, metric: Metric = "euclidean"
) -> IntArray:
    """Find clusters of any density that last over a range of scales.

    Parameters
    ----------
    X : (n, d) array
        Points, or the (n, 2) coordinates of :func:`embed`.
    min_size : int
        Points in the smallest cluster.
    min_points : int, optional
        Neighbours that say how dense a place is; `min_size` by default.
    metric : {"euclidean", "cosine"}
        Distance.

    Returns
    -------
    (n,) int array
        Cluster of each point, the largest being 0; -1 for points in none.

    Raises
    ------
    InputError
        If min_size is above n.

    References
    ----------
    .. [1] Campello, Moulavi, Sander (2013). Density-based clustering based on hierarchical density estimates. PAKDD.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.concatenate([np.arange(8) / 10, 9 + np.arange(6) / 10])[:, None]
    >>> rs.cluster_hdbscan(X, min_size=4).tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    """
    from sklearn.cluster import HDBSCAN

    name = "cluster_hdbscan"
    _check.choice(metric, "metric", name, METRICS)
    points = rows_of(X, "X", name, axis="examples")
    n = points.shape[0]
    _check.integer(min_size, "min_size", name, low=2, high=n, why="n")
    if min_points is not None:
        _check.integer(min_points, "min_points", name, low=1, high=n, why="n")
    if metric == "cosine":  # scikit-learn then holds all distances, and sorts them
        then = f"{fitting(MATRICES * 8):,} points would fit, or take metric='euclidean'."
        check_memory(MATRICES * 8 * n**2, f"{name}, for all distances between {n:,} points,", then=then)
    model = HDBSCAN(min_cluster_size=min_size, min_samples=min_points, metric=metric, copy=True)
    return _by_size(model.fit_predict(points))


@within_memory
def cluster_kmeans(X: Any, *, clusters: int, starts: int = 10, rng: int | np.random.Generator = 0) -> IntArray:
    """Cut points into so many clusters, each point going to the nearest mean.

    Parameters
    ----------
    X : (n, d) array
        Points, or the (n, 2) coordinates of :func:`embed`.
    clusters : int in [1, n]
        How many.
    starts : int
        Random beginnings, of which the best is kept.
    rng : int or numpy Generator
        For the beginnings.

    Returns
    -------
    (n,) int array
        Cluster of each point, the largest being 0. Fewer than `clusters`, and a warning, where fewer points are distinct.

    Raises
    ------
    InputError
        If clusters is above n.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.cluster_kmeans([[0.0], [0.1], [5.0], [5.1], [5.2]], clusters=2).tolist()
    [1, 1, 0, 0, 0]
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    name = "cluster_kmeans"
    points = rows_of(X, "X", name, axis="examples")
    _check.integer(clusters, "clusters", name, low=1, high=points.shape[0], why="n")
    _check.integer(starts, "starts", name, low=1)
    seed = int(_random.generator(rng, name).integers(2**31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is said below, in the words of this function
        found = KMeans(n_clusters=clusters, n_init=starts, random_state=seed).fit_predict(points)
    if (number := np.unique(found).size) < clusters:
        said = f"X of {name} has only {number} distinct points: {number} clusters were found, not {clusters}."
        warnings.warn(said, RepscapeWarning, stacklevel=3)
    return _by_size(found)


def cluster_members(clusters: Any, names: Sequence[str]) -> dict[int, list[str]]:
    """Return the names in each cluster.

    Parameters
    ----------
    clusters : (n,) int array
        Cluster of each point, as the functions above give it.
    names : n str
        Name of each point.

    Returns
    -------
    dict of int to list of str
        The largest cluster first; under -1, and last, those in none.

    Raises
    ------
    InputError
        If there are not as many names as points.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.cluster_members([1, 0, 0, -1], ["sun", "chair", "table", "date"])
    {0: ['chair', 'table'], 1: ['sun'], -1: ['date']}
    """
    code = _check.column(clusters, "clusters", "cluster_members", n=len(names))
    order = sorted(set(code.tolist()), key=lambda cluster: (cluster < 0, cluster))
    return {int(c): [str(name) for name, own in zip(names, code, strict=True) if own == c] for c in order}


def cluster_centroids(X: Any, clusters: Any) -> FloatArray:
    """Return the mean of the points of each cluster.

    Parameters
    ----------
    X : (n, d) array
        Points.
    clusters : (n,) int array
        Cluster of each point; those at -1 are left out.

    Returns
    -------
    (clusters, d) array
        Centroids in the order of the clusters' numbers.

    Raises
    ------
    InputError
        If no point is in a cluster.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.cluster_centroids([[0.0, 1.0], [2.0, 1.0], [9.0, 9.0]], [0, 0, -1]).tolist()
    [[1.0, 1.0]]
    """
    name = "cluster_centroids"
    points = rows_of(X, "X", name, axis="examples").astype(np.float64)
    code = _check.column(clusters, "clusters", name, n=points.shape[0])
    if not (code >= 0).any():
        raise InputError(f"clusters of {name} must hold at least one cluster. All {code.size} points are in none.")
    return np.array([points[code == cluster].mean(axis=0) for cluster in np.unique(code[code >= 0])])


def _by_size(found: Any) -> IntArray:
    """Number clusters from the largest; of equal ones the cluster of the earlier point comes first."""
    code = np.asarray(found, dtype=np.int64)
    clusters, first, sizes = np.unique(code[code >= 0], return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    numbers = np.full(int(code.max(initial=-1)) + 2, -1, dtype=np.int64)  # the last entry answers to -1
    numbers[clusters[order]] = np.arange(clusters.size)
    return numbers[code]
