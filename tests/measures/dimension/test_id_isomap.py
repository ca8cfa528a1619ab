"""Isomap's residual variance: by hand, against a peer, elbows, landmarks, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import Isomap

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, MemoryBudgetError
from repscape.measures.dimension import _id_isomap
from repscape.measures.dimension._elbow import elbow
from repscape.synthetic import ball, sphere, swiss_roll


def test_a_path_is_a_line() -> None:
    # Seven points on a bent wire; paths along it are those of a straight line, so one coordinate keeps them all.
    wire = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0], [3, 1], [3, 2], [3, 3.5]])
    curve = rs.id_isomap(wire, k=2, max_dim=4)
    assert curve.x.tolist() == [1, 2, 3, 4]
    assert curve.values[0] < 0.02  # the corner is cut once, by the diagonal between (2, 0) and (3, 1)
    assert curve.details["elbow"] == 1
    assert rs.id_pca(wire).value > 1.5


def test_scikit_learn_agrees() -> None:
    X = swiss_roll(300)
    ours = rs.id_isomap(X, k=8, max_dim=5)
    for dims in (1, 2, 5):
        peer = Isomap(n_neighbors=8, n_components=dims, eigen_solver="dense").fit(X)
        kept = np.corrcoef(squareform(peer.dist_matrix_, checks=False), pdist(peer.embedding_))[0, 1] ** 2
        assert ours.values[dims - 1] == pytest.approx(1 - kept, rel=1e-6)


@pytest.mark.parametrize(("d", "X"), [(1, ball(400, 1)), (2, ball(400, 2)), (5, ball(400, 5)), (2, swiss_roll(600))])
def test_elbow_stands_at_the_dimension(d: int, X: np.ndarray) -> None:
    curve = rs.id_isomap(X)
    assert curve.details["elbow"] == d
    assert (curve.values >= 0).all()
    assert curve.values[d - 1] < 0.15


def test_a_sphere_reads_one_more() -> None:
    assert rs.id_isomap(sphere(400, 2)).details["elbow"] == 3


def test_no_elbow_where_the_curve_falls_to_its_end() -> None:
    assert math.isnan(rs.id_isomap(ball(400, 10), max_dim=8).details["elbow"])


def test_elbow_by_hand() -> None:
    x = np.arange(1.0, 6)
    assert elbow(x, np.zeros(5)) == 1
    assert elbow(x, np.array([0.6, 0.3, 0.01, 0.01, 0.009])) == 3
    assert math.isnan(elbow(x, np.array([0.9, 0.8, 0.7, 0.6, 0.5])))
    assert math.isnan(elbow(x, np.ones(5)))
    assert elbow(np.array([1.0, 2, 4, 8]), np.array([0.8, 0.4, 0.05, 0.04])) == 4


def test_graph_gives_what_points_give() -> None:
    X = swiss_roll(200)
    curve = rs.id_isomap(X, k=8, max_dim=4)
    np.testing.assert_array_equal(rs.id_isomap(rs.knn_graph(X, 20), k=8, max_dim=4).values, curve.values)
    copied = rs.id_isomap(np.concatenate([X, X[:30]]), k=8, max_dim=4)
    np.testing.assert_array_equal(copied.values, curve.values)
    assert (copied.n, copied.dropped, curve.dropped) == (200, 30, 0)


def test_landmarks_stand_for_all() -> None:
    X = swiss_roll(1000)
    full, some = rs.id_isomap(X, max_dim=10), rs.id_isomap(X, max_dim=10, landmarks=300, rng=1)
    np.testing.assert_allclose(some.values, full.values, atol=0.04)
    assert some.details["elbow"] == full.details["elbow"] == 2
    assert some.options["landmarks"] == 300
    assert not np.array_equal(some.values, rs.id_isomap(X, max_dim=10, landmarks=300, rng=2).values)
    every = rs.id_isomap(X[:200], max_dim=5, landmarks=200)
    np.testing.assert_array_equal(every.values, rs.id_isomap(X[:200], max_dim=5).values)


def test_memory_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    X = ball(500, 2)
    monkeypatch.setattr(_id_isomap, "memory_available", lambda: 4 << 20)
    with pytest.raises(MemoryBudgetError, match="distances between 500 points.* Take landmarks=295 or fewer"):
        rs.id_isomap(X)
    assert rs.id_isomap(X, landmarks=295).details["elbow"] == 2


def test_bad_input() -> None:
    X = ball(60, 3)
    with pytest.raises(
        DegenerateDataError, match="k=3 of id_isomap leaves the 120 points in 2 pieces, the largest of 60"
    ):
        rs.id_isomap(np.concatenate([X, X + 100]), k=3)
    with pytest.raises(GraphDepthError, match="the graph holds 4"):
        rs.id_isomap(rs.knn_graph(X, 4), k=5)
    with pytest.raises(InputError, match="holds copies: give the points"):
        rs.id_isomap(rs.knn_graph(np.concatenate([X, X[:2]]), 10))
    with pytest.raises(InputError, match=r"max_dim of id_isomap must be an int in \[2, 58\]"):
        rs.id_isomap(X, max_dim=59)
    with pytest.raises(InputError, match=r"landmarks of id_isomap must be an int in \[22, 60\]"):
        rs.id_isomap(X, landmarks=10)
    with pytest.raises(DegenerateDataError, match="at least 11 distinct points. Got 5 in 50 rows"):
        rs.id_isomap(np.repeat(X[:5], 10, axis=0))
