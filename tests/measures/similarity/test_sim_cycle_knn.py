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


def test_the_error_holds_where_halves_with_all_k_would_find_everything() -> None:
    values, errors = [], []
    for seed in range(15):
        X, Y = np.random.default_rng(seed).normal(size=(2, 60, 5))
        found = rs.sim_cycle_knn(X, np.tanh(X) + Y, k=9)
        values.append(found.value)
        errors.append(found.stderr)
    assert 0.8 < np.mean(errors) / np.std(values, ddof=1) < 2  # halves with nine neighbours each: a third of it


def test_no_error_where_nearly_everything_is_found() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 40, 4))
    found = rs.sim_cycle_knn(X, Y)
    assert (found.stderr, found.options["error"]) == (None, None)
    assert rs.sim_cycle_knn(X, Y, k=8).stderr > 0
    with pytest.raises(InputError, match=r"needs k\^2 at most 2 n.*Got k = 10 for 40 examples; take k up to 8"):
        rs.sim_cycle_knn(X, Y, error="subsample")
