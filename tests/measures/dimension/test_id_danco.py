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


def test_features_that_say_nothing_change_nothing() -> None:
    line = np.random.default_rng(0).random((200, 1))
    for more in (0, 1, 5):
        assert rs.id_danco(np.c_[line, np.zeros((200, more))]).value == 1
    assert rs.id_danco(np.c_[line, line, 2 * line]).value == 1


def test_a_curve_reads_as_a_sheet_and_it_is_said() -> None:
    angle = 2 * np.pi * np.random.default_rng(0).random(200)
    sheet = np.c_[np.random.default_rng(0).random((200, 2)), np.zeros(200)]
    for points in (np.c_[np.cos(angle), np.sin(angle), angle / 3], sheet):
        found = rs.id_danco(points)
        assert found.value == 2
        assert "a curve reads 2" in found.details["note"]
