"""Spread of squared distances: by hand, its limit, wide points, its error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

import repscape as rs
from repscape.errors import DegenerateDataError


def test_three_points_by_hand() -> None:
    found = rs.health_concentration(np.array([[0.0], [1.0], [3.0]]))  # squared distances 1, 4, 9
    assert found.details["mean"] == pytest.approx(14 / 3)
    assert found.value == pytest.approx(np.std([1, 4, 9]) / (14 / 3))


@pytest.mark.parametrize("d", [3, 60, 400])
def test_also_where_there_are_more_dimensions_than_points(d: int) -> None:
    X = 1e6 + np.random.default_rng(d).normal(size=(60, d)) * np.geomspace(1, 30, d)
    squared = pdist(X, "sqeuclidean")
    found = rs.health_concentration(X)
    assert found.value == pytest.approx(squared.std() / squared.mean(), rel=1e-7)
    assert found.details["sd"] == pytest.approx(squared.std(), rel=1e-7)


def test_points_that_are_all_equally_far_have_none() -> None:
    found = rs.health_concentration(np.eye(6))
    assert found.value == pytest.approx(0, abs=1e-7)


def test_the_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(3)
    drawn = [rng.normal(size=(200, 8)) * np.geomspace(1, 4, 8) for _ in range(300)]
    found = [rs.health_concentration(X, error="influence") for X in drawn]
    few = [f for f in found if f.details["n_eff"] < 20]
    assert [f.options.get("rests_on") for f in few] == ["few examples"] * len(few)
    assert all(rs.health_concentration(X).stderr is None for X, f in zip(drawn, found, strict=True) if f in few[:3])
    assert np.mean([f.stderr for f in found]) == pytest.approx(np.std([f.value for f in found], ddof=1), rel=0.15)


def test_identical_points_are_refused() -> None:
    with pytest.raises(DegenerateDataError, match="points that differ"):
        rs.health_concentration(np.ones((5, 3)))
