"""The difference in uniformity: by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_by_hand() -> None:
    X = np.array([[0.0, 0], [1, 0], [0, 1]])
    expected = np.log((3 + 2 * (2 * np.exp(-2) + np.exp(-4))) / 9)
    found = rs.sim_uniformity(X, np.zeros((3, 2)) + 1e-9 * X)
    assert (found.details["x"], found.details["y"]) == pytest.approx((expected, 0))
    assert found.value == pytest.approx(-expected)


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"t of sim_uniformity"):
        rs.sim_uniformity(np.eye(4), np.eye(4), t=0)
    with pytest.raises(InputError, match=r"permutations of sim_uniformity must be 0"):
        rs.sim_uniformity(np.eye(4), np.eye(4), permutations=9)
