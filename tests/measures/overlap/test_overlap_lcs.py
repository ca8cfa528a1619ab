"""Longest common subsequence: the lecture's cases, by hand, against the textbook table at many lengths, null."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from tests.reference import overlap_lcs as reference
from tests.reference.ordered_lists import NEAREST_FIRST, SWAPS, lists, related


@pytest.mark.parametrize(("swap", "printed"), [("near", "0.857"), ("far", "0.857"), ("ends", "0.714")])
def test_the_lectures_three_cases(swap: str, printed: str) -> None:
    found = rs.overlap_lcs(lists(NEAREST_FIRST), lists(SWAPS[swap]))
    assert f"{found.per_point[0]:.3f}" == printed
    assert found.per_point[1:].tolist() == [1.0] * 7


def test_reversed_lists_share_one_place() -> None:
    assert rs.overlap_lcs(lists(NEAREST_FIRST), lists(NEAREST_FIRST[::-1])).per_point[0] == 1 / 7


@pytest.mark.parametrize("k", [1, 2, 63, 64, 65, 130])
def test_against_the_textbook_table(k: int) -> None:
    g, h = related(140, k, noise=0.3)
    found = rs.overlap_lcs(g, h)
    rows = range(0, 140, 9)
    expected = [reference.longest(g.indices[i], h.indices[i]) / k for i in rows]
    np.testing.assert_allclose(found.per_point[list(rows)], expected)
    assert (found.per_point <= rs.overlap_neighbors(g, h, k=k).per_point).all()


def test_chance_comes_from_relabelling() -> None:
    g, h = related(200, 10)
    assert rs.overlap_lcs(g, h).chance is None
    assert dict(rs.overlap_lcs(g, h).details) == {}
    found = rs.overlap_lcs(g, h, permutations=50)
    assert found.chance == found.details["null_mean"]
    assert found.p_value == 1 / 51
    inside = rs.overlap_lcs(g, h, permutations=50, within=np.arange(200) % 2)
    assert inside.chance is None
    assert inside.options["null"] == "50 relabellings of the examples within strata"
