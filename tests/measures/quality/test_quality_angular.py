import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_by_hand() -> None:
    X = np.array([[1.0, 0], [0, 2], [1, 1]])
    Y = np.array([[0.0, 5], [0, -1], [2, 2]])  # a right angle, the opposite, the same
    found = rs.quality_angular(X, Y)
    assert found.per_point == pytest.approx([0.5, 1.0, 0.0])
    assert found.value == pytest.approx(0.5)
    assert found.stderr == pytest.approx(0.5 / 3**0.5)


def test_small_turns_keep_their_digits() -> None:
    X = np.tile([1.0, 0, 0], (5, 1))
    Y = X + np.array([0, 1e-9, 0])
    assert rs.quality_angular(X, Y).value == pytest.approx(1e-9 / np.pi, rel=1e-6)


def test_chance_is_of_unlike_examples() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 40))
    assert rs.quality_angular(X, X).chance == pytest.approx(0.5, abs=0.01)
    narrow = X + 10
    assert rs.quality_angular(narrow, narrow).chance < 0.1


def test_other_widths_are_refused() -> None:
    with pytest.raises(
        InputError, match="of one width, as two states of one residual stream are. Got 3 and 2 features"
    ):
        rs.quality_angular(np.eye(3), np.eye(3)[:, :2])
