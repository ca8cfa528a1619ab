"""The difference in magnitude: by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X = np.random.default_rng(0).normal(size=(50, 3))


def test_by_hand() -> None:
    found = rs.sim_magnitude(X - X.mean(axis=0) + [3, 0, 4], X - X.mean(axis=0) + [0, 2, 0])
    assert (found.value, found.details["x"], found.details["y"]) == pytest.approx((3, 5, 2))
    assert found.stderr == pytest.approx(np.sqrt(2 / 50), rel=0.6)


def test_no_null_by_relabelling() -> None:
    with pytest.raises(InputError, match=r"permutations of sim_magnitude must be 0"):
        rs.sim_magnitude(X, X, permutations=9)
