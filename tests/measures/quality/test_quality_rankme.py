import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError


def test_closed_forms() -> None:
    """All directions alike: as many as there are. One direction: one. Two to one, by hand."""
    assert rs.quality_rankme(np.eye(12)).value == pytest.approx(12, rel=1e-12)
    line = np.outer(np.arange(1.0, 41), [3.0, 0, 4, 0, 0])
    assert rs.quality_rankme(line).value == 1.0
    two = np.array([[2.0, 0], [0, 1], [0, 0]])
    assert rs.quality_rankme(two).value == pytest.approx(3 / 2 ** (2 / 3), rel=1e-12)
    details = rs.quality_rankme(two).details
    assert details["participation"] == pytest.approx(25 / 17)
    assert details["eigenvalues"] == pytest.approx(5 / 4**0.8)


def test_chance_is_what_noise_of_the_shape_gives() -> None:
    for n, d in ((400, 30), (60, 50), (40, 200)):
        found = rs.quality_rankme(np.random.default_rng(0).normal(size=(n, d)))
        assert found.value == pytest.approx(found.chance, rel=0.02)
        assert (found.stderr is None) == (n <= d)


def test_the_error_is_the_spread_over_samples() -> None:
    scales = np.geomspace(1, 0.1, 8)
    found = [rs.quality_rankme(np.random.default_rng(i).normal(size=(500, 8)) * scales) for i in range(60)]
    spread = np.std([one.value for one in found], ddof=1)
    assert 0.75 < np.mean([one.stderr for one in found]) / spread < 1.35


def test_the_mean_counts_unless_it_is_taken_off() -> None:
    X = np.random.default_rng(1).normal(size=(300, 6)) + 50
    assert rs.quality_rankme(X).value < 1.5 < 5.9 < rs.quality_rankme(X, centre=True).value
    assert rs.quality_rankme(X, convention="paper").value == pytest.approx(rs.quality_rankme(X).value, abs=1e-4)
    with pytest.raises(DegenerateDataError, match="differ from 0"):
        rs.quality_rankme(np.zeros((9, 3)))


def test_rounding_of_a_mean_is_no_direction() -> None:
    for constant in (0.1, 1 / 3, 1234.567):
        with pytest.raises(DegenerateDataError, match="differ from each other"):
            rs.quality_rankme(np.full((30, 3), constant), centre=True)
    moving = 1e-3 * np.random.default_rng(0).normal(size=(50, 2))
    beside = rs.quality_rankme(np.c_[np.full(50, 1e9 + 0.1), moving], centre=True)
    assert beside.value == pytest.approx(rs.quality_rankme(moving, centre=True).value)
