"""Do clusters found without labels agree with the labels? Layer by layer."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import rows_of
from ._clusters import cluster_hdbscan, cluster_kmeans

NAME = "cluster_agreement"


@within_memory
def cluster_agreement(
    X: Any,
    labels: Any,
    *,
    method: Literal["kmeans", "hdbscan"] = "kmeans",
    clusters: int | None = None,
    min_size: int = 5,
    score: Literal["ari", "nmi"] = "ari",
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Agreement of clusters with labels: adjusted Rand index, or normalised mutual information.

    Parameters
    ----------
    X : (n, d) array
        Points.
    labels : (n,) array
        Class of each point; at least two classes.
    method : {"kmeans", "hdbscan"}
        As :func:`cluster_kmeans` or :func:`cluster_hdbscan`; points in no cluster count as one more cluster.
    clusters : int, optional
        Clusters of k-means; as many as there are classes by default.
    min_size : int
        Smallest cluster of HDBSCAN.
    score : {"ari", "nmi"}
        "ari": share of pairs of points on which both agree, 0 for chance [1]_. "nmi": mutual information over the mean of the
        entropies; above 0 by chance.
    rng : int or numpy Generator
        For the beginnings of k-means.

    Returns
    -------
    Estimate
        value in [-0.5, 1]; 1 where clusters are the classes. chance is 0 for "ari". details: "ari", "nmi", "clusters" (how
        many), "unclustered" (share of points in none).

    Raises
    ------
    InputError
        If there is one class only, or there are more clusters than points.

    References
    ----------
    .. [1] Hubert, Arabie (1985). Comparing partitions. Journal of Classification 2.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.repeat([[0.0, 0.0], [9.0, 9.0]], 20, axis=0) + np.random.default_rng(0).normal(size=(40, 2))
    >>> rs.cluster_agreement(X, np.repeat(["cat", "dog"], 20)).value
    1.0
    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    _check.choice(method, "method", NAME, ("kmeans", "hdbscan"))
    _check.choice(score, "score", NAME, ("ari", "nmi"))
    points = rows_of(X, "X", NAME, axis="examples")
    classes, code = _check.codes(labels, "labels", NAME, n=points.shape[0])
    if classes.size < 2:
        raise InputError(f"labels of {NAME} must hold at least 2 classes. Got only {str(classes[0])!r}.")
    if method == "kmeans":
        found = cluster_kmeans(points, clusters=classes.size if clusters is None else clusters, rng=rng)
    else:
        found = cluster_hdbscan(points, min_size=min_size)
    scores = {
        "ari": float(adjusted_rand_score(code, found)),
        "nmi": float(np.clip(normalized_mutual_info_score(code, found), 0.0, 1.0)),
    }
    return Estimate(
        value=scores[score],
        n=code.size,
        chance=0.0 if score == "ari" else None,
        options={"method": method, "clusters": clusters, "min_size": min_size, "score": score},
        details={
            **scores,
            "clusters": int(np.unique(found[found >= 0]).size),
            "unclustered": float((found < 0).mean()),
        },
    )
