import numpy as np
import pytest
import skdim

import repscape as rs
from repscape.errors import DegenerateDataError


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the peer
@pytest.mark.parametrize("d", [2, 6])
def test_equal_to_scikit_dimension(d: int) -> None:
    """The peer's epsilon is in the unit of the points, ours in that of each radius: no pair here is below either."""
    X = np.random.default_rng(d).normal(size=(150, d)) * 3
    peer = skdim.id.TLE(epsilon=1e-9).fit(X, n_neighbors=15)
    found = rs.id_tle(X, k=15, epsilon=1e-9)
    assert found.per_point == pytest.approx(peer.dimension_pw_, rel=1e-6)
    assert found.value == pytest.approx(peer.dimension_, rel=1e-6)


def test_few_neighbours_are_enough_and_the_unit_says_nothing() -> None:
    X = np.random.default_rng(1).random(size=(400, 3)) @ np.eye(3, 5)
    found = rs.id_tle(X, k=8)
    assert found.value == pytest.approx(3, abs=0.5)
    assert rs.id_tle(1e-6 * X, k=8).value == pytest.approx(found.value)
    assert rs.id_tle(np.concatenate([X, X[:40]]), k=8).value == pytest.approx(found.value)


def test_neighbours_at_one_distance() -> None:
    with pytest.raises(DegenerateDataError):
        rs.id_tle(np.ones((20, 3)))
