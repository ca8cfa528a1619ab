import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, InputTypeError


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
    with pytest.raises(DegenerateDataError, match="no density at row 0: its 3 nearest neighbours are copies"):
        rs.density_knn(rs.knn_graph(copies, 5), k=3, id=2)
