"""Linear predictivity: direction, wide data, constant features, errors, and too few examples."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from tests.reference import sim_linreg as reference

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 8))
Y = np.tanh(X @ RNG.normal(size=(8, 5))) + 0.3 * RNG.normal(size=(100, 5))


def test_direction() -> None:
    assert rs.sim_linreg(X, X[:, :3]).value == pytest.approx(1, abs=1e-10)
    assert rs.sim_linreg(X[:, :3], X).value == pytest.approx(3 / 8, abs=0.15)
    assert rs.sim_linreg(X, RNG.normal(size=(100, 4))).value < 0.1


def test_wide_data_with_ridge() -> None:
    wide = RNG.normal(size=(60, 150))
    target = wide[:, :2] * 3 + RNG.normal(size=(60, 2))
    centred = wide - wide.mean(axis=0)
    # The penalty is a multiple of the mean eigenvalue among the directions that the training examples span.
    found = rs.sim_linreg(wide, target, ridge=0.1, error=None).value
    again = rs.sim_linreg(
        centred @ np.linalg.svd(centred, full_matrices=False)[2].T, target, ridge=0.1, error=None
    ).value
    assert found == pytest.approx(again, abs=1e-9)
    assert rs.sim_linreg(np.hstack([X, X[:, :2]]), Y).value == pytest.approx(rs.sim_linreg(X, Y).value, abs=1e-9)


def test_details() -> None:
    found = rs.sim_linreg(X, np.column_stack([Y, np.full(100, 7.0)]))
    assert found.value == pytest.approx(reference.slow(X, Y, {}), abs=1e-10)
    assert np.isnan(found.details["by_feature"]).tolist() == [False] * 5 + [True]
    assert found.details["by_fold"].shape == (5,)
    assert (found.stderr is not None, found.options["error"]) == (True, "influence")
    null = rs.sim_linreg(X, Y, permutations=19, rng=np.random.default_rng(1))
    assert null.p_value == 0.05
    assert null.chance < 0


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match="Take ridge=0.01"):
        rs.sim_linreg(X[:10], Y[:10])
    with pytest.raises(InputError, match=r"folds of sim_linreg must be an int in \[2, 100\]"):
        rs.sim_linreg(X, Y, folds=1)
    assert rs.sim_linreg(X[:10], Y[:10], ridge=1.0).value < 1
