import json
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError
from tests.golden.skdim import sets

PEER = json.loads((Path(sets.__file__).parent / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["narrow", "wider"])
def test_equal_to_scikit_dimension(name: str) -> None:
    found = rs.id_fishers(sets.points(name))
    assert found.value == pytest.approx(PEER[name]["fishers"], rel=1e-6)
    peer = np.array([np.nan if value is None else value for value in PEER[name]["fishers_alphas"]])
    np.testing.assert_allclose(found.details["dimensions"], peer, rtol=1e-6)
    assert found.details["bound"] is False


def test_a_bound_where_the_peer_gives_nan() -> None:
    assert PEER["separable"]["fishers"] is None
    found = rs.id_fishers(sets.points("separable"))
    assert found.details["bound"] is True
    assert 15 < found.value < 90


def test_components_and_copies() -> None:
    X = np.random.default_rng(1).normal(size=(300, 4)) @ np.diag([1, 1, 1, 0.1])
    assert rs.id_fishers(X).details["components"] == 3
    assert rs.id_fishers(X, condition=1000.0).details["components"] == 4
    assert rs.id_fishers(np.concatenate([X, X])).value == pytest.approx(rs.id_fishers(X).value)
    with pytest.raises(DegenerateDataError, match="3 distinct points"):
        rs.id_fishers(np.repeat(X[:2], 4, axis=0))
