"""Jaccard of neighbourhoods: by hand, beside the overlap, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

LINE = np.array([[0.0], [1.0], [3.0], [7.0]])
OTHER = np.array([[0.0], [5.0], [4.0], [1.0]])


def test_by_hand() -> None:
    # Two nearest in LINE: 12, 02, 10, 21; in OTHER: 32, 23, 13, 02. In common of all: 1 of 3, 1 of 3, 1 of 3, 1 of 3.
    assert rs.sim_jaccard(LINE, OTHER, k=2, metric="euclidean").value == pytest.approx(1 / 3)
    assert rs.sim_jaccard(LINE, OTHER, k=3, metric="euclidean").value == 1.0


def test_it_follows_the_overlap_and_has_a_null() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 80, 4))
    found = rs.sim_jaccard(X, Y, k=5, metric="euclidean", permutations=39)
    overlap = rs.overlap_neighbors(rs.knn_graph(X, 5), rs.knn_graph(Y, 5), k=5, error="naive")
    assert found.value <= overlap.value <= 2 * found.value / (1 + found.value) + 1e-9  # the mean of a concave function
    assert (found.options["error"], found.calibrated) == ("subsample", 0.0)
    with pytest.raises(InputError, match=r"same examples"):
        rs.sim_jaccard(X, Y[:50])
