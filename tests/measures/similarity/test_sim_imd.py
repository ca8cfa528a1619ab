"""IMD: it asks of no example which it is; heat on a whole graph by hand."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X, Y = np.random.default_rng(0).normal(size=(2, 40, 3))


def test_a_graph_of_all_pairs_by_hand() -> None:
    """The normalised Laplacian of a whole graph has 0 once and n / (n - 1) otherwise."""
    found = rs.sim_imd(X[:10], Y[:10], k=9, error=None)
    expected = 1e6 * (1 + 9 * np.exp(-10 / 9 * found.details["times"])) / 10
    assert found.details["heat_x"] == pytest.approx(expected)
    assert found.value == pytest.approx(0, abs=1e-6)
    assert rs.sim_imd(X[:10], Y[:10], k=9, normalize="complete", error=None).details["heat_y"] == pytest.approx(1e6)


def test_it_does_not_ask_which_example_is_which() -> None:
    assert rs.sim_imd(X, X[::-1], error=None).value == pytest.approx(0, abs=1e-6)
    with pytest.raises(InputError, match=r"permutations of sim_imd must be 0: .* Got 99"):
        rs.sim_imd(X, Y, permutations=99)
