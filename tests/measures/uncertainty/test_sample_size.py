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
