import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


def views(directions: int, d: int = 10, noise: float = 0.03, examples: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    code = np.repeat(np.arange(examples), 3)
    core = np.zeros((examples, d))
    core[:, :directions] = rng.normal(size=(examples, directions))
    return core[code] + noise * rng.normal(size=(code.size, d)), code


@pytest.mark.parametrize("directions", [1, 3, 10])
def test_directions_between_groups_are_counted(directions: int) -> None:
    X, code = views(directions)
    found = rs.quality_lidar(X, code)
    assert directions * 0.97 < found.value < directions * 1.05
    assert found.interval[0] < found.value < found.interval[1]


def test_groups_at_random_give_chance() -> None:
    X, code = views(3)
    found = rs.quality_lidar(X, np.random.default_rng(1).permutation(code))
    assert found.value == pytest.approx(found.chance, rel=0.03)


def test_the_unit_counts_in_the_papers_convention_alone() -> None:
    X, code = views(3, noise=0.1)
    assert rs.quality_lidar(1e-3 * X, code).value == pytest.approx(rs.quality_lidar(X, code).value)
    small, large = (rs.quality_lidar(s * X, code, convention="paper").value for s in (1e-3, 1.0))
    assert abs(small - large) > 0.01


def test_no_spread_within_and_bad_input() -> None:
    X, code = views(3, noise=0.0)
    assert 2.8 < rs.quality_lidar(X, code).value < 3.01
    with pytest.raises(InputError, match="groups of quality_lidar must be at least 2, one of them of 2 rows"):
        rs.quality_lidar(X, np.arange(len(X)))
    with pytest.raises(DegenerateDataError, match="group means that differ"):
        rs.quality_lidar(np.tile(np.eye(3), (2, 1)), np.repeat([0, 1], 3))


def test_the_same_rows_in_other_orders_do_not_stand_apart() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(4, 6))
    X = np.concatenate([base[rng.permutation(4)] for _ in range(30)])
    for points in (X, X + 1000):
        with pytest.raises(DegenerateDataError, match="group means that differ"):
            rs.quality_lidar(points, np.repeat(np.arange(30), 4))
