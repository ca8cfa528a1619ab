import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_by_hand_and_chance_over_all_pairs() -> None:
    X = np.array([[1.0, 0], [0, 2], [1, 1]])
    Y = np.array([[0.0, 5], [0, -1], [2, 2]])
    found = rs.quality_influence(X, Y)
    assert found.per_point == pytest.approx([1.0, 2.0, 0.0])
    pairs = [
        1 - X[i] @ Y[j] / np.linalg.norm(X[i]) / np.linalg.norm(Y[j]) for i in range(3) for j in range(3) if i != j
    ]
    assert found.chance == pytest.approx(np.mean(pairs))


def test_a_small_change_keeps_its_digits() -> None:
    X = np.random.default_rng(0).normal(size=(50, 20))
    Y = X + 1e-9 * np.random.default_rng(1).normal(size=X.shape)
    assert 0 < rs.quality_influence(X, Y).value < 1e-17
    assert rs.quality_influence(X, X).value == 0


def test_zeros_are_refused() -> None:
    with pytest.raises(InputError, match="no row of zeros"):
        rs.quality_influence(np.eye(3), np.eye(3) * [1, 1, 0])
