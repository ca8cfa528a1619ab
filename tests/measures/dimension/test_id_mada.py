import numpy as np
import pytest
import skdim

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError

X = np.random.default_rng(0).normal(size=(300, 5))


def test_by_hand() -> None:
    line = np.array([[0.0], [1.0], [3.0], [7.0], [15.0]])
    found = rs.id_mada(line, k=2, error=None)
    log_2 = np.log(2)
    assert found.per_point[:2] == pytest.approx([log_2 / np.log(3), log_2 / np.log(2)])


@pytest.mark.parametrize("k", [10, 20])
def test_equal_to_scikit_dimension(k: int) -> None:
    """The peer's log 2 is of k over k / 2, which for odd k is another number; with even k the values are the same."""
    peer = skdim.id.MADA().fit(X, n_neighbors=k)
    found = rs.id_mada(X, k=k)
    assert found.value == pytest.approx(peer.dimension_)
    assert found.per_point == pytest.approx(peer.dimension_pw_)


def test_error_graphs_and_copies() -> None:
    found = rs.id_mada(rs.knn_graph(X, 60), average="harmonic", error="sandwich")
    assert found.interval[0] < found.value < found.interval[1]
    twice = rs.id_mada(np.concatenate([X, X[:50]]), average="harmonic")
    assert (twice.value, twice.dropped) == (pytest.approx(found.value), 50)
    with pytest.raises(GraphDepthError):
        rs.id_mada(rs.knn_graph(X, 5), k=6)
    with pytest.raises(InputError, match="k of id_mada must be an int of at least 2"):
        rs.id_mada(X, k=1)


def test_equal_distances_have_no_dimension() -> None:
    corners = np.eye(12)
    with pytest.raises(DegenerateDataError, match="has no dimension at 12 of 12 points"):
        rs.id_mada(corners, k=4)
