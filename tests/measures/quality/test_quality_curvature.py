import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError


def test_paths_by_hand() -> None:
    straight = np.outer(np.arange(6.0), [1, 2, 2])
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    there_and_back = np.array([[0.0, 0], [1, 0], [0, 0]])
    for path, angle in ((straight, 0.0), (square, math.pi / 2), (there_and_back, math.pi)):
        assert rs.quality_curvature(path, np.zeros(len(path))).value == pytest.approx(angle, abs=1e-12)
    both = np.vstack([square, there_and_back[:, :2]])
    found = rs.quality_curvature(both, np.repeat(["a", "b"], [4, 3]))
    assert found.value == pytest.approx(math.pi * 3 / 4)
    assert (found.details["prompts"], found.details["angles"]) == (2, 3)


def test_order_at_random_is_chance_and_a_random_walk_bends_by_a_right_angle() -> None:
    rng = np.random.default_rng(0)
    prompts = np.repeat(np.arange(20), 15)
    cloud = rng.normal(size=(300, 50))
    found = rs.quality_curvature(cloud, prompts)
    assert found.value == pytest.approx(2 * math.pi / 3, abs=0.03)
    assert abs(found.value - found.chance) < 3 * found.stderr
    walk = rs.quality_curvature(np.cumsum(cloud, axis=0), prompts)
    assert walk.value == pytest.approx(math.pi / 2, abs=0.03)


def test_repeated_states_and_short_prompts_are_counted_and_nothing_is_nan() -> None:
    """Released code gives NaN where a cosine rounds above 1 or a step has no length."""
    path = np.array([[0.0, 0], [1, 0], [1, 0], [2, 0], [3, 0], [9, 9], [8, 8]])
    found = rs.quality_curvature(path, [0, 0, 0, 0, 0, 1, 1])
    assert found.value == 0.0
    assert (found.details["undefined"], found.dropped) == (2, 2)
    tiny = np.outer(np.arange(5), np.full(3, 1e-200))
    assert rs.quality_curvature(tiny, np.zeros(5)).value == 0.0
    with pytest.raises(DegenerateDataError, match="none of 2 prompts has an angle"):
        rs.quality_curvature(path[:4], [0, 0, 1, 1])


def test_between_states() -> None:
    corner = np.array([[1.0, 0], [0, 1], [1, 0], [0, 1]])
    found = rs.quality_curvature(corner, np.zeros(4), convention="states")
    assert found.value == pytest.approx(math.pi / 2)
    assert rs.quality_curvature(corner, np.zeros(4), convention="states", lag=2).value == pytest.approx(0.0)
