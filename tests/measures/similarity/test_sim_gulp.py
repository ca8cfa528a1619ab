"""GULP: canonical correlations at no penalty, ridge, and its square."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X, Y = np.random.default_rng(0).normal(size=(2, 60, 4))


def test_without_penalty_it_is_made_of_canonical_correlations() -> None:
    rho = rs.sim_cca(X, Y[:, :3], error=None).details["rho"]
    assert rs.sim_gulp(X, Y[:, :3], root=False, error=None).value == pytest.approx(4 + 3 - 2 * (rho**2).sum())


def test_more_units_than_examples_and_null() -> None:
    wide = np.random.default_rng(1).normal(size=(60, 90))
    stretched = wide @ np.diag(np.linspace(1, 2, 90))
    assert 0 < rs.sim_gulp(wide, stretched, ridge=0.1, error=None).value < 0.5
    with pytest.raises(InputError, match=r"Take ridge=0.1, fewer dimensions \(PCA\), or more examples"):
        rs.sim_gulp(wide, stretched, error=None)
    assert rs.sim_gulp(X, X + Y, ridge=0.1, permutations=39, error=None).p_value == 0.025
    with pytest.raises(InputError, match=r"ridge of sim_gulp"):
        rs.sim_gulp(X, Y, ridge=-1)
