"""The neighbour sandwich against dense sums over all pairs."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.measures.uncertainty._sandwich import sandwich, share_kept


def dense(scores: np.ndarray, graphs: list[np.ndarray], m: int, around: int = 100) -> float:
    n = scores.size
    linked = np.zeros((n, n), dtype=bool)
    for graph in graphs:
        for i, row in enumerate(graph[:, :m]):
            linked[i, row] = linked[row, i] = True
    s = scores - scores.mean()
    e = np.array([s[i] - np.mean([s[i], *(v for g in graphs for v in s[g[i, :around]])]) for i in range(n)])
    return s @ s + e @ linked @ e


@pytest.mark.parametrize("m", [1, 2, 5, 10])
def test_one_graph_and_two_against_dense_sums(m: int) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    a, b = rs.knn_graph(X, 110).indices, rs.knn_graph(X + rng.normal(size=X.shape), 110).indices
    scores = X[:, 0] + rng.normal(size=200)
    assert sandwich(scores, a, m) == pytest.approx(dense(scores, [a], m))
    assert sandwich(scores, a, m, other=b) == pytest.approx(dense(scores, [a, b], m))
    assert sandwich(scores, a, m, other=b) == pytest.approx(sandwich(scores, b, m, other=a))
    assert sandwich(scores + 7, a, m) == pytest.approx(sandwich(scores, a, m))


def test_what_local_means_take_away_against_the_trace_of_dense_matrices() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(128, 3))
    a, b = rs.knn_graph(X, 100).indices, rs.knn_graph(X + rng.normal(size=X.shape), 100).indices
    P = np.eye(128)
    linked = np.zeros((128, 128), dtype=bool)
    for graph in (a, b):
        for i, row in enumerate(graph):
            P[i, row] += 1
            linked[i, row[:4]] = linked[row[:4], i] = True
    P /= P.sum(axis=1, keepdims=True)
    M = np.eye(128) - P
    assert share_kept(a, 4, b) == pytest.approx(1 + np.trace(M.T @ linked @ M) / 128)
    assert share_kept(a[:, :50], 4, b) == 1


def test_by_hand() -> None:
    # 0 - 1 and 2 - 3 are linked; e = s minus the mean over the pair = (-1, 1, -1, 1) / 2, however often it is taken
    indices = np.array([[1], [0], [3], [2]])
    assert sandwich(np.array([0.0, 1.0, 3.0, 4.0]), indices, 1) == pytest.approx(4 + 1 + 1 + 4 - 4 * 0.25)


def test_neighbours_that_go_together_widen_the_error_and_a_trend_does_not() -> None:
    rng = np.random.default_rng(0)
    X = rng.random((3000, 2))
    indices = rs.knn_graph(X, 100).indices
    noise = rng.normal(size=3000)
    together = noise[indices[:, :4]].mean(axis=1)
    assert sandwich(together, indices, 4) > 1.8 * together.var() * 3000
    trend = noise + 3 * X[:, 0]
    assert sandwich(trend, indices, 4) == pytest.approx(trend.var() * 3000, rel=0.1)


def test_a_shallow_graph_is_walked_so_that_its_error_comes_nearer_to_that_of_a_deep_one() -> None:
    rng = np.random.default_rng(0)
    X = rng.random((2000, 2))
    indices = rs.knn_graph(X, 100).indices
    scores = rng.normal(size=2000)[indices[:, :4]].mean(axis=1) + 3 * X[:, 0]
    deep, once = sandwich(scores, indices, 4), dense(scores, [indices[:, :10]], 4)
    assert abs(sandwich(scores, indices[:, :10], 4) - deep) < 0.6 * abs(once - deep)
