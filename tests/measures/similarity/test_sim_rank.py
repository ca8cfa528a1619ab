"""Rank similarity: equal and swapped ranks by hand."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_by_hand() -> None:
    X = np.array([[0.0], [1.0], [3.0], [7.0]])
    Y = np.array([[0.0], [3.0], [1.0], [7.0]])
    # 0: 1 2 | 2 1, both shared, ranks (1, 2), (2, 1): 2 / (2 3) twice, over 1.5. 1: 0 2 | 2 0, the same.
    # 2: 1 0 | 0 1, the same. 3: 2 1 | 1 2, the same.
    assert rs.sim_rank(X, Y, k=2, metric="euclidean").value == pytest.approx((2 / 6 + 2 / 6) / 1.5)
    assert rs.sim_rank(X, 2 * X, k=3, metric="euclidean").value == pytest.approx(1)


def test_null() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 60, 4))
    assert rs.sim_rank(X, X + 0.1 * Y, k=5, permutations=19, error=None).p_value == 0.05
    with pytest.raises(InputError, match=r"k of sim_rank must be"):
        rs.sim_rank(X, Y, k=0)
