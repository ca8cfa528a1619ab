"""Second-order cosine: copies, rotations and its null, which is far from 0."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_copies_that_differ_in_nothing_count_whole() -> None:
    X = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert rs.sim_second_order(X, X, k=1, error=None).value == 1.0


def test_null_is_far_from_nothing() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 60, 4))
    found = rs.sim_second_order(X, Y, k=5, permutations=39, error=None)
    assert found.chance > 0.2
    assert found.calibrated == 0.0
    assert rs.sim_second_order(X, X + 0.1 * Y, k=5, permutations=39, error=None).calibrated > 0.8
    with pytest.raises(InputError, match=r"row"):
        rs.sim_second_order(np.vstack([X[:-1], np.zeros(4)]), Y)
