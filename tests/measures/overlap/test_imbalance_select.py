"""Features by what they tell, and what one space adds to another: against the measure itself, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X = np.random.default_rng(0).normal(size=(120, 4))


def test_every_step_is_the_imbalance_of_what_was_taken() -> None:
    Y = X[:, [1, 3]] * [2, 1]
    found = rs.imbalance_select(X, Y, k=2, most=3, standardise=False)
    assert found.features[:2] == (1, 3)
    for count in (1, 2, 3):
        expected = rs.information_imbalance(X[:, list(found.features[:count])], Y, k=2, error=None).value
        assert found.curve.values[count - 1] == pytest.approx(expected)
    assert found.curve.details["best"] == 3 / 120
    assert (found.curve.stderr > 0).all()
    alone = [rs.information_imbalance(X[:, [j]], Y, k=2, error=None).value for j in range(4)]
    assert found.features[0] == int(np.argmin(alone))


def test_a_feature_that_adds_nothing_has_no_small_p() -> None:
    found = rs.imbalance_select(X[:60, :3], X[:60, :1], permutations=19)
    assert found.features[0] == 0
    assert found.p_values[0] == 0.05
    assert found.p_values[1] > 0.05


def test_what_is_added() -> None:
    Y = X[:, :2]
    adds = rs.imbalance_conditional(X[:, [1]], X[:, [0]], Y, permutations=19)
    known = rs.imbalance_conditional(X[:, [0]], X[:, [0]], Y, permutations=19)
    without = rs.information_imbalance(X[:, [0]], Y, error=None).value
    assert adds.details["without"] == pytest.approx(without)
    assert adds.details["together"] == pytest.approx(without - adds.value)
    assert (adds.p_value, adds.calibrated > 0.5) == (0.05, True)
    assert known.value == 0.0  # nothing that is known already adds
    assert known.calibrated == 0.0


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"most of imbalance_select must be"):
        rs.imbalance_select(X, X, most=5)
    with pytest.raises(InputError, match=r"must hold no constant feature. Column 2 is constant \(1 of 4\)"):
        rs.imbalance_select(X * [1, 1, 0, 1], X)
    with pytest.raises(InputError, match=r"same examples"):
        rs.imbalance_conditional(X, X[:50], X)
