import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


@pytest.mark.parametrize("d", [1, 2, 4])
def test_known_dimensions(d: int) -> None:
    X = np.random.default_rng(d).random(size=(1200, d)) @ np.eye(d, 6)
    found = rs.id_mst(X)
    assert found.value == pytest.approx(d, rel=0.15)
    assert found.stderr < 0.6


def test_by_hand() -> None:
    """Points of a line: the tree is as long as the line from end to end, whatever the number."""
    X = np.arange(60.0)[:, None]
    found = rs.id_mst(X, sizes=(15, 30, 60), draws=2)
    assert found.details["lengths"][:, -1].tolist() == pytest.approx([59.0, 59.0])
    assert found.value == pytest.approx(1, abs=0.15)


def test_draws_are_repeated_and_powers_agree() -> None:
    X = np.random.default_rng(0).random(size=(600, 3))
    assert rs.id_mst(X, rng=1) == rs.id_mst(X, rng=1)
    assert rs.id_mst(X, power=0.5).value == pytest.approx(rs.id_mst(X).value, rel=0.15)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="at least 40 distinct points. Got 30"):
        rs.id_mst(np.random.default_rng(0).random(size=(30, 2)))
    with pytest.raises(InputError, match="three different numbers"):
        rs.id_mst(np.random.default_rng(0).random(size=(60, 2)), sizes=(10, 20))
    with pytest.raises(DegenerateDataError, match="grows as fast as its points"):
        rs.id_mst(np.eye(60), sizes=(10, 20, 40))


def test_gaps_are_named() -> None:
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(400, 4))
    apart = rs.id_mst(np.r_[cloud[:200], cloud[200:] + 50])
    assert apart.value < 2.5
    assert 2.7 < apart.details["without_gaps"] < 4.5
    assert apart.details["note"].startswith("gaps decide the dimension")
    assert rs.measures.MEASURES["id_mst"].alarm(apart) == apart.details["note"]
    assert rs.id_mst(cloud).details["note"] == ""
