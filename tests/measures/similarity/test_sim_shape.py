"""Shape distances: Procrustes at one end, any linear map at the other, and what was learned on other examples."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 60, 4))


def test_the_ends_of_alpha() -> None:
    assert rs.sim_shape(X, Y).value == pytest.approx(rs.sim_procrustes(X, Y).value, abs=1e-9)
    size = rs.sim_procrustes(X, Y, form="size_and_shape").value
    assert rs.sim_shape(X, Y, form="euclidean").value == pytest.approx(size, abs=1e-9)
    bent = X @ RNG.normal(size=(4, 4))
    assert rs.sim_shape(X, bent, alpha=0).value < 1e-6 < 0.1 < rs.sim_shape(X, bent, alpha=1).value
    rho = rs.sim_cca(X, Y, error=None).details["rho"]
    assert rs.sim_shape(X, Y, alpha=0).value == pytest.approx(np.arccos(rho.mean()), abs=1e-9)


def test_held_out_unrelated_representations_are_a_right_angle_apart() -> None:
    A, B = RNG.normal(size=(2, 60, 25))
    inside, outside = rs.sim_shape(A, B, error=None), rs.sim_shape(A, B, folds=5, error=None)
    assert inside.value < 1.1 < 1.3 < outside.value
    assert outside.details["by_fold"].shape == (5,)
    assert rs.sim_shape(X, X @ RNG.normal(size=(4, 4)), alpha=0, folds=5, error=None).value < 0.05
    with pytest.raises(InputError, match=r"alpha of sim_shape"):
        rs.sim_shape(X, Y, alpha=2)
