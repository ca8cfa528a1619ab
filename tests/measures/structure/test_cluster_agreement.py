"""Clusters: numbering, members, centroids, agreement with labels, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, RepscapeWarning

RNG = np.random.default_rng(0)
X = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], [10, 20, 15], axis=0) + RNG.normal(size=(45, 2))
KIND = np.repeat(["a", "b", "c"], [10, 20, 15])


def test_clusters_are_numbered_by_size() -> None:
    expected = np.repeat([2, 0, 1], [10, 20, 15]).tolist()
    assert rs.cluster_kmeans(X, clusters=3).tolist() == expected
    assert rs.cluster_dbscan(X, eps=3, min_points=3).tolist() == expected
    assert rs.cluster_hdbscan(X, min_size=8).max() == 2
    assert rs.cluster_dbscan(X, eps=1e-9).tolist() == [-1] * 45
    assert rs.cluster_dbscan(np.vstack([X, [[50.0, 50.0]]]), eps=3).tolist()[-1] == -1


def test_members_and_centroids() -> None:
    found = np.array([0, 1, 0, -1])
    assert rs.cluster_members(found, list("wxyz")) == {0: ["w", "y"], 1: ["x"], -1: ["z"]}
    assert rs.cluster_centroids(X[:4], found) == pytest.approx(np.array([X[[0, 2]].mean(axis=0), X[1]]))
    with pytest.raises(InputError, match="at least one cluster"):
        rs.cluster_centroids(X[:4], [-1] * 4)


def test_agreement() -> None:
    assert rs.cluster_agreement(X, KIND).value == 1
    assert rs.cluster_agreement(X, KIND, method="hdbscan", min_size=8, score="nmi").value > 0.8
    shuffled = [rs.cluster_agreement(X, RNG.permutation(KIND)).value for _ in range(20)]
    assert np.mean(shuffled) == pytest.approx(0, abs=0.05)
    two = rs.cluster_agreement(X, KIND, clusters=2)
    assert (two.details["clusters"], two.details["unclustered"]) == (2, 0)
    results = rs.run({"first": X, "last": X[:, :1]}, rs.Plan(measures=["cluster_agreement"]), columns={"label": KIND})
    assert [r.result.value == 1 for r in results] == [True, False]


def test_fewer_distinct_points_than_clusters_are_said():
    X = np.repeat([[0.0, 0], [1, 0], [5, 5]], 4, axis=0)
    with pytest.warns(RepscapeWarning, match="has only 3 distinct points: 3 clusters were found, not 5"):
        assert rs.cluster_kmeans(X, clusters=5).tolist() == np.repeat([0, 1, 2], 4).tolist()


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match="at least 2 classes"):
        rs.cluster_agreement(X, ["a"] * 45)
    with pytest.raises(InputError, match=r"clusters of cluster_kmeans must be an int in \[1, 45\]"):
        rs.cluster_kmeans(X, clusters=46)
    with pytest.raises(InputError, match="eps of cluster_dbscan"):
        rs.cluster_dbscan(X, eps=0)
    with pytest.raises(InputError, match="min_size"):
        rs.cluster_hdbscan(X, min_size=1)
