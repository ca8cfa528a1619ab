"""Neighbourhood overlap: by hand, at all k, against chance, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from reference import overlap_neighbors as reference

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError

A = np.array([[1, 2, 3], [0, 2, 3], [1, 3, 0], [2, 1, 0]])
B = np.array([[3, 1, 2], [0, 2, 3], [1, 3, 0], [0, 1, 2]])


def graph(indices: np.ndarray) -> rs.NeighborGraph:
    return rs.NeighborGraph.from_arrays(indices=indices)


def test_by_hand() -> None:
    found = rs.overlap_neighbors(graph(A), graph(B), k=2)
    assert found.per_point.tolist() == [0.5, 1.0, 1.0, 0.5]
    assert found.value == 0.75
    assert found.chance == pytest.approx(2 / 3)
    assert found.details["by_k"].tolist() == [0.5, 0.75]
    assert found.details["adjusted"] == pytest.approx((0.75 - 2 / 3) / (1 / 3))
    assert rs.overlap_neighbors(graph(A), graph(B), k=3).value == 1.0


def test_by_k_agrees_with_each_k() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(120, 4)), rng.normal(size=(120, 4))
    Y[:, :2] = X[:, :2]
    by_k = rs.overlap_neighbors(rs.knn_graph(X, 20), rs.knn_graph(Y, 20), k=20).details["by_k"]
    np.testing.assert_allclose(by_k, [reference.slow(X, Y, None, k=k) for k in range(1, 21)])


def test_unrelated_representations_are_at_chance() -> None:
    rng = np.random.default_rng(0)
    g, h = (rs.knn_graph(rng.normal(size=(2000, 3)), 30) for _ in range(2))
    found = rs.overlap_neighbors(g, h)
    assert abs(found.value - found.chance) < 5 * found.stderr
    assert found.stderr == pytest.approx(found.per_point.std(ddof=1) / np.sqrt(2000))


def test_bad_input() -> None:
    rng = np.random.default_rng(0)
    g, h = rs.knn_graph(rng.normal(size=(50, 3)), 10), rs.knn_graph(rng.normal(size=(40, 3)), 10)
    with pytest.raises(InputError, match="same examples, row by row. Got 50 and 40 rows"):
        rs.overlap_neighbors(g, h, k=5)
    with pytest.raises(GraphDepthError, match=r"needs the indices of 30 neighbours .* holds 10"):
        rs.overlap_neighbors(g, g)
    with pytest.raises(InputError, match=r"k of overlap_neighbors must be an int in \[1, 49\] \(n - 1\). Got 50"):
        rs.overlap_neighbors(g, g, k=50)
    with pytest.raises(InputError, match="Got 0"):
        rs.overlap_neighbors(g, g, k=0)
    with pytest.raises(InputTypeError, match="h of overlap_neighbors must be a NeighborGraph"):
        rs.overlap_neighbors(g, rng.normal(size=(50, 3)), k=5)
    distances_only = rs.NeighborGraph.from_arrays(distances=g.distances, self_column="none")
    with pytest.raises(GraphDepthError, match="holds distances only"):
        rs.overlap_neighbors(distances_only, g, k=5)
