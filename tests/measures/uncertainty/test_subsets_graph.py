"""Neighbours within a subset, read from the graph of all: against the subset's own graph, and the scale of the deviations."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.measures.dimension._distinct import near_distances
from repscape.measures.uncertainty._subsets_graph import Surroundings, deviations
from tests.reference.neighbors import neighbors

X = np.random.default_rng(0).normal(size=(120, 3))
RANKS = np.array([1, 2, 5])


def around(points: np.ndarray, k: int) -> Surroundings:
    found = near_distances(points, 2, duplicates="merge", function="test", deeper=k).surroundings(k)
    assert found is not None
    return found


def test_by_hand() -> None:
    # 0, 1, 3, 7 on a line; of 0, 3, 7 the nearest two lie at 3 and 7, 3 and 4, 4 and 7.
    line = around(np.array([[0.0], [1.0], [3.0], [7.0]]), 3)
    drawn = np.array([True, False, True, True])
    assert line.within(drawn, np.array([1, 2])).tolist() == [[3, 7], [3, 4], [4, 7]]
    assert line.within(drawn, np.array([1, 2]), points=np.array([1])).tolist() == [[1, 2]]


def test_a_full_graph_holds_the_graph_of_every_subset() -> None:
    whole = around(X, 119)
    for seed in range(5):
        rows = np.sort(np.random.default_rng(seed).permutation(120)[:40])
        drawn = np.isin(np.arange(120), rows)
        np.testing.assert_allclose(whole.within(drawn, RANKS), neighbors(X[rows], 5)[1][:, RANKS - 1], rtol=1e-14)


def test_what_a_shallow_graph_cannot_say_is_nan_and_the_rest_is_right() -> None:
    shallow, rows = around(X, 8), np.arange(0, 120, 2)
    found = shallow.within(np.arange(120) % 2 == 0, RANKS)
    known = np.isfinite(found)
    assert 0.1 < known[:, 2].mean() < 0.9
    assert (known[:, 0] >= known[:, 1]).all()
    np.testing.assert_allclose(found[known], neighbors(X[rows], 5)[1][:, RANKS - 1][known], rtol=1e-14)


def test_deviations_are_those_of_the_statistic_scaled_for_pairs() -> None:
    whole = around(X, 119)

    def statistic(lengths: np.ndarray) -> float:
        return float(lengths.mean())

    found = deviations(whole, statistic, share=0.25, ranks=RANKS, draws=30)
    drawn = [np.flatnonzero(mask) for mask in whole.subsets(0.25, 30)]
    slow = np.array([neighbors(X[rows], 5)[1][:, RANKS - 1].mean() for rows in drawn])
    assert {rows.size for rows in drawn} == {30}
    np.testing.assert_allclose(found.scaled, (slow - slow.mean()) * (0.25 / (1 - 0.25**2)) ** 0.5, atol=1e-12)
    assert found.mean == pytest.approx(slow.mean())
    assert (found.share, found.part) == (1, 0.25)


def test_a_point_is_drawn_with_its_first_row() -> None:
    # Rows 0..119, then copies of rows 0..59: subsets of the 180 rows hold a point when they hold its first row.
    copied = around(np.concatenate([X, X[:60]]), 119)
    assert copied.first.tolist() == list(range(120))
    assert copied.rows == 180
    from repscape.measures.uncertainty._resample import subsets

    for mask, rows in zip(copied.subsets(0.25, 5), subsets(180, draws=5, share=0.25), strict=True):
        assert np.flatnonzero(mask).tolist() == [row for row in rows if row < 120]


def test_layers_with_the_same_rows_are_drawn_alike() -> None:
    one, other = around(X, 20), around(np.tanh(X[:, :2]), 30)
    for a, b in zip(one.subsets(0.5, 3), other.subsets(0.5, 3), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_cannot_be_said_is_none() -> None:
    def statistic(lengths: np.ndarray) -> float:
        return float(lengths.mean())

    assert deviations(None, statistic, share=0.25, ranks=RANKS) is None
    assert deviations(around(X, 4), statistic, share=0.25, ranks=RANKS) is None  # rank 5 is not there
    assert deviations(around(X, 8), statistic, share=0.25, ranks=RANKS) is None  # for too many points it is not
    assert deviations(around(X[:30], 29), statistic, share=0.25, ranks=RANKS) is None  # subsets of 7 points
    distances = rs.NeighborGraph.from_arrays(distances=rs.knn_graph(X, 30).distances, self_column="none")
    assert near_distances(distances, 2, duplicates="merge", function="test").surroundings(30) is None
