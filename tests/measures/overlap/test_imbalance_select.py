"""Features by what they tell: against the measure itself, and what is refused."""

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


def test_no_p_of_a_feature_that_is_related_to_those_before_it() -> None:
    nearly = np.c_[X[:, 0], X[:, 1], X[:, 0] + 0.5 * X[:, 3]]
    found = rs.imbalance_select(nearly, nearly[:, [0, 2]] * [2, 1], most=2, permutations=19)
    assert found.features == (0, 2)
    assert (found.p_values[0], np.isnan(found.p_values[1])) == (0.05, True)
    assert (np.isnan(found.p_related[0]), found.p_related[1]) == (True, 0.005)


def test_groups_are_wholes() -> None:
    Y = X[:, [1]] + 0.3 * X[:, [3]]
    groups = np.repeat(np.arange(60), 2)
    whole = rs.imbalance_select(X, Y, most=1, permutations=19, groups=groups)
    single = rs.imbalance_select(X, Y, most=1, permutations=19)
    assert whole.curve.values == single.curve.values
    assert (whole.curve.options["error"], single.curve.options["error"]) == ("jackknife over groups", "subsample")
    assert whole.curve.stderr[0] > 0
    few = rs.imbalance_select(X, Y, most=1, permutations=1, groups=np.repeat([0, 1], 60))
    assert few.p_values[0] == 0.5  # the halves change places or they do not
    with pytest.raises(InputError, match=r"permutations must be at most 1: 120 examples under these groups"):
        rs.imbalance_select(X, Y, permutations=9, groups=np.repeat([0, 1], 60))


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"most of imbalance_select must be"):
        rs.imbalance_select(X, X, most=5)
    with pytest.raises(InputError, match=r"must hold no constant feature. Column 2 is constant \(1 of 4\)"):
        rs.imbalance_select(X * [1, 1, 0, 1], X)
    with pytest.raises(InputError, match=r"permutations must be at most 23: 4 examples can be arranged in 24 ways"):
        rs.imbalance_select(X[:4, :2], X[4:8, :2], permutations=200)
    with pytest.raises(InputError, match=r"must be the same within each of the groups"):
        rs.imbalance_select(X, X, permutations=9, groups=np.repeat(np.arange(60), 2), within=np.arange(120) % 2)
    assert np.isnan(rs.imbalance_select(X[:4, :2], X[4:8, :2], permutations=23).curve.stderr).all()
