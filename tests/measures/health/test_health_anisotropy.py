"""Mean cosine: by hand, its extremes, which dimension makes it, its error."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_three_directions_by_hand() -> None:
    found = rs.health_anisotropy(np.array([[2.0, 0.0], [0.0, 5.0], [-3.0, 0.0]]))
    assert found.value == pytest.approx((0 - 1 + 0) / 3)
    assert found.per_point == pytest.approx([-0.5, 0, -0.5])
    assert rs.health_anisotropy(np.outer([1.0, 2.0, 7.0], [3.0, 4.0])).value == pytest.approx(1.0)


def test_the_dimension_that_makes_it_is_named() -> None:
    X = np.random.default_rng(0).normal(size=(400, 30))
    X[:, 11] += 20
    found = rs.health_anisotropy(X)
    assert found.details["dimension"] == 11
    assert found.details["dimension_share"] > 0.99
    assert found.value > 0.8


def test_the_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(2)
    found = [rs.health_anisotropy(rng.normal(size=(200, 5)) + 0.5) for _ in range(300)]
    spread = np.std([f.value for f in found], ddof=1)
    assert np.mean([f.stderr for f in found]) == pytest.approx(spread, rel=0.15)
    assert found[0].replicates.std() == pytest.approx(found[0].stderr, rel=0.3)


def test_a_row_without_direction_is_refused() -> None:
    X = np.ones((5, 2))
    X[3] = 0
    with pytest.raises(InputError, match="no direction. Row 3"):
        rs.health_anisotropy(X)
