"""Nulls by relabelling: by hand, by every arrangement, by exact moments, and what is refused."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.measures.uncertainty import Null, shuffles

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2))


def test_threshold_and_calibrated_value_by_hand() -> None:
    drawn = np.arange(19) / 20  # with the value itself twenty numbers, the 19th of which is the threshold
    null = Null.of(0.96, drawn)
    assert (null.p_value, null.threshold) == (0.05, 0.9)
    assert null.calibrated(0.96, 1.0) == pytest.approx(0.6)
    assert Null.of(0.3, drawn).calibrated(0.3, 1.0) == 0.0
    assert null.calibrated(0.96, math.inf) is None
    mirrored = Null.of(-0.96, -drawn, less=True)
    assert (mirrored.p_value, mirrored.threshold) == (0.05, -0.9)
    assert mirrored.calibrated(-0.96, -1.0) == pytest.approx(0.6)
    assert Null.of(1.0, np.ones(19)).calibrated(1.0, 1.0) == 0.0  # unrelated data reach the best there is


def test_as_many_draws_as_arrangements_are_all_of_them() -> None:
    orders = {tuple(o) for o in shuffles(4, 23, rng=np.random.default_rng(0))}
    assert orders == set(itertools.permutations(range(4))) - {(0, 1, 2, 3)}
    groups = np.array([0, 0, 1, 1, 2])
    assert [o.tolist() for o in shuffles(5, 1, rng=np.random.default_rng(0), groups=groups)] == [[2, 3, 0, 1, 4]]


@pytest.mark.parametrize(
    "function",
    [
        lambda **o: rs.sim_cka(X[:6], Y[:6], error=None, **o),
        lambda **o: rs.sim_cka(X[:6], Y[:6], kernel="rbf", error=None, **o),
        lambda **o: rs.sim_rsa(X[:6], Y[:6], metric="euclidean", error=None, **o),
        lambda **o: rs.sim_rsa(X[:6], Y[:6], metric="euclidean", compare="cosine", error=None, **o),
        lambda **o: rs.overlap_neighbors(rs.knn_graph(X[:6], 2), rs.knn_graph(Y[:6], 2), k=2, error="naive", **o),
    ],
    ids=["cka", "cka rbf", "rsa", "rsa cosine", "overlap"],
)
def test_exact_moments_are_those_of_all_arrangements(function) -> None:
    closed, every = function(), function(permutations=719)
    values = np.append(every.null, every.value)
    assert closed.details["null_mean"] == pytest.approx(values.mean(), abs=1e-9)
    assert closed.details["null_sd"] == pytest.approx(values.std(), rel=1e-6)
    assert closed.p_value is None
    assert closed.options["null"] == "exact moments"
    assert closed.chance == every.chance


def test_the_hypergeometric_spread_of_an_overlap_is_too_small() -> None:
    Z, W = RNG.normal(size=(2, 300, 5))
    found = rs.overlap_neighbors(rs.knn_graph(Z, 30), rs.knn_graph(W, 30), k=30)
    naive = math.sqrt(30 / 299 * (1 - 30 / 299) * (299 - 30) / 298 / 30 / 300)
    assert found.details["null_sd"] > 1.2 * naive


def test_debiased_cka_has_a_spread_that_no_data_change() -> None:
    found = rs.sim_cka(X, Y, estimator="debiased")
    assert (found.chance, found.details["null_sd"]) == (0.0, math.sqrt(2 / (7 * 4)))
    assert found.calibrated is not None


def test_more_permutations_than_arrangements_are_refused() -> None:
    with pytest.raises(InputError, match=r"permutations must be at most 23: 4 examples can be arranged in 24 ways"):
        rs.sim_cka(X[:4], Y[:4], permutations=100)
    with pytest.raises(InputError, match=r"permutations must be at most 5: 6 examples under these groups"):
        rs.sim_procrustes(X[:6], Y[:6], permutations=99, groups=[0, 0, 1, 1, 2, 2])
    assert rs.sim_procrustes(X[:6], Y[:6], permutations=5, groups=[0, 0, 1, 1, 2, 2]).null.shape == (5,)


def test_no_null_no_calibrated_value() -> None:
    assert rs.sim_procrustes(X, Y).calibrated is None
    assert rs.sim_cka(X, Y, permutations=19, groups=np.arange(7)).calibrated is not None
    assert rs.sim_procrustes(X, X, permutations=19).calibrated == pytest.approx(1, abs=1e-6)
    assert rs.information_imbalance(X, X, permutations=19).calibrated == 1.0  # 2 / n is the best there is, not 0


def test_an_int_gives_every_pair_the_same_orders_whatever_the_error_draws() -> None:
    plain, halves = (rs.sim_procrustes(X, Y, permutations=30, error=error) for error in (None, "subsample"))
    assert plain.null.tolist() == halves.null.tolist()
