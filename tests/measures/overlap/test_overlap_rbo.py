"""Rank-biased overlap: the lecture's cases, by hand, chance, error, null and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError
from repscape.measures import MEASURES
from tests.reference import overlap_rbo as reference
from tests.reference.ordered_lists import NEAREST_FIRST, SWAPS, lists, related


@pytest.mark.parametrize(("swap", "printed"), [("near", "0.900"), ("far", "0.990"), ("ends", "0.787")])
def test_the_lectures_three_cases(swap: str, printed: str) -> None:
    found = rs.overlap_rbo(lists(NEAREST_FIRST), lists(SWAPS[swap]), p=0.9)
    assert f"{found.per_point[0]:.3f}" == printed
    assert found.per_point[1:].tolist() == [1.0] * 7


def test_by_hand() -> None:
    # X_d / d of 1234567 and 2134567 is 0 at depth 1, else 1: all but the first weight of 1 - p is left.
    found = rs.overlap_rbo(lists(NEAREST_FIRST), lists(SWAPS["near"]), p=0.25)
    assert found.per_point[0] == pytest.approx(1 - 0.75)


def test_p_by_default_and_at_its_ends() -> None:
    g, h = related(200, 20)
    found = rs.overlap_rbo(g, h)
    assert (found.options["k"], found.options["p"]) == (20, 0.95)
    assert rs.overlap_rbo(g, h, p=0).value == rs.overlap_neighbors(g, h, k=1).value  # the first place alone
    nearly_one = rs.overlap_rbo(g, h, p=1 - 1e-12).value  # the last depth alone
    assert nearly_one == pytest.approx(rs.overlap_neighbors(g, h, k=20).value)


def test_k_none_takes_what_both_hold() -> None:
    g, h = related(200, 20)
    shallow = rs.overlap_rbo(g.truncate(8), h.truncate(8))
    for found in (rs.overlap_rbo(g, h.truncate(8)), rs.overlap_rbo(g, h, k=8)):
        assert found.options == shallow.options
        np.testing.assert_array_equal(found.per_point, shallow.per_point)


def test_equal_lists_are_1_whatever_p() -> None:
    g, _ = related(150, 40)
    for p in (0.0, 0.3, 0.9, 0.97, 0.999):
        assert rs.overlap_rbo(g, g, p=p).value == pytest.approx(1.0, abs=1e-12)


def test_chance_is_what_relabelled_examples_give() -> None:
    g, h = related(300, 15)
    found = rs.overlap_rbo(g, h, permutations=200)
    assert found.chance == pytest.approx(found.details["null_mean"], abs=5 * found.details["null_sd"] / np.sqrt(200))
    assert found.p_value == 1 / 201
    assert found.details["adjusted"] == pytest.approx((found.value - found.chance) / (1 - found.chance))


def test_unrelated_representations_are_at_chance() -> None:
    rng = np.random.default_rng(1)
    g, h = (rs.knn_graph(rng.normal(size=(800, 2)), 20) for _ in range(2))
    found = rs.overlap_rbo(g, h, permutations=99)
    assert abs(found.value - found.chance) < 4 * found.stderr
    assert found.p_value > 0.01


def test_within_strata_keeps_what_strata_share() -> None:
    # Two far clusters in both representations, and nothing else in common: free relabelling finds it, that within does not.
    rng = np.random.default_rng(2)
    cluster = np.repeat([0, 1], 150)
    g, h = (rs.knn_graph(rng.normal(size=(300, 2)) + 50 * cluster[:, None], 10) for _ in range(2))
    free = rs.overlap_rbo(g, h, permutations=99)
    inside = rs.overlap_rbo(g, h, permutations=99, within=cluster)
    assert free.p_value == 0.01
    assert inside.p_value > 0.05
    assert abs(inside.details["partial"]) < 0.03


def test_errors() -> None:
    g, h = related(600, 20)
    found, naive = rs.overlap_rbo(g, h), rs.overlap_rbo(g, h, error="naive")
    assert naive.stderr == pytest.approx(found.per_point.std(ddof=1) / np.sqrt(600))
    assert found.stderr > naive.stderr
    assert found.replicates.std() == pytest.approx(found.stderr, rel=0.35)
    bare = rs.overlap_rbo(g, h, error=None)
    assert (bare.stderr, bare.interval, bare.replicates) == (None, None, None)


def test_a_study_builds_graphs_for_it() -> None:
    assert MEASURES["overlap_rbo"].depth({}, {}) == 30
    assert MEASURES["overlap_rbo"].depth({"k": 7}, {}) == 7
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    results = rs.run({"a": X, "b": X[:, :2]}, rs.Plan(measures=["overlap_rbo"], profiles=["next"]))
    expected = rs.overlap_rbo(rs.knn_graph(X, 30), rs.knn_graph(X[:, :2], 30))
    assert results.to_frame()["value"].tolist() == [expected.value]


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan"), "0.9"])
def test_p_out_of_range(p: object) -> None:
    g, h = related(50, 10)
    with pytest.raises(InputError, match=r"p of overlap_rbo must be a number in \[0, 1\)"):
        rs.overlap_rbo(g, h, p=p)


@pytest.mark.parametrize("measure", [rs.overlap_rbo, rs.overlap_lcs, rs.overlap_edit])
def test_bad_input(measure: object) -> None:
    (g, h), (other, _), name = related(50, 10), related(40, 10), measure.__name__
    with pytest.raises(InputError, match="same examples, row by row. Got 50 and 40 rows"):
        measure(g, other)
    with pytest.raises(GraphDepthError, match=rf"{name} needs the indices of 30 neighbours .* holds 10"):
        measure(g, h, k=30)
    with pytest.raises(InputError, match=rf"k of {name} must be an int in \[1, 49\] \(n - 1\). Got 50"):
        measure(g, h, k=50)
    with pytest.raises(InputTypeError, match=f"h of {name} must be a NeighborGraph"):
        measure(g, np.zeros((50, 3)))
    with pytest.raises(ValueError, match="Did you mean 'sandwich'"):
        measure(g, h, error="sandwhich")
    with pytest.raises(InputError, match="permutations"):
        measure(g, h, permutations=-1)
    with pytest.raises(InputError, match=r"within .* must have shape \(50,\)"):
        measure(g, h, permutations=9, within=[1, 2])
    distances_only = rs.NeighborGraph.from_arrays(distances=g.distances, self_column="none")
    with pytest.raises(GraphDepthError, match="holds distances only"):
        measure(distances_only, g)


def test_reference_by_hand() -> None:
    assert reference.of_lists([1, 2], [2, 1], 0.5) == pytest.approx(0.5)
