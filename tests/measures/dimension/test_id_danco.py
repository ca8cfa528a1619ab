import json
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from tests.golden.skdim import sets

PEER = json.loads((Path(sets.__file__).parent / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["narrow", "wider"])
def test_scikit_dimension(name: str) -> None:
    """The peer's search by distances may stop at the whole number that it begins at; its samples of balls are others."""
    X = sets.points(name)
    assert rs.id_danco(X, version="distances").value == pytest.approx(PEER[name]["mind"], rel=1e-2)
    assert rs.id_danco(X).value == pytest.approx(PEER[name]["danco"], abs=0.9)


def test_known_dimensions_and_copies() -> None:
    X = np.random.default_rng(2).random(size=(200, 5)) @ np.eye(5, 8)
    found = rs.id_danco(X, k=6)
    assert found.value == pytest.approx(5, abs=1)
    assert found.value > found.details["distances"]
    assert rs.id_danco(np.concatenate([X, X[:30]]), k=6).value == found.value


def test_bad_input() -> None:
    with pytest.raises(DegenerateDataError, match="at least 12 distinct points"):
        rs.id_danco(np.random.default_rng(0).normal(size=(10, 2)))
    with pytest.raises(InputError, match="most of id_danco"):
        rs.id_danco(np.random.default_rng(0).normal(size=(40, 2)), most=3)
