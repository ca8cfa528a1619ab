"""Hubness: by hand, its extremes, its error."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError
from repscape.measures.uncertainty import deleted_parts


def star() -> rs.NeighborGraph:
    """Four points around a hub: each has the hub as its neighbour, the hub has point 1."""
    return rs.NeighborGraph.from_arrays(indices=np.array([[1], [0], [0], [0], [0]]), self_column="none")


def test_a_star_by_hand() -> None:
    found = rs.health_hubness(star(), k=1)
    assert found.per_point.tolist() == [4, 1, 0, 0, 0]
    # Deviations from k = 1: 3, 0, -1, -1, -1; third moment 24 / 5, variance 12 / 5.
    assert found.value == pytest.approx(24 / 5 / (12 / 5) ** 1.5)
    assert (found.details["hub"], found.details["largest"]) == (0, 4)
    assert (found.details["largest_share"], found.details["antihubs"]) == (1.0, 0.6)


def test_equal_counts_have_no_hub() -> None:
    ring = np.arange(12)[:, None]
    g = rs.NeighborGraph.from_arrays(indices=np.hstack([(ring + 1) % 12, (ring - 1) % 12]), self_column="none")
    found = rs.health_hubness(g, k=2)
    assert (found.value, found.stderr, found.details["antihubs"]) == (0.0, 0.0, 0.0)


def test_chance_is_the_skewness_of_neighbours_drawn_at_random() -> None:
    rng = np.random.default_rng(0)
    n, k = 4000, 10
    drawn = np.array([rng.choice(np.delete(np.arange(n), i), k, replace=False) for i in range(n)])
    found = rs.health_hubness(rs.NeighborGraph.from_arrays(indices=drawn, self_column="none"), k=k)
    assert found.value == pytest.approx(found.chance, abs=4 * math.sqrt(6 / n))
    assert rs.health_hubness(rs.knn_graph(np.eye(4), 3), k=3).chance is None


def test_many_dimensions_make_hubs() -> None:
    rng = np.random.default_rng(1)
    values = [rs.health_hubness(rs.knn_graph(rng.normal(size=(600, d)), 10)).value for d in (2, 10, 100)]
    assert values[0] < 0.4 < values[1] < 2 < values[2]


def test_error_is_left_out_when_asked() -> None:
    assert rs.health_hubness(star(), k=1, error=None).stderr is None
    assert rs.health_hubness(star(), k=1).options == {"k": 1, "error": None}  # one hub is all that it rests on
    naive = rs.health_hubness(star(), k=1, error="naive")
    assert naive.options == {"k": 1, "error": "naive", "rests_on": "few examples"}
    assert naive.details["n_eff"] < 20
    with pytest.raises(GraphDepthError, match="leaves a twentieth of the points out"):
        rs.health_hubness(star(), k=1, error="jackknife")


def test_the_jackknife_is_that_of_graphs_built_anew() -> None:
    X = np.random.default_rng(0).normal(size=(200, 12))
    found = rs.health_hubness(rs.knn_graph(X, 30), error="jackknife")
    values = [
        rs.health_hubness(rs.knn_graph(np.delete(X, part, 0), 10), error=None).value for part in deleted_parts(200)
    ]
    assert found.options["error"] == "jackknife"
    assert found.stderr == pytest.approx(np.sqrt(19 * np.var(values)))
    assert found.interval[0] * found.interval[1] == pytest.approx(found.value**2)  # alike on the log scale


def test_refused() -> None:
    with pytest.raises(InputTypeError, match="g of health_hubness must be a NeighborGraph"):
        rs.health_hubness(np.eye(5))
    with pytest.raises(InputError, match="k of health_hubness"):
        rs.health_hubness(star(), k=0)
