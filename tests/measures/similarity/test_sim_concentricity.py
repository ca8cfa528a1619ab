"""The difference in concentricity: by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_by_hand() -> None:
    one_way = np.array([[1.0, 0.0], [2.0, 0.0], [5.0, 0.0]])
    spread = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    found = rs.sim_concentricity(one_way, spread)
    assert found.details["x"] == pytest.approx(1)
    assert found.details["y"] == pytest.approx((2 / 2**0.5 + 1) / 3)
    assert found.value == pytest.approx(found.details["x"] - found.details["y"])


def test_what_has_no_direction_is_refused() -> None:
    with pytest.raises(InputError, match=r"mean with a direction"):
        rs.sim_concentricity(np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]]), np.eye(4))
    with pytest.raises(InputError, match=r"permutations of sim_concentricity must be 0"):
        rs.sim_concentricity(np.eye(4), np.eye(4), permutations=9)
