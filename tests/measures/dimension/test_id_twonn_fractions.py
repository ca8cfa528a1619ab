"""The curve over fractions is TwoNN at each of them, and shows what trimming does."""

import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError

POINTS = np.random.default_rng(3).normal(size=(400, 6))


def by_hand(points: np.ndarray, fraction: float, estimator: str) -> float:
    """TwoNN from the full distance matrix, in the words of its definition."""
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    nearest = np.sort(apart, axis=1)[:, 1:3]
    log_mu = np.sort(np.log(nearest[:, 1] / nearest[:, 0]))
    n, used = len(log_mu), int(len(log_mu) * fraction)
    if estimator == "trimmed":
        return used / log_mu[:used].sum()
    if estimator == "mle":
        return (used - 1) / (log_mu[:used].sum() + (n - used) * log_mu[used - 1])
    ordinate = np.array([-math.log(1 - i / n) for i in range(1, used + 1)])
    return (log_mu[:used] * ordinate).sum() / (log_mu[:used] ** 2).sum()


@pytest.mark.parametrize("estimator", ["fit", "mle", "trimmed"])
def test_each_value_is_the_definition(estimator: str) -> None:
    fractions = [0.3, 0.5, 0.9]
    curve = rs.id_twonn_fractions(POINTS, estimator=estimator, fractions=fractions)
    np.testing.assert_allclose(curve.values, [by_hand(POINTS, f, estimator) for f in fractions], rtol=1e-10)
    np.testing.assert_array_equal(curve.x, fractions)
    np.testing.assert_array_equal(curve.details["used"], [120, 200, 360])


@pytest.mark.parametrize(("k", "error", "named"), [(64, "subsamples", "auto"), (2, "model", "model")])
def test_agrees_with_id_twonn_value_and_error_and_with_a_graph(k: int, error: str, named: str) -> None:
    graph = rs.knn_graph(POINTS, k)
    curve = rs.id_twonn_fractions(graph, error=named)
    for x, value, stderr in zip(curve.x, curve.values, curve.stderr, strict=True):
        one = rs.id_twonn(POINTS, estimator="mle", fraction=float(x), error=error)
        assert (value, stderr) == pytest.approx((one.value, one.stderr), rel=1e-12)
    assert curve.options["error"] == error
    assert (curve.replicates is None) == (error == "model")
    assert curve.x_name == "fraction"
    assert curve.x[-1] == 1


def test_trimming_is_biased_by_the_known_constant_and_censoring_is_not() -> None:
    log_mu = -np.log1p(-(np.arange(1, 20_001) - 0.5) / 20_000) / 7  # ideal ratios of a 7-dimensional space
    distances = np.column_stack([np.ones(20_000), np.exp(log_mu)])
    graph = rs.NeighborGraph.from_arrays(distances=distances, self_column="none")
    censored = rs.id_twonn_fractions(graph, fractions=[0.5, 0.9, 1]).values
    trimmed = rs.id_twonn_fractions(graph, estimator="trimmed", fractions=[0.9, 0.98]).values
    np.testing.assert_allclose(censored, 7, rtol=2e-3)
    np.testing.assert_allclose(trimmed / 7, [1.344, 1.087], atol=2e-3)


def test_fit_never_stands_at_one_and_order_does_not_matter() -> None:
    assert rs.id_twonn_fractions(POINTS, estimator="fit").x.max() == 0.95
    assert rs.id_twonn_fractions(POINTS, fractions=[0.9, 0.5, 0.9]).x.tolist() == [0.5, 0.9]
    with pytest.raises(InputError, match="below 1 with estimator='fit'"):
        rs.id_twonn_fractions(POINTS, estimator="fit", fractions=[0.5, 1.0])


def test_copied_rows_change_nothing() -> None:
    copied = np.concatenate([POINTS, POINTS[:40]])
    curve, plain = rs.id_twonn_fractions(copied), rs.id_twonn_fractions(POINTS)
    np.testing.assert_array_equal(curve.values, plain.values)
    assert (curve.dropped, plain.dropped) == (40, 0)


def test_no_error_where_none_is_asked() -> None:
    assert rs.id_twonn_fractions(POINTS, error=None).stderr is None


@pytest.mark.parametrize("fractions", [[0.0], [1.5], [-0.1], [math.nan]])
def test_fractions_out_of_range_are_refused(fractions: list[float]) -> None:
    with pytest.raises(InputError, match=r"fraction of id_twonn_fractions must be a number in \(0, 1\]"):
        rs.id_twonn_fractions(POINTS, fractions=fractions)


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="at least one number"):
        rs.id_twonn_fractions(POINTS, fractions=[])
    with pytest.raises(InputError, match="leaves 1 of 400 ratios"):
        rs.id_twonn_fractions(POINTS, fractions=[0.003])
    with pytest.raises(UnknownNameError, match="Did you mean"):
        rs.id_twonn_fractions(POINTS, estimator="trimed")


def test_a_shallow_graph_says_that_its_error_is_the_models() -> None:
    curve = rs.id_twonn_fractions(rs.knn_graph(POINTS, 2))
    assert curve.options["error"] == "model: 2 neighbours of 400 points are too few for subsamples"
    assert curve.stderr[-1] == pytest.approx(curve.values[-1] / 20)
