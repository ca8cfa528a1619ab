"""Eigenspace overlap: shared columns by hand, ranks, and the peer's denominator."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X, Y = np.random.default_rng(0).normal(size=(2, 60, 4))


def test_by_hand() -> None:
    E = np.eye(6)
    assert rs.sim_eigenspace(E[:, :3], E[:, 1:4], error=None).value == pytest.approx(2 / 3)
    assert rs.sim_eigenspace(E[:, :3], E[:, [1]], error=None).value == pytest.approx(1 / 3)
    repeated = np.column_stack([X, X[:, :2]])
    assert rs.sim_eigenspace(X, repeated, error=None).value == pytest.approx(1)
    assert rs.sim_eigenspace(X, repeated, per="columns", error=None).value == pytest.approx(4 / 6)


def test_chance_of_centred_spaces_is_known() -> None:
    found = rs.sim_eigenspace(X, Y[:, :3], centre=True, permutations=400, error=None)
    assert found.chance == pytest.approx(4 * 3 / 59 / 4, rel=0.1)
    with pytest.raises(InputError, match=r"must not be zero, less its mean"):
        rs.sim_eigenspace(np.ones((60, 2)), Y, centre=True)
