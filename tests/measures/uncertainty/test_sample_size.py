"""A measure against the number of examples: the mean over subsets, the flag, every kind of row, bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 6))
LABELS = (X[:, 0] > 0).astype(int)


def test_values_are_means_over_subsets_and_the_last_is_of_all() -> None:
    seen: list[int] = []

    def first(points: np.ndarray) -> float:
        seen.append(len(points))
        assert len(np.unique(points, axis=0)) == len(points)
        return float(points[:, 0].mean())

    curve = rs.sample_size_curve(X, rs.Measure("first", fn=first), draws=5)
    assert curve.x.tolist() == [25, 50, 100, 200, 400]
    assert sorted(seen) == sorted([400, *[25, 50, 100, 200] * 5])
    assert curve.values[-1] == X[:, 0].mean()
    assert curve.details["draws"].tolist() == [5, 5, 5, 5, 1]
    assert curve.stderr[-1] == curve.stderr[-2] == curve.details["sd"][-2]
    assert not curve.details["flag"]
    again = rs.sample_size_curve(X, rs.Measure("first", fn=first), draws=5)
    assert again == curve


def test_what_still_moves_is_flagged_and_what_has_settled_is_not() -> None:
    def size(points: np.ndarray) -> float:
        return float(len(points)) + points[0, 0] * 1e-3

    grows = rs.sample_size_curve(X, rs.Measure("size", fn=size))
    assert grows.details["flag"]
    assert grows.details["moves"] == pytest.approx(200, abs=0.01)
    line = rs.sample_size_curve(RNG.random((1000, 1)), ("id_twonn", {"estimator": "mle"}))
    assert not line.details["flag"]
    chance = rs.sample_size_curve((X, RNG.normal(size=X.shape)), ("overlap_neighbors", {"k": 10}))
    assert chance.values[0] > 3 * chance.values[-1]  # chance is k / (n - 1)
    assert chance.details["flag"]


@pytest.mark.parametrize(
    ("points", "measure", "columns"),
    [
        (X, ("overlap_labels", {"k": 5, "exclude": np.arange(400) // 2}), {"labels": LABELS}),
        (X, ("id_gride", {"max_rank": 8}), None),
        ((X, X**3), "sim_cka", None),
        (X, "select_category", {"groups": LABELS}),
        (X, "health_hubness", None),
    ],
)
def test_any_row_of_the_table(points: object, measure: object, columns: dict | None) -> None:
    curve = rs.sample_size_curve(points, measure, sizes=[100, 400], draws=2, columns=columns)
    assert np.isfinite(curve.values).all()
    assert curve.options["draws"] == 2


@pytest.mark.parametrize(
    ("points", "measure", "options", "error", "message"),
    [
        (X, "id_twon", {}, UnknownNameError, "Did you mean 'id_twonn'"),
        (X, "overlap_labels", {}, InputError, "overlap_labels takes labels: give sample_size_curve columns="),
        (X, "sim_cka", {}, InputError, r"must be 2 array\(s\) for sim_cka. Got 1"),
        (X, "id_twonn", {"sizes": [100, 50]}, InputError, "sizes of sample_size_curve must increase"),
        (X, "id_twonn", {"sizes": [500]}, InputError, r"sizes of sample_size_curve must be an int in \[3, 400\]"),
        (X, "id_twonn", {"draws": 1}, InputError, "draws of sample_size_curve"),
    ],
)
def test_refused(points: object, measure: str, options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        rs.sample_size_curve(points, measure, **options)


def test_the_examples_that_an_error_takes_have_that_error() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(4000, 3))
    labels = (points[:, 0] + rng.normal(size=4000) > 0).astype(int)
    call = ("overlap_labels", {"k": 10})
    wanted = rs.sample_size(call, points[:500], error=0.008, columns={"labels": labels[:500]})
    n = int(wanted.value)
    there = rs.overlap_labels(rs.knn_graph(points[:n], 20), labels[:n], k=10)
    assert 500 < n < 4000
    assert there.stderr == pytest.approx(0.008, rel=0.25)
    assert wanted.interval[0] < n < wanted.interval[1]


def test_a_difference_of_layers_is_found_with_the_power_asked_for() -> None:
    """By hand: n (1.96 + .8416)^2 (stderr / difference)^2, the stderr that of the pair."""
    rng = np.random.default_rng(0)
    one = rng.normal(size=(400, 5))
    other = one + 0.3 * rng.normal(size=one.shape)
    wanted = rs.sample_size("id_twonn", (one, other), difference=0.5)
    a, b = (rs.id_twonn(side) for side in (one, other))
    together = np.corrcoef(a.replicates, b.replicates)[0, 1]
    square = a.stderr**2 + b.stderr**2 - 2 * together * a.stderr * b.stderr
    assert wanted.value == np.ceil(400 * (1.959964 + 0.8416212) ** 2 * square / 0.25)
    assert wanted.details["difference"] == a.value - b.value
    half = rs.sample_size("id_twonn", (one, other), difference=0.25)
    assert half.value == pytest.approx(4 * wanted.value, rel=0.01)
    assert rs.sample_size("id_twonn", (one, other)).options["difference"] == abs(a.value - b.value)


def test_what_is_wanted_must_be_clear() -> None:
    with pytest.raises(InputError, match="give error or difference, not both"):
        rs.sample_size("id_twonn", X, error=0.1, difference=0.1)
    with pytest.raises(
        InputError, match=r"X of sample_size must be two layers \(X, Y\) for a difference of id_twonn.*Got 1 array"
    ):
        rs.sample_size("id_twonn", X, difference=0.1)
    with pytest.raises(InputError, match="gives none, but a curve: say with at= which rank, one of 2, 4, 8"):
        rs.sample_size(("id_gride", {"max_rank": 8}), X, error=0.1)
    assert rs.sample_size(("id_gride", {"max_rank": 8}), X, error=0.1, at=8).value > 20
    assert rs.sample_size("sim_cka", (X, X**3), error=0.001).value > 400


def test_pilots_that_tell_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="same examples, row by row. Got 400 and 60 rows"):
        rs.sample_size("id_twonn", (X[:400], X[:60]), difference=0.5)
    labels = np.arange(200) % 10 == 0
    with pytest.raises(InputError, match="must have an error over examples. The ± of probe_mdl is over orders"):
        rs.sample_size("probe_mdl", X[:200], error=5.0, columns={"labels": labels.astype(int)})
    heavy = X[:200] * np.where(np.arange(200) == 0, 200.0, 1.0)[:, None]
    assert rs.sample_size("id_pca", heavy, error=0.1).options["rests_on"] == "few examples"
    wanted = rs.sample_size("id_pca", X[:200], error=50.0)
    assert wanted.interval[0] <= wanted.value <= wanted.interval[1]
    assert wanted.value == 20
    pairs = (X[:200], X[:200, :3]), (X[:200, :3], X[:200, :2])
    assert rs.sample_size(("overlap_neighbors", {"k": 10}), pairs, difference=0.02).value > 200
