"""Rogue dimensions: by hand, that they decide neighbours, their error, and the warning of a study."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 20))


def rogue(times: float) -> np.ndarray:
    found = X.copy()
    found[:, 7] *= times
    return found


def test_a_share_by_hand() -> None:
    found = rs.health_rogue(np.array([[0.0, 0.0], [2.0, 1.0], [4.0, 2.0]]) + 1e9)
    assert found.value == pytest.approx(4 / 5)
    assert found.details == {"dimension": 0, "above_even": 0}
    assert found.chance == 0.5


def test_the_larger_the_share_the_fewer_neighbours_are_left() -> None:
    others = rs.knn_graph(np.delete(X, 7, axis=1), 10)
    found = [
        (rs.health_rogue(rogue(s)).value, rs.overlap_neighbors(rs.knn_graph(rogue(s), 10), others, k=10).value)
        for s in (1, 4, 16, 64)
    ]
    shares, kept = zip(*found, strict=True)
    assert list(shares) == sorted(shares)
    assert list(kept) == sorted(kept, reverse=True)
    assert kept[0] > 0.7
    assert kept[-1] < 0.1


def test_the_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(3)
    found = [rs.health_rogue(rng.normal(size=(300, 5)) * [4, 2, 1, 0.5, 1]) for _ in range(300)]
    assert np.mean([f.stderr for f in found]) == pytest.approx(np.std([f.value for f in found], ddof=1), rel=0.15)


def test_a_study_warns_of_a_rogue_dimension_and_of_hubs() -> None:
    hub = np.vstack([np.zeros(300), RNG.normal(size=(500, 300))])
    layers = {"clean": X[:400], "rogue": rogue(16)}
    results = rs.run(layers, rs.Plan(measures=["health_rogue", "health_hubness"]))
    (said,) = results.warnings
    assert said.startswith("layer rogue: dimension 7 alone carries 9")
    assert rs.run(layers, rs.Plan(measures=["health_rogue"], preprocess="standardise")).warnings == ()
    (said,) = rs.run({"h": hub}, rs.Plan(measures=["health_hubness"])).warnings
    assert said.startswith("layer h: point 0 is among the 10 nearest neighbours of ")
    few = rs.run({"a": X[:, :2] * [9, 1]}, rs.Plan(measures=["health_rogue"]))  # of two dimensions one always has half
    assert few.warnings == ()


def test_identical_points_are_refused() -> None:
    with pytest.raises(DegenerateDataError, match="points that differ"):
        rs.health_rogue(np.ones((5, 3)))
