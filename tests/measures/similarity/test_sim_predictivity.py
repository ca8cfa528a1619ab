"""Linear predictivity: by way of what is told and what is not, the ceiling, and repeats that do not match."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, RepscapeWarning

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 4))
SIGNAL = X @ RNG.normal(size=(4, 3))


def test_what_is_told_and_what_is_not() -> None:
    Y = np.column_stack([SIGNAL[:, 0], RNG.normal(size=150)])
    found = rs.sim_predictivity(X, Y, permutations=19, error=None)
    assert found.details["by_unit"][0] > 0.999
    assert abs(found.details["by_unit"][1]) < 0.3
    assert found.p_value == 0.05
    assert found.value == pytest.approx(found.details["by_unit"].mean())


def test_the_ceiling_is_what_the_noise_leaves() -> None:
    repeats = [SIGNAL + 2 * SIGNAL.std(axis=0) * RNG.normal(size=SIGNAL.shape) for _ in range(8)]
    found = rs.sim_predictivity(X, np.mean(repeats, axis=0), responses=repeats, error=None)
    expected = np.sqrt(1 / (1 + 4 / 8))  # of eight repeats with four times the variance of the signal
    assert found.details["ceiling"] == pytest.approx(expected, abs=0.06)
    assert found.details["normalised"] == pytest.approx(1, abs=0.06)
    assert found.value < 0.9


def test_repeats_must_be_of_one_shape() -> None:
    with pytest.raises(InputError, match=r"responses of sim_predictivity .* every example measured equally often"):
        rs.sim_predictivity(X, SIGNAL, responses=[SIGNAL, SIGNAL[:100]])
    with pytest.raises(InputError, match=r"Got 1 of shapes"):
        rs.sim_predictivity(X, SIGNAL, responses=[SIGNAL])
    with pytest.raises(InputError, match=r"Y of sim_predictivity must hold no constant unit"):
        rs.sim_predictivity(X, SIGNAL * [1, 0, 1])


def test_what_predicts_may_hold_dead_units() -> None:
    dead = np.column_stack([X[:, :2], np.zeros(150), X[:, 2:], np.full(150, 0.3)])
    found, whole = (rs.sim_predictivity(side, SIGNAL, error=None, permutations=9) for side in (dead, X))
    assert found.details["by_unit"] == pytest.approx(whole.details["by_unit"], abs=1e-6)
    assert found.details["reverse"] == pytest.approx(whole.details["reverse"], abs=1e-6)
    assert (found.details["reverse_left_out"], whole.details["reverse_left_out"]) == (2, 0)


def test_in_a_study_only_what_predicts_a_dead_unit_fails() -> None:
    layers = {"dead": np.column_stack([X, np.zeros(150)]), "signal": SIGNAL}
    plan = rs.Plan(measures=[("sim_predictivity", {"error": None, "permutations": 9})], profiles=["pairs"])
    with pytest.warns(RepscapeWarning, match=r"Y of sim_predictivity must hold no constant unit"):
        found = rs.run(layers, plan)
    assert {failure.unit for failure in found.failed} == {"signal and dead", "dead and dead"}
    table = found.to_frame().set_index(["layer", "other_layer"])
    alone = rs.sim_predictivity(layers["dead"], SIGNAL, error=None, permutations=9)
    assert table.loc[("dead", "signal"), "value"] == pytest.approx(alone.value)
    assert table.loc[("dead", "signal"), "p_value"] == alone.p_value == 0.1
