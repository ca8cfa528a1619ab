"""Levina-Bickel: by hand, against a peer, its averages, the local dimension, its errors, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import skdim

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, UnknownNameError
from repscape.synthetic import ball, torus


def cloud(n: int = 300, d: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def grid() -> np.ndarray:
    return np.stack(np.meshgrid(np.arange(6.0), np.arange(6.0)), axis=-1).reshape(-1, 2)


def test_by_hand() -> None:
    # 0, 1, 3, 7 on a line, three neighbours each: distances 1 3 7, 1 2 6, 2 3 4, 4 6 7.
    X = np.array([[0.0], [1.0], [3.0], [7.0]])
    spread = [math.log(49 / 3), math.log(36 / 2), math.log(16 / 6), math.log(49 / 24)]
    biased = rs.id_mle(X, k=3, unbiased=False)
    assert biased.value == pytest.approx(8 / sum(spread))
    np.testing.assert_allclose(biased.per_point, [2 / s for s in spread])
    assert rs.id_mle(X, k=3).value == pytest.approx(7 / sum(spread))
    np.testing.assert_allclose(rs.id_mle(X, k=3).per_point, [1 / s for s in spread])
    assert rs.id_mle(X, k=3, average="mean").value == pytest.approx(sum(1 / s for s in spread) / 4)
    assert biased.details["distance"] == (7 + 6 + 4 + 7) / 4


def test_two_neighbours_are_twonn() -> None:
    X = cloud()
    assert rs.id_mle(X, k=2).value == pytest.approx(rs.id_twonn(X, estimator="mle").value, rel=1e-12)
    assert rs.id_mle(X, k=2).per_point is None


@pytest.mark.parametrize("average", ["harmonic", "mean", "median"])
@pytest.mark.parametrize("unbiased", [True, False])
def test_scikit_dimension_agrees(average: str, unbiased: bool) -> None:
    X = cloud(400, 5)
    peer = skdim.id.MLE(unbiased=unbiased).fit(X, n_neighbors=12, comb={"harmonic": "mle"}.get(average, average))
    ours = rs.id_mle(X, k=12, average=average, unbiased=unbiased)
    np.testing.assert_allclose(ours.per_point, peer.dimension_pw_, rtol=1e-6)
    # The peer's "mle" average also takes k - 2 where asked for the unbiased form; ours takes one off the total count.
    factor = (400 * 11 - 1) / (400 * 10) if unbiased and average == "harmonic" else 1
    assert ours.value == pytest.approx(peer.dimension_ * factor, rel=1e-6)


@pytest.mark.parametrize(("d", "curved"), [(1, 0.0), (2, 0.0), (5, 0.06)])
@pytest.mark.parametrize("average", ["harmonic", "mean"])
def test_manifold_without_boundary(d: int, curved: float, average: str) -> None:
    # At d = 5 ten neighbours reach so far that the circles of the torus look bent, which adds about 6 %.
    assert rs.id_mle(torus(3000, d), k=10, average=average).value == pytest.approx(d * (1 + curved), rel=0.03)


def test_local_dimension_tells_a_line_from_a_ball() -> None:
    line = np.linspace(0, 50, 500)[:, None] * np.ones(3) + np.random.default_rng(0).normal(scale=1e-4, size=(500, 3))
    found = rs.id_mle(np.concatenate([line, ball(500, 3) + 100]), k=20).per_point
    assert np.median(found[:500]) == pytest.approx(1, abs=0.2)
    assert np.median(found[500:]) == pytest.approx(2.8, abs=0.3)


def test_rows_keep_their_local_dimension() -> None:
    X = cloud(200)
    plain, copied = rs.id_mle(X, k=10), rs.id_mle(np.concatenate([X[50:], X[:50], X[:50]]), k=10)
    assert (copied.n, copied.dropped) == (200, 50)
    np.testing.assert_allclose(
        copied.per_point, np.concatenate([plain.per_point[50:], plain.per_point[:50], plain.per_point[:50]])
    )
    assert copied.stderr == pytest.approx(plain.stderr, rel=0.4)  # other halves: they depend on the number of rows
    sandwiches = [rs.id_mle(points, k=10, error="sandwich").stderr for points in (X, np.concatenate([X, X[:50]]))]
    assert sandwiches[1] == pytest.approx(sandwiches[0])
    left_out = rs.id_mle(np.concatenate([X, X[:50]]), k=10, duplicates="drop")
    assert np.isnan(left_out.per_point[:50]).all()
    assert np.isnan(left_out.per_point[200:]).all()
    assert np.isfinite(left_out.per_point[50:200]).all()
    assert left_out.stderr is None


def test_graph_gives_what_points_give() -> None:
    X = np.concatenate([cloud(250), cloud(250)[:9]])
    points, graph = rs.id_mle(X, k=10), rs.id_mle(rs.knn_graph(X, 140), k=10)
    assert graph.value == pytest.approx(points.value, rel=1e-12)
    np.testing.assert_allclose(graph.per_point, points.per_point)
    assert graph.stderr == pytest.approx(points.stderr, rel=1e-9)
    assert rs.id_mle(rs.knn_graph(cloud(), 12), k=10).options["error"] is None


@pytest.mark.parametrize("average", ["harmonic", "mean", "median"])
def test_error_is_the_spread_over_fresh_samples(average: str) -> None:
    found = [rs.id_mle(cloud(400, 3, seed), k=10, average=average, error="subsamples") for seed in range(60)]
    spread = np.std([one.value for one in found], ddof=1)
    ratio = np.mean([one.stderr for one in found]) / spread
    assert 0.8 < ratio < 1.25
    assert found[0].options["error"] == "subsamples"
    assert np.std(found[0].replicates, ddof=1) == pytest.approx(found[0].stderr)


def test_model_error_is_that_of_independent_distances() -> None:
    found = rs.id_mle(cloud(), k=10, error="model")
    assert found.stderr == pytest.approx(found.value / math.sqrt(300 * 9))
    assert found.stderr < 0.9 * rs.id_mle(cloud(), k=10).stderr
    assert rs.id_mle(cloud(), k=10, error=None).stderr is None


def test_linked_neighbours_widen_the_error() -> None:
    # The true spread is 1.33 times the model's here (200 samples); the sandwich errs on the wide side.
    X = torus(2000, 2)
    model, ours, sandwich = (rs.id_mle(X, error=error).stderr for error in ("model", "auto", "sandwich"))
    assert 1.1 < ours / model < 1.5
    assert 1.3 < sandwich / model < 1.7
    with pytest.raises(GraphDepthError, match="error='subsamples' of id_mle, as over groups, takes k of 6 or more"):
        rs.id_mle(X, k=4, error="subsamples")


def test_ties() -> None:
    # Inside a square grid the four nearest neighbours stand at distance 1: no local dimension there.
    found = rs.id_mle(grid(), k=4)
    assert np.isinf(found.per_point).sum() == 16
    assert math.isfinite(found.value)
    with pytest.raises(
        DegenerateDataError, match="neighbours of 16 points of 36 .* Take average='harmonic' or 'median'"
    ):
        rs.id_mle(grid(), k=4, average="mean")
    with pytest.raises(
        DegenerateDataError, match="neighbours of 36 points of 36 stand at one distance, as on a grid.$"
    ):
        rs.id_mle(grid(), k=2)
    with pytest.raises(DegenerateDataError, match="no finite median"):
        rs.id_mle(grid(), k=3, average="median")


def test_bad_input() -> None:
    X = cloud(40)
    with pytest.raises(InputError, match="k of id_mle must be an int of at least 2. Got 1"):
        rs.id_mle(X, k=1)
    with pytest.raises(InputError, match=r"at least 3 \(average='mean' with unbiased=True\). Got 2"):
        rs.id_mle(X, k=2, average="mean")
    with pytest.raises(DegenerateDataError, match="needs 40 distinct neighbours"):
        rs.id_mle(X, k=40)
    with pytest.raises(GraphDepthError, match="the graph holds 5"):
        rs.id_mle(rs.knn_graph(X, 5), k=6)
    with pytest.raises(GraphDepthError, match="indices of at least 20 distinct neighbours. Got 12"):
        rs.id_mle(rs.knn_graph(X, 12), k=10, error="sandwich")
    with pytest.raises(InputError, match="goes with average='harmonic' only"):
        rs.id_mle(X, k=5, average="mean", error="model")
    with pytest.raises(UnknownNameError, match="Did you mean 'harmonic'"):
        rs.id_mle(X, average="harmonik")
    with pytest.raises(DegenerateDataError, match="All 10 rows are identical"):
        rs.id_mle(np.ones((10, 2)), k=3)
