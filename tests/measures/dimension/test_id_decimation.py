"""Decimation: sizes, draws, spread, and the peer's convention."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError, RepscapeWarning
from repscape.synthetic import ball, swiss_roll


def test_sizes_halve_down_to_the_least() -> None:
    curve = rs.id_decimation(ball(1000, 2), min_points=60)
    assert curve.x.tolist() == [1000, 500, 250, 125, 62]
    assert rs.id_decimation(ball(1000, 2), min_points=62).x.tolist() == [1000, 500, 250, 125]
    assert curve.details["draws"].tolist() == [1, 10, 10, 10, 16]


def test_full_set_is_twonn_without_a_spread() -> None:
    X = ball(400, 3)
    curve = rs.id_decimation(X, estimator="mle", min_points=100)
    assert curve.values[0] == pytest.approx(rs.id_twonn(X, estimator="mle").value)
    assert math.isnan(curve.stderr[0])
    assert (curve.stderr[1:] > 0).all()


def test_spread_is_that_of_one_subset() -> None:
    # The sd over fresh samples of 500 points is about 1.2 d / sqrt(500).
    curve = rs.id_decimation(ball(8000, 2), estimator="mle", min_points=400)
    assert curve.x[-1] == 500
    assert curve.stderr[-1] == pytest.approx(1.2 * 2 / math.sqrt(500), rel=0.5)


def test_peer_convention() -> None:
    curve = rs.id_decimation(ball(1000, 2), estimator="mle", min_points=100, draws="peer", rng=3)
    assert curve.details["draws"].tolist() == [1, 2, 4, 8]
    assert curve.options["error"] == "sd over draws / sqrt(draws)"


def test_disjoint_draws_share_no_point() -> None:
    from repscape.measures.dimension._id_decimation import _subsets

    draws = list(_subsets(np.arange(103), 25, "disjoint", np.random.default_rng(0)))
    assert len(draws) == 12
    for start in (0, 4, 8):
        together = np.concatenate(draws[start : start + 4])
        assert len(set(together.tolist())) == 100


def test_same_seed_same_draws() -> None:
    X = ball(300, 2)
    assert rs.id_decimation(X, rng=5) == rs.id_decimation(X, rng=5)
    assert rs.id_decimation(X, rng=5) != rs.id_decimation(X, rng=6)
    generator = rs.id_decimation(X, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(generator.values, rs.id_decimation(X, rng=5).values)


def test_swiss_roll_sheds_its_noise() -> None:
    clean = rs.id_twonn(swiss_roll(5000))
    assert clean.value == pytest.approx(1.96, abs=0.08)
    curve = rs.id_decimation(swiss_roll(5000, noise=0.3), min_points=150)
    assert curve.values[0] == pytest.approx(2.88, abs=0.15)
    assert curve.values[-1] == pytest.approx(2.2, abs=0.2)


def test_copies_are_one_point() -> None:
    X = ball(200, 2)
    copied = rs.id_decimation(np.concatenate([X, X[:50]]), min_points=40)
    plain = rs.id_decimation(X, min_points=40)
    np.testing.assert_array_equal(copied.values, plain.values)
    assert (copied.n, copied.dropped) == (200, 50)


def test_a_full_graph_gives_what_the_points_give() -> None:
    X = ball(300, 3)
    for draws in ("independent", "disjoint"):
        points, graph = (rs.id_decimation(one, min_points=40, draws=draws) for one in (X, rs.knn_graph(X, 299)))
        np.testing.assert_allclose(graph.values, points.values, rtol=1e-12)
        np.testing.assert_allclose(graph.stderr, points.stderr, rtol=1e-9)
        assert graph.details["share"].tolist() == [1, 1, 1]
    copied = rs.id_decimation(rs.knn_graph(np.concatenate([X, X[:30]]), 329), min_points=40)
    np.testing.assert_allclose(copied.values, rs.id_decimation(X, min_points=40).values, rtol=1e-12)
    assert (copied.n, copied.dropped) == (300, 30)


def test_a_shallow_graph_says_what_share_survived() -> None:
    X = ball(2000, 3)
    quiet = rs.id_decimation(rs.knn_graph(X, 40), min_points=400)
    assert quiet.details["share"].min() > 0.99
    assert quiet.values[1:] == pytest.approx(rs.id_decimation(X, min_points=400).values[1:], rel=0.01)
    with pytest.warns(RepscapeWarning, match=r"two neighbours in the stored graph \(\d+% at 250, \d+% at 125\)"):
        curve = rs.id_decimation(rs.knn_graph(X, 20), min_points=100)
    # Of 20 neighbours two were drawn: binomially, 1 - .75^20 - 20 x .25 x .75^19 = .976 at a quarter, .736 at an eighth.
    assert curve.details["share"][:4] == pytest.approx([1, 1, 0.976, 0.736], abs=0.02)
    with pytest.warns(RepscapeWarning):
        hardly = rs.id_decimation(rs.knn_graph(X, 2), min_points=50)
    assert math.isnan(hardly.values[-1])


def test_a_graph_needs_indices_and_distances() -> None:
    g = rs.knn_graph(ball(100, 2), 10)
    for arrays in ({"indices": g.indices}, {"distances": g.distances}):
        with pytest.raises(GraphDepthError, match="id_decimation needs the"):
            rs.id_decimation(rs.NeighborGraph.from_arrays(**arrays, self_column="none"))


def test_bad_input() -> None:
    with pytest.raises(InputError, match="below the number of distinct points. Got 200 for 100 distinct points in 100"):
        rs.id_decimation(ball(100, 2), min_points=200)
    with pytest.raises(InputTypeError, match="rng of id_decimation must be a non-negative int"):
        rs.id_decimation(ball(100, 2), rng=None)
    with pytest.raises(InputTypeError, match="rng of id_decimation"):
        rs.id_decimation(ball(100, 2), rng=-1)
    with pytest.raises(InputError, match="min_points"):
        rs.id_decimation(ball(100, 2), min_points=2)
