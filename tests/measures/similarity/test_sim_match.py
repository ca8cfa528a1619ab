"""Matched units: by hand, partners, signs, and units without correlation."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X = np.random.default_rng(0).normal(size=(50, 3))


def test_partners_and_signs() -> None:
    found = rs.sim_match(X, np.column_stack([X[:, 2], -X[:, 0], X[:, 1]]))
    assert found.value < 0.5  # a unit and its negative are no match
    turned = rs.sim_match(X, np.column_stack([X[:, 2], -X[:, 0], X[:, 1]]), absolute=True)
    assert turned.value == pytest.approx(1)
    assert turned.details["partner"].tolist() == [1, 2, 0]


def test_by_hand_soft_takes_the_best_twice() -> None:
    Y = X[:, [0, 0]]
    c = np.corrcoef(X.T)
    assert rs.sim_match(X, Y, form="soft").value == pytest.approx(((1 + c[1, 0] + c[2, 0]) / 3 + 1) / 2)
    assert rs.sim_match(X, Y).value == pytest.approx((1 + max(c[1, 0], c[2, 0])) / 2)


def test_null_and_constant_units() -> None:
    noise = np.random.default_rng(1).normal(size=(50, 3))
    assert rs.sim_match(X, noise, permutations=99, error=None).calibrated == 0
    assert rs.sim_match(X, X + noise, permutations=99).p_value == 0.01
    with pytest.raises(
        InputError, match=r"X of sim_match must hold no constant unit.* Units 1 are constant \(1 of 3\)"
    ):
        rs.sim_match(X * [1, 0, 1], X)
