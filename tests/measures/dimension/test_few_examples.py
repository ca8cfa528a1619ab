"""Dimensions that rest on few examples say so, at the scale where they do, and others do not."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.synthetic import torus

SAID = "few examples"


def clumped(size: int) -> np.ndarray:
    """Return 400 points in eight dimensions, so many of them near-identical."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 8))
    X[:size] = X[0] + 1e-3 * rng.normal(size=(size, 8))
    return X


@pytest.mark.filterwarnings("ignore:id_gride. near copies decide")
def test_a_clump_is_told_where_it_decides() -> None:
    graph = rs.knn_graph(clumped(6), 100)
    found = rs.id_gride(graph)
    assert found.options["rests_on"].startswith(f"{SAID} at rank ")
    assert not found.details["rests_on_few"][0]
    place = found.x.tolist().index(8)
    assert found.details["rests_on_few"][place]
    assert found.details["n_eff"][place] < 3
    plain = rs.id_gride(rs.knn_graph(clumped(0), 100))
    assert found.details["without_near_copies"][place] == pytest.approx(plain.values[place], rel=0.02)
    assert abs(found.values[place] - plain.values[place]) > plain.stderr[place]


@pytest.mark.filterwarnings("ignore:id_twonn. near copies decide")
def test_near_copies_that_move_a_value_beyond_its_error_are_told() -> None:
    X = clumped(0)
    X[:40] = X[40:80] + 1e-3 * np.random.default_rng(1).normal(size=(40, 8))
    graph = rs.knn_graph(X, 100)
    found = rs.id_twonn(graph, estimator="mle")
    assert found.options["rests_on"] == SAID
    assert abs(found.details["without_near_copies"] - found.value) > found.stderr
    assert "rests_on" not in rs.id_twonn(graph, estimator="mle", error=None).options


@pytest.mark.parametrize("d", [2, 8])
def test_what_fills_its_dimension_rests_on_many(d: int) -> None:
    for seed in range(5):
        graph = rs.knn_graph(torus(500, d, rng=seed), 100)
        found = [rs.id_twonn(graph), rs.id_twonn(graph, estimator="mle"), rs.id_mle(graph), rs.id_gride(graph)]
        assert not any("rests_on" in one.options for one in found)
        # The kurtosis of an exponential is 9.
        assert 500 / 20 < found[1].details["n_eff"] < 500 / 4


@pytest.mark.filterwarnings("ignore:id_twonn. near copies decide")
def test_few_points_are_judged_by_what_so_few_can_have() -> None:
    said = [rs.id_twonn(torus(60, 2, rng=seed), estimator="mle").options.get("rests_on") for seed in range(20)]
    assert sum(one == SAID for one in said) <= 2


def groups_of(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(400 // size), size)
    return rng.normal(size=(400 // size, 5))[group] + 0.6 * rng.normal(size=(400, 5)), group


def test_errors_count_groups_as_wholes() -> None:
    X, group = groups_of(5)
    graph = rs.knn_graph(X, 100)
    single, whole = rs.id_mle(graph), rs.id_mle(graph, groups=group)
    assert whole.value == single.value
    assert whole.options["error"] == "subsamples of groups"
    assert 1.2 < whole.stderr / single.stderr < 4
    gride = rs.id_gride(graph, groups=group)
    assert gride.options["error"].startswith("half samples of groups")
    assert (gride.stderr[2:] > rs.id_gride(graph).stderr[2:]).all()
    twonn = rs.id_twonn(graph, groups=group)
    assert twonn.options["error"] == "subsamples of groups"
    assert np.std(twonn.replicates, ddof=1) == pytest.approx(twonn.stderr)


def test_groups_that_cannot_be_are_refused() -> None:
    X, group = groups_of(5)
    graph = rs.knn_graph(X, 100)
    with pytest.raises(
        rs.errors.InputError, match="groups of id_twonn must be 8 at least, for an error over them. Got 4"
    ):
        rs.id_twonn(graph, groups=group % 4)
    with pytest.raises(rs.errors.InputError, match="error='model' of id_gride takes points for single ones"):
        rs.id_gride(graph, groups=group, error="model")
    with pytest.raises(rs.errors.GraphDepthError, match="the error over groups of id_gride cannot be had"):
        rs.id_gride(rs.knn_graph(X, 64), groups=group)
    with pytest.raises(rs.errors.GraphDepthError, match="the error over groups of a dimension cannot be had"):
        rs.id_twonn(rs.knn_graph(X, 2), groups=group)
    with pytest.raises(rs.errors.GraphDepthError, match="error='subsamples' of id_mle, as over groups"):
        rs.id_mle(graph, k=4, groups=group)


def test_one_heavy_example_is_told_by_measures_that_rest_on_it() -> None:
    rng = np.random.default_rng(0)
    size = np.where(np.arange(300) == 0, 200.0, 1.0)[:, None]
    X, Y = rng.normal(size=(300, 8)) * size, rng.normal(size=(300, 6)) * size
    found = (
        rs.sim_cka(X, Y),
        rs.sim_rsa(X, Y, metric="euclidean"),
        rs.sim_procrustes(X, Y),
        rs.sim_cca(X, Y),
        rs.id_pca(X),
    )
    assert [one.options.get("rests_on") for one in found] == ["few examples"] * len(found)
    assert found[0].details["n_eff"] < 2
    plain = rs.sim_cka(X / size, Y / size), rs.sim_cca(X / size, Y / size), rs.id_pca(X / size)
    assert not any("rests_on" in one.options for one in plain)
