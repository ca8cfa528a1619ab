import json

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from tests.golden.dadapy import peak_sets

PEER = json.loads((peak_sets.HERE / "further.json").read_text(encoding="utf-8"))["binary"]["rows"]


@pytest.mark.parametrize("row", PEER)
def test_at_least_as_near_as_dadapy(row: list) -> None:
    """The peer walks at random: ours has its dimension to the tolerance of that walk, and no larger divergence."""
    found = rs.id_binary(peak_sets.bits(), low=row[0], high=row[1], error=None)
    assert found.details["divergence"] <= np.exp(float(row[4])) * (1 + 1e-4)
    assert found.value == pytest.approx(float(row[2]), rel=0.02)


@pytest.mark.parametrize("bits", [12, 40])
def test_independent_bits_are_counted(bits: int) -> None:
    X = np.random.default_rng(bits).integers(0, 2, size=(600, bits))
    found = rs.id_binary(X, high=0.5)
    assert abs(found.value - bits) < 4 * found.stderr + 0.5
    assert abs(found.details["slope"]) < 0.2
    assert found.details["law"].sum() == pytest.approx(1)


def test_states_of_any_name_and_numbers_above_a_threshold() -> None:
    X = np.random.default_rng(0).integers(0, 2, size=(200, 20))
    expected = rs.id_binary(X, high=0.5, error=None).value
    assert rs.id_binary(2 * X - 1, high=0.5, error=None).value == pytest.approx(expected)
    assert rs.id_binary(X.astype(bool), high=0.5, error=None).value == pytest.approx(expected)
    assert rs.id_binary(X + 0.3, high=0.5, threshold=1.0, error=None).value == pytest.approx(expected)
    copied = rs.id_binary(np.repeat(X, 3, axis=1), high=0.5, error=None)
    assert copied.value != pytest.approx(60, rel=0.2)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="must hold two values, the states of a bit. Got 3"):
        rs.id_binary(np.arange(9).reshape(3, 3) % 3)
    with pytest.raises(DegenerateDataError, match="needs 3 distances between the quantiles"):
        rs.id_binary(np.random.default_rng(0).integers(0, 2, size=(50, 2)), high=0.3)
