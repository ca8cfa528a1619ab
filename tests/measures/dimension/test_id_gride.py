"""Gride: the curve, its errors, ties, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, UnknownNameError
from repscape.measures.dimension._distinct import near_distances
from repscape.measures.dimension._gride_error import AtRank, own_variances
from repscape.measures.dimension._id_gride_kernels import presence, slope_and_curvature
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


# ---- errors


def test_each_rank_says_how_its_error_was_found() -> None:
    X = torus(2000, 3)
    curve, model = rs.id_gride(X), rs.id_gride(X, error="model")
    assert curve.options["error"] == "sandwich (2, 4); half samples (8, 16, 32, 64)"
    assert curve.details["error"].tolist() == ["sandwich"] * 2 + ["half samples"] * 4
    assert ((curve.stderr / model.stderr > 1) & (curve.stderr / model.stderr < 1.9)).all()
    np.testing.assert_array_equal(curve.values, model.values)
    assert (model.replicates, model.options["error"]) == (None, "model")
    assert rs.id_gride(X, error=None).stderr is None


def test_replicates_have_the_errors_as_their_spread() -> None:
    X = torus(1500, 3)
    curve = rs.id_gride(X, max_rank=32)
    assert curve.replicates.shape == (100, 5)
    np.testing.assert_allclose(curve.replicates.std(axis=0, ddof=1), curve.stderr, rtol=1e-9)
    near = rs.id_gride(X + 0.01 * np.random.default_rng(0).normal(size=X.shape), max_rank=32)
    together = [np.corrcoef(a, b)[0, 1] for a, b in zip(curve.replicates.T, near.replicates.T, strict=True)]
    assert min(together) > 0.6


def test_errors_from_points_and_from_a_deep_graph_are_equal() -> None:
    X = ball(400, 4)
    assert rs.id_gride(rs.knn_graph(X, 150)) == rs.id_gride(X)
    copied = rs.id_gride(np.concatenate([X, X[:40]]), max_rank=4)  # beyond, halves of the rows are others
    np.testing.assert_allclose(copied.stderr, rs.id_gride(X, max_rank=4).stderr, rtol=1e-9)


def test_a_shallow_graph_enlarges_the_models_error_and_says_so() -> None:
    X = torus(1000, 2)
    exact, model = rs.id_gride(X), rs.id_gride(X, error="model")
    curve = rs.id_gride(rs.knn_graph(X, 64))
    assert curve.options["error"] == "sandwich (2, 4); half samples (8, 16, 32); model, enlarged as at rank 32 (64)"
    assert curve.stderr[-1] / model.stderr[-1] == pytest.approx(curve.stderr[-2] / model.stderr[-2])
    assert curve.stderr[-1] == pytest.approx(exact.stderr[-1], rel=0.4)
    distances = rs.NeighborGraph.from_arrays(distances=rs.knn_graph(X, 64).distances, self_column="none")
    alone = rs.id_gride(distances)
    assert alone.options["error"] == "model (2, 4, 8, 16, 32, 64)"
    np.testing.assert_array_equal(alone.stderr, model.stderr)


def test_a_dimension_that_varies_over_the_data_widens_the_error() -> None:
    # Half of the points of dimension 10, half of 2: how many of each were drawn moves the value at every rank.
    errors = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        mixed = np.zeros((1000, 10))
        wide = rng.random(1000) < 0.5
        mixed[wide] = rng.normal(size=(wide.sum(), 10))
        mixed[~wide, :2] = 30 + rng.normal(size=((~wide).sum(), 2))
        curve, model = rs.id_gride(mixed), rs.id_gride(mixed, error="model")
        errors.append((curve.values[-1], curve.stderr[-1], model.stderr[-1]))
    value, ours, peers = np.array(errors).T
    assert ours.mean() > 2 * peers.mean()
    assert np.abs(value - value.mean()).max() < 3.5 * ours.mean()


def said_by_hand(X: np.ndarray, drawn: np.ndarray, d: float, rank: int) -> np.ndarray:
    """What each point does to the sum of the scores of the drawn, by its own and by being there: with it less without."""

    def score(i: int, members: np.ndarray) -> float:
        apart = np.sort(np.linalg.norm(X[members[members != i]] - X[i], axis=1))
        log_mu = np.log(apart[2 * rank - 1] / apart[rank - 1])
        return 1 / d + (rank - 1) * log_mu / -np.expm1(-d * log_mu) - (2 * rank - 1) * log_mu

    members = np.flatnonzero(drawn)
    said = np.array([score(j, members) for j in range(len(X))])
    for j in range(len(X)):
        there, gone = np.union1d(members, [j]), np.setdiff1d(members, [j])
        said[j] += sum(score(i, there) - score(i, gone) for i in gone)
    return said


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_what_a_point_does_by_being_there(rank: int) -> None:
    rng = np.random.default_rng(rank)
    X, drawn = rng.normal(size=(40, 3)), rng.random(40) < 0.5
    g = rs.knn_graph(X, 39)
    log_mu, said = np.empty(40), np.empty(40)
    presence(g.indices, np.log(g.distances), drawn, 2.5, rank, log_mu, said)
    np.testing.assert_allclose(said, said_by_hand(X, drawn, 2.5, rank), rtol=1e-9)


def test_where_the_graph_holds_too_few_of_the_drawn_nothing_is_said() -> None:
    g = rs.knn_graph(np.random.default_rng(0).normal(size=(60, 3)), 10)
    drawn = np.arange(60) % 2 == 0
    log_mu, said = np.empty(60), np.empty(60)
    presence(g.indices, np.log(g.distances), drawn, 2.5, 2, log_mu, said)
    few = drawn[g.indices].sum(axis=1) < 5
    np.testing.assert_array_equal(np.isnan(said), few)
    assert 0 < few.sum() < 60


@pytest.mark.parametrize(("first", "second"), [(1, 3), (3, 3)])
def test_what_single_points_say_of_the_dimension(first: int, second: int) -> None:
    # Two tori apart: presence changes nothing on average, and what points say differs by the mean scores of the two.
    told = []
    for seed in range(5):
        X = np.zeros((6000, 10))
        X[:3000, : 2 * first] = torus(3000, first, rng=seed)
        X[3000:, : 2 * second] = 30 + torus(3000, second, rng=seed + 5)
        near = near_distances(X, 16, duplicates="merge", function="test", deeper=64)
        row = AtRank.of(near.lengths, 8, None)
        log_mu = np.log(near.lengths[:, 7] / near.lengths[:, 3])  # rank 4: in half of the points it stands where 8 does
        score = 1 / row.value + 3 * log_mu / -np.expm1(-row.value * log_mu) - 7 * log_mu
        information = slope_and_curvature(row.value, log_mu, 4)[1] / 6000
        known = (score[:3000].mean() - score[3000:].mean()) ** 2 / 4 / information**2
        found = own_variances([AtRank.of(near.lengths, 2, None), row], near.surroundings(64))
        assert found[0] == 0  # the sandwich has it
        told.append(np.array([found[1], known]) / row.value**2)
    ours, expected = np.mean(told, axis=0)
    assert ours == pytest.approx(expected, abs=0.05)
    assert expected > 0.2 or first == second


def test_kinds_of_points_side_by_side_do_not_widen_the_error_for_nothing() -> None:
    """Every other point ten times nearer to the centre: the kinds say different things, and change what the other says."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(1000, 10)) * np.where(rng.random(1000) < 0.5, 1.0, 0.1)[:, None]
        curve = rs.id_gride(rs.knn_graph(X, 96))
        found.append((curve.values[-1], curve.stderr[-1]))
    values, errors = np.array(found).T
    assert errors.mean() / values.std(ddof=1) == pytest.approx(1.0, abs=0.3)  # their own scores alone: 2.0


def test_outliers_left_out_add_nothing_to_the_error() -> None:
    X = ball(500, 2)
    X[0] = X[1] + 1e-7
    cut = rs.id_gride(X, max_rank=16, outliers="dadapy")
    assert np.isfinite(cut.stderr).all()
    assert cut.stderr[0] == pytest.approx(rs.id_gride(ball(500, 2), max_rank=16).stderr[0], rel=0.1)


def test_few_points() -> None:
    tiny = rs.id_gride(ball(12, 2), max_rank=4)
    assert np.isfinite(tiny.stderr).all()
    assert tiny.replicates is None


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
