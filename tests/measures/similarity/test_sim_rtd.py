"""RTD: a split that one side has and the other has not, by hand; both ways; and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def test_two_clusters_against_one() -> None:
    """A square with one long side: min(r, s) joins what r keeps apart, for as long as the distances differ."""
    X = np.array([[0.0, 0], [0, 1], [4, 0], [4, 1]])
    Y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    found = rs.sim_rtd(X, Y, error=None)
    r, s = 17**0.5, 2**0.5  # the .9 quantile of each matrix is its longest distance
    # X joins its clusters at 4 / r, and along both sides of the square; the smaller of both distances does at 1 / s.
    assert found.details["there"] == pytest.approx(2 * (4 / r - 1 / s), abs=1e-6)
    # Y joins the ends of the short sides at 1 / s, and the smaller of both at 1 / r.
    assert found.details["back"] == pytest.approx(2 * (1 / s - 1 / r), abs=1e-6)
    assert found.value == pytest.approx((found.details["there"] + found.details["back"]) / 2)


def test_bars_agree_with_a_reduction_by_hand() -> None:
    from tests.reference import sim_rtd as reference

    X, Y = np.random.default_rng(0).normal(size=(2, 9, 3))
    for dimension in (1, 2):
        expected = reference.slow(X, Y, {}, dimension=dimension, batch=9, trials=1)
        assert rs.sim_rtd(X, Y, dimension=dimension, error=None).value == pytest.approx(expected, abs=1e-5)


def test_null_and_bad_input() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 20, 3))
    assert rs.sim_rtd(X, X + 0.05 * Y, permutations=19, error=None).p_value == 0.05
    with pytest.raises(InputError, match=r"batch of sim_rtd must be"):
        rs.sim_rtd(X, Y, batch=21)
    with pytest.raises(InputError, match=r"points that differ"):
        rs.sim_rtd(np.ones((20, 2)), Y)
