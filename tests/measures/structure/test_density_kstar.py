import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, UnknownNameError

RNG = np.random.default_rng(3)
BLOBS = np.concatenate([RNG.normal(size=(300, 2)), 0.1 * RNG.normal(size=(300, 2)) + [4, 0]])


def test_constant_density_takes_all_that_there_are() -> None:
    grid = np.stack(np.meshgrid(np.arange(40.0), np.arange(40.0)), axis=-1).reshape(-1, 2)
    found = rs.density_kstar(rs.knn_graph(grid, 30), id=2)
    inside = ((grid > 8) & (grid < 31)).all(axis=1)
    assert (found.details["kstar"][inside] == 29).all()
    assert np.exp(found.per_point[inside]) == pytest.approx(1 / 1600, rel=0.25)


def test_neighbourhoods_end_where_the_density_changes() -> None:
    found = rs.density_kstar(rs.knn_graph(BLOBS, 300), id=2)
    assert found.details["kstar"].max() < 299
    assert np.median(found.per_point[300:]) - np.median(found.per_point[:300]) == pytest.approx(np.log(100), abs=0.4)
    assert found.details["stderr"] == pytest.approx(1 / np.sqrt(found.details["kstar"]))


def test_the_paper_takes_the_last_size_that_was_accepted() -> None:
    graph = rs.knn_graph(BLOBS, 100)
    first = rs.density_kstar(graph, id=2).details["kstar"]
    last = rs.density_kstar(graph, id=2, convention="paper").details["kstar"]
    assert (last[first < 99] == np.maximum(first[first < 99] - 1, 3)).all()
    assert (last[first == 99] == 99).all()


def test_fewer_neighbours_are_used_where_asked() -> None:
    deep, shallow = rs.knn_graph(BLOBS, 200), rs.knn_graph(BLOBS, 50)
    assert rs.density_kstar(deep, id=2, k=50) == rs.density_kstar(shallow, id=2)


def test_a_study_reads_a_hundred_whatever_else_is_asked() -> None:
    X = np.random.default_rng(0).normal(size=(300, 3))
    alone = rs.run({"a": X}, rs.Plan(measures=[("density_kstar", {"id": 3.0})]))
    deeper = rs.run({"a": X}, rs.Plan(measures=[("density_kstar", {"id": 3.0}), ("health_hubness", {"k": 250})]))
    by_hand = rs.density_kstar(rs.knn_graph(X, 100), id=3.0)
    assert alone.records[0].result.value == by_hand.value
    assert deeper.records[0].result.value == by_hand.value


def test_bad_input() -> None:
    graph = rs.knn_graph(BLOBS, 20)
    with pytest.raises(UnknownNameError, match="convention of density_kstar must be one of 'dadapy', 'paper'"):
        rs.density_kstar(graph, convention="papers")
    with pytest.raises(InputError, match="k of density_kstar must be an int of at least 5"):
        rs.density_kstar(graph, k=4)
    with pytest.raises(GraphDepthError, match="30 neighbours"):
        rs.density_kstar(graph, k=30)
    with pytest.raises(GraphDepthError, match="5 neighbours"):
        rs.density_kstar(rs.knn_graph(BLOBS, 4))


def test_the_error_of_the_own_dimension_is_carried_on() -> None:
    graph = rs.knn_graph(np.random.default_rng(3).normal(size=(400, 4)), 100)
    own = rs.density_kstar(graph)
    given = rs.density_kstar(graph, id=own.options["id"])
    assert own.value == given.value
    counted, moved = given.details["stderr"], own.details["id_stderr"]
    np.testing.assert_array_equal(own.details["stderr_neighbors"], counted)
    step = 1e-4
    beside = [rs.density_knn(graph, k=20, id=own.options["id"] + side).per_point for side in (-step, step)]
    slope = (beside[1] - beside[0]) / (2 * step)
    knn = rs.density_knn(graph, k=20)
    np.testing.assert_allclose(knn.details["stderr"], np.hypot(20**-0.5, slope * moved), rtol=1e-6)
    assert 0.02 < moved < 0.4
    assert (own.details["stderr"] > counted).all()
    assert own.stderr > given.stderr
    assert "id_stderr" not in given.details
    assert "id_stderr" not in rs.density_kstar(graph, error=None).details
