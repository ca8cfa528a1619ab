"""Permutation Procrustes: an order found again, padding, and beside Procrustes."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X = np.random.default_rng(0).normal(size=(40, 5))


def test_an_order_is_no_distance_and_a_rotation_is() -> None:
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))[0]
    assert rs.sim_permutation(X, 2 * X[:, [3, 1, 4, 0, 2]]).value < 1e-7
    assert rs.sim_permutation(X, X @ turn).value > 0.3
    assert rs.sim_permutation(X, X[:, ::-1] * 3, form="distance").value == pytest.approx(2 * np.linalg.norm(X))
    assert rs.sim_permutation(X, X[:, :2], form="distance").value == pytest.approx(np.linalg.norm(X[:, 2:]))


def test_it_is_never_less_than_procrustes() -> None:
    Y = np.random.default_rng(2).normal(size=(40, 5))
    assert rs.sim_permutation(X, Y, centre=True).value > rs.sim_procrustes(X, Y).value
    found = rs.sim_permutation(X, X + Y, permutations=39, error=None)
    assert (found.p_value, found.chance > found.value) == (0.025, True)
    with pytest.raises(InputError, match=r"must not be zero"):
        rs.sim_permutation(0 * X, Y)
