from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def sample(n=300, d=10, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return rng.normal(size=(3, d))[y] + 1.5 * rng.normal(size=(n, d)), y


def test_all_of_the_rows_give_the_linear_probe() -> None:
    X, y = sample()
    curve = rs.probe_learning(X, y, fractions=[0.1, 1.0])
    whole = rs.probe_linear(X, y)
    assert curve.x.tolist() == [24, 240]
    assert curve.values[-1] == pytest.approx(whole.value, abs=0.005)
    assert curve.stderr[-1] == pytest.approx(whole.stderr, abs=0.005)
    assert curve.values[0] < curve.values[1]
    assert curve.details["by_fold"].shape == (2, 5)
    assert curve.chance == pytest.approx(1 / 3)


def test_values() -> None:
    X, _ = sample()
    curve = rs.probe_learning(X, X[:, 0] + 0.5, fractions=[0.1, 1.0], penalties=0.1)
    assert curve.values[-1] > 0.99


def test_bad_input() -> None:
    X, y = sample()
    with pytest.raises(InputError, match="fractions of probe_learning"):
        rs.probe_learning(X, y, fractions=[0.0, 1.0])
    with pytest.raises(InputError, match="at least one number"):
        rs.probe_learning(X, y, fractions=[])
    with pytest.raises(InputError, match="folds of probe_learning must be an int in \\[3, 300\\]"):
        rs.probe_learning(X, y, folds=2)
    with pytest.raises(InputError, match="nothing of class '0' is left"):
        rs.probe_learning(X, y, fractions=[0.01, 1.0])
