"""Gride: the curve, its errors, ties, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, UnknownNameError
from repscape.synthetic import ball, torus


def test_ranks_of_the_curve() -> None:
    X = ball(300, 3)
    assert rs.id_gride(X, max_rank=64).x.tolist() == [2, 4, 8, 16, 32, 64]
    assert rs.id_gride(X, max_rank=63).x.tolist() == [2, 4, 8, 16, 32]
    assert rs.id_gride(X, max_rank=2).x.tolist() == [2]


def test_first_rank_is_twonn() -> None:
    X = ball(500, 4)
    curve, point = rs.id_gride(X, error="model"), rs.id_twonn(X, estimator="mle")
    assert curve.values[0] == pytest.approx(point.value)
    assert curve.stderr[0] == pytest.approx(point.value / math.sqrt(500))


@pytest.mark.parametrize("d", [1, 2, 5])
def test_flat_manifold_without_boundary(d: int) -> None:
    curve = rs.id_gride(torus(3000, d), max_rank=16)
    assert np.abs(curve.values - d).max() < 0.12 * d


def test_model_error_is_the_curvature_of_the_likelihood() -> None:
    X = ball(400, 3)
    curve = rs.id_gride(X, max_rank=8, error="model")
    r = rs.knn_graph(X, 8).distances
    for place, n in enumerate((1, 2, 4)):
        log_mu = np.log(r[:, 2 * n - 1] / r[:, n - 1])

        def log_likelihood(d: float, n: int = n, log_mu: np.ndarray = log_mu) -> float:
            grown = np.log(np.expm1(d * log_mu)).sum()
            return len(log_mu) * math.log(d) + (n - 1) * grown - ((2 * n - 1) * d + 1) * log_mu.sum()

        d, h = curve.values[place], 1e-3
        second = (log_likelihood(d + h) - 2 * log_likelihood(d) + log_likelihood(d - h)) / h**2
        assert curve.stderr[place] == pytest.approx(1 / math.sqrt(-second), rel=1e-3)


def test_noise_at_small_scale() -> None:
    sheet = rs.synthetic.swiss_roll(3000, noise=0.3)
    curve = rs.id_gride(sheet)
    assert curve.values[0] > 2.5
    assert curve.values[-1] < 2.3
    assert (np.diff(curve.details["distance"]) > 0).all()


def test_ties_enter_through_their_limit() -> None:
    # A lattice with noise on a tenth of its points: many ratios are exactly 1, none of them is lost or turns into NaN.
    grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    grid[::10] += np.random.default_rng(0).normal(scale=0.1, size=grid[::10].shape)
    curve = rs.id_gride(grid, max_rank=8)
    assert np.isfinite(curve.values).all()
    assert curve.details["unit_ratios"][0] > 100
    assert (curve.details["used"] == 512).all()


def test_outliers_are_left_out_on_request() -> None:
    X = ball(500, 2)
    X[0] = X[1] + 1e-7
    plain, cut = rs.id_gride(X, max_rank=4), rs.id_gride(X, max_rank=4, outliers="dadapy")
    assert plain.details["used"].tolist() == [500, 500]
    assert cut.details["used"][0] == 498
    assert cut.values[0] > plain.values[0]


def test_copies_change_nothing() -> None:
    X = ball(300, 3)
    rows = np.random.default_rng(0).permutation(np.concatenate([np.arange(300), np.arange(30)]))
    copied = rs.id_gride(X[rows], max_rank=16)
    np.testing.assert_allclose(copied.values, rs.id_gride(X, max_rank=16).values, rtol=1e-12)
    assert copied.dropped == 30


def test_bad_input() -> None:
    X = ball(50, 2)
    with pytest.raises(
        DegenerateDataError, match="needs 64 distinct neighbours .* at least 65 distinct points. Got 50"
    ):
        rs.id_gride(X)
    with pytest.raises(InputError, match="max_rank of id_gride must be an int of at least 2. Got 1"):
        rs.id_gride(X, max_rank=1)
    with pytest.raises(InputError, match="max_rank of id_gride must be an int of at least 2. Got 8.0"):
        rs.id_gride(X, max_rank=8.0)
    with pytest.raises(GraphDepthError, match="distances of 16 neighbours of each point; the graph holds 10"):
        rs.id_gride(rs.knn_graph(X, 10), max_rank=16)
    with pytest.raises(UnknownNameError, match="outliers"):
        rs.id_gride(X, max_rank=4, outliers="tukey")
    with pytest.raises(DegenerateDataError, match="All 10 rows are identical"):
        rs.id_gride(np.ones((10, 2)), max_rank=4)
