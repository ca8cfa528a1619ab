import math
from collections.abc import Callable

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError, UnknownNameError


def test_by_hand_on_a_line() -> None:
    graph = rs.knn_graph(np.array([[0.0], [1.0], [3.0], [7.0]]), 2)
    found = rs.density_knn(graph, k=2, id=1)
    radii = np.array([3.0, 2.0, 3.0, 6.0])
    assert found.per_point == pytest.approx(np.log(2 / (4 * 2 * radii)), abs=1e-12)
    assert found.value == pytest.approx(found.per_point.mean())
    assert found.details["stderr"] == pytest.approx(np.full(4, 1 / math.sqrt(2)))
    assert found.options["id_from"] == "given"


def test_a_uniform_square_has_density_one_inside() -> None:
    X = np.random.default_rng(0).uniform(size=(4000, 2))
    found = rs.density_knn(rs.knn_graph(X, 30), k=30, id=2)
    inside = (np.abs(X - 0.5) < 0.35).all(axis=1)
    assert found.per_point[inside].mean() == pytest.approx(0, abs=0.05)
    assert found.per_point[inside].std() == pytest.approx(1 / math.sqrt(30), rel=0.2)


def test_the_own_dimension_of_the_graph_is_taken_and_named() -> None:
    X = np.random.default_rng(0).normal(size=(1500, 3))
    options = rs.density_knn(rs.knn_graph(X, 64)).options
    assert options["id"] == pytest.approx(3, abs=0.2)
    assert options["id_from"] == "median of id_gride at ranks 2 to 64"


def test_the_error_of_the_mean_is_the_spread_over_samples() -> None:
    found = [rs.density_knn(rs.knn_graph(x, 10), id=2) for x in np.random.default_rng(1).normal(size=(60, 400, 2))]
    spread = np.std([one.value for one in found], ddof=1)
    assert 0.75 < np.mean([one.stderr for one in found]) / spread < 1.35
    assert rs.density_knn(rs.knn_graph(np.eye(6), 3), k=2, id=2, error=None).stderr is None


def test_copies_are_one_point_that_counts_as_often() -> None:
    X = np.random.default_rng(2).normal(size=(200, 2))
    once, twice = (rs.density_knn(rs.knn_graph(x, 40), id=2) for x in (X, np.repeat(X, 2, axis=0)))
    np.testing.assert_allclose(twice.per_point, np.repeat(once.per_point, 2), atol=1e-12)
    assert (twice.value, twice.n, twice.dropped) == (pytest.approx(once.value), 200, 200)
    line = np.array([[0.0], [1.0], [3.0], [3.0], [3.0], [7.0]])  # at 1, of two neighbours: one row and three
    found = rs.density_knn(rs.knn_graph(line, 5), k=2, id=1)
    assert found.per_point[1] == pytest.approx(np.log(4 / (6 * 2 * 2.0)))
    assert found.details["stderr"][1] == pytest.approx(math.sqrt(1 + 9) / 4)
    assert found.per_point[2] == found.per_point[3] == pytest.approx(np.log(2 / (6 * 2 * 3.0)))


@pytest.mark.parametrize("measure", [rs.density_knn, rs.density_kstar, rs.density_pak])
def test_a_dimension_may_come_with_its_error(measure: Callable[..., rs.Estimate]) -> None:
    graph = rs.knn_graph(np.random.default_rng(3).normal(size=(300, 3)), 64)
    twonn = rs.id_twonn(graph)
    named, given, bare = (measure(graph, id=id) for id in ("twonn", twonn, twonn.value))
    assert named.value == given.value == bare.value
    assert (named.options["id_from"], bare.options["id_from"]) == ("id_twonn", "given")
    assert named.details["id_stderr"] == given.details["id_stderr"] == twonn.stderr
    assert named.stderr == given.stderr > bare.stderr
    np.testing.assert_array_equal(named.details["stderr_neighbors"], bare.details["stderr"])
    assert measure(graph, id="gride") == measure(graph)
    with pytest.raises(UnknownNameError, match="id of density_[a-z]+ must be one of 'gride', 'twonn'"):
        measure(graph, id="twon")


def test_bad_input() -> None:
    X = np.random.default_rng(0).normal(size=(40, 2))
    graph = rs.knn_graph(X, 5)
    with pytest.raises(
        InputTypeError, match=r"g of density_knn must be a NeighborGraph: rs.knn_graph\(X, k\). Got ndarray"
    ):
        rs.density_knn(X)
    with pytest.raises(GraphDepthError, match="10 neighbours"):
        rs.density_knn(graph)
    with pytest.raises(InputError, match=r"id of density_knn must be a number in \(0"):
        rs.density_knn(graph, k=5, id=0)
    copies = np.concatenate([X, X[:1], X[:1], X[:1]])
    with pytest.raises(GraphDepthError, match="needs 3 distinct neighbours of each; copies fill the 5 places"):
        rs.density_knn(rs.knn_graph(copies, 5), k=3, id=2)
