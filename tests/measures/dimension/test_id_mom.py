import numpy as np
import pytest
import skdim

import repscape as rs
from repscape.errors import DegenerateDataError, UnknownNameError

X = np.random.default_rng(0).normal(size=(300, 5))


def test_by_hand() -> None:
    line = np.array([[0.0], [1.0], [3.0], [7.0]])
    found = rs.id_mom(line, k=2, error=None)
    assert found.per_point[:3] == pytest.approx([2 / 1, 1.5 / 0.5, 2.5 / 0.5])


@pytest.mark.parametrize("average", ["mean", "median"])
def test_equal_to_scikit_dimension(average: str) -> None:
    peer = skdim.id.MOM().fit(X, n_neighbors=15, comb=average)
    found = rs.id_mom(X, k=15, average=average, error="sandwich")
    assert found.value == pytest.approx(peer.dimension_)
    assert found.per_point == pytest.approx(peer.dimension_pw_)
    assert found.stderr > 0


def test_bad_input() -> None:
    with pytest.raises(DegenerateDataError, match="stand at one distance"):
        rs.id_mom(np.eye(12), k=4)
    with pytest.raises(UnknownNameError, match="average of id_mom"):
        rs.id_mom(X, average="mode")
