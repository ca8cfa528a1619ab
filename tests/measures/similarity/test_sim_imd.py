"""IMD: it asks of no example which it is; heat on a path by hand."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X, Y = np.random.default_rng(0).normal(size=(2, 40, 3))


def test_a_graph_of_all_pairs_is_refused() -> None:
    """Of any two sides it would be the same: a distance of 0 that says nothing."""
    with pytest.raises(
        InputError, match=r"k of sim_imd must be an int in \[1, 8\] \(n - 2; with n - 1 each is a neighbour of all"
    ):
        rs.sim_imd(X[:10], Y[:10], k=9, error=None)


def test_two_points_of_three_by_hand() -> None:
    """Three points on a line, each with its nearest: a path, whose normalised Laplacian has 0, 1 and 2."""
    line = np.array([[0.0], [1.0], [2.5]])
    found = rs.sim_imd(line, line[::-1], k=1, error=None)
    times = found.details["times"]
    assert found.details["heat_x"] == pytest.approx(1e6 * (1 + np.exp(-times) + np.exp(-2 * times)) / 3)
    assert found.value == pytest.approx(0, abs=1e-6)


def test_it_does_not_ask_which_example_is_which() -> None:
    assert rs.sim_imd(X, X[::-1], error=None).value == pytest.approx(0, abs=1e-6)
    with pytest.raises(InputError, match=r"permutations of sim_imd must be 0: .* Got 99"):
        rs.sim_imd(X, Y, permutations=99)
