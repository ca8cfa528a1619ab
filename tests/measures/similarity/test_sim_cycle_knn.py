"""Cycle consistency: four points by hand, both ways, its null and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

LINE = np.array([[0.0], [1.0], [3.0], [7.0]])  # nearest: 1, 0, 1, 2
OTHER = np.array([[0.0], [5.0], [4.0], [1.0]])  # nearest: 3, 2, 1, 0


def test_by_hand() -> None:
    # From 0 over 3 to 2, from 1 over 2 to 1, from 2 over 1 to 0, from 3 over 0 to 1: one of four comes back.
    found = rs.sim_cycle_knn(LINE, OTHER, k=1, metric="euclidean")
    assert found.value == 0.25
    # The other way: from 0 over 1 to 2, from 1 over 0 to 3, from 2 over 1 to 2, from 3 over 2 to 1.
    assert found.details["reverse"] == 0.25
    assert rs.sim_cycle_knn(LINE, LINE, k=1, metric="euclidean").value == 0.5


def test_null_and_bad_input() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 60, 4))
    assert rs.sim_cycle_knn(X, X + 0.1 * Y, k=3, permutations=19, error=None).p_value == 0.05
    unrelated = rs.sim_cycle_knn(X, Y, k=3, permutations=99, error=None)
    assert unrelated.calibrated == 0
    assert unrelated.value == pytest.approx(unrelated.chance, abs=4 * unrelated.details["null_sd"])
    with pytest.raises(InputError, match=r"k of sim_cycle_knn"):
        rs.sim_cycle_knn(X, Y, k=60)
