"""Edit overlap: the lecture's cases, by hand, and against the textbook table across word borders of the bit-parallel one."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from tests.reference import overlap_edit as reference
from tests.reference.ordered_lists import NEAREST_FIRST, SWAPS, lists, related


@pytest.mark.parametrize(("swap", "printed"), [("near", "0.714"), ("far", "0.714"), ("ends", "0.714")])
def test_the_lectures_three_cases(swap: str, printed: str) -> None:
    found = rs.overlap_edit(lists(NEAREST_FIRST), lists(SWAPS[swap]))
    assert f"{found.per_point[0]:.3f}" == printed
    assert found.per_point[1:].tolist() == [1.0] * 7


def test_a_shift_costs_two_edits() -> None:
    assert rs.overlap_edit(lists(NEAREST_FIRST), lists((7, 1, 2, 3, 4, 5, 6))).per_point[0] == 1 - 2 / 7


@pytest.mark.parametrize("k", [1, 2, 63, 64, 65, 127, 128, 129, 200])
@pytest.mark.parametrize("noise", [0.02, 0.5])
def test_against_the_textbook_table(k: int, noise: float) -> None:
    g, h = related(220, k, noise=noise)
    found = rs.overlap_edit(g, h)
    rows = range(0, 220, 24)
    expected = [1 - reference.distance(g.indices[i], h.indices[i]) / k for i in rows]
    np.testing.assert_allclose(found.per_point[list(rows)], expected, atol=1e-12)
    assert (found.per_point <= rs.overlap_lcs(g, h).per_point + 1e-12).all()


def test_unrelated_lists_have_no_edits_to_save() -> None:
    # Lists without a common entry need k replacements.
    g = rs.NeighborGraph.from_arrays(indices=np.array([[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4]]))
    h = rs.NeighborGraph.from_arrays(indices=np.array([[3, 4], [3, 4], [3, 4], [0, 1], [0, 1], [0, 1]]))
    assert rs.overlap_edit(g, h).per_point.tolist() == [0.0] * 6
