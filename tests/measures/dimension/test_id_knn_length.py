import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


@pytest.mark.parametrize("d", [1, 2, 3])
def test_known_dimensions(d: int) -> None:
    X = np.random.default_rng(d).random((1500, d)) @ np.random.default_rng(0).normal(size=(d, 6))
    found = rs.id_knn_length(X)
    assert found.value == pytest.approx(d, abs=0.25 * d)
    assert found.stderr is not None
    assert found.interval[0] < found.value < found.interval[1]
    assert found.details["sizes"].tolist() == [150, 207, 286, 394, 544, 750]


def test_by_hand_on_a_grid() -> None:
    # On a grid of m points in [0, 1] the neighbours of every point stand at 1/m: all lengths are alike, the slope is 0.
    X = np.linspace(0, 1, 401)[:, None]
    every = {size: np.sort(np.random.default_rng(0).permutation(401)[:size]) for size in (401,)}
    assert every[401].size == 401
    found = rs.id_knn_length(np.vstack([X, X]), k=1, sizes=(100, 200, 401), draws=2)
    assert found.dropped == 401  # copies count as one
    assert found.details["lengths"][:, 2] == pytest.approx([401 / 400] * 2)


def test_bad_input() -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    with pytest.raises(InputError, match="must have at least 45 distinct points with k = 5. Got 40"):
        rs.id_knn_length(X)
    with pytest.raises(InputError, match="three different numbers at least"):
        rs.id_knn_length(X, sizes=(20, 30))
    with pytest.raises(InputError, match=r"sizes of id_knn_length must be an int in \[7, 40\]"):
        rs.id_knn_length(X, sizes=(6, 20, 30))
    far = np.eye(60)
    with pytest.raises(DegenerateDataError, match="grows as fast as its points"):
        rs.id_knn_length(far)
