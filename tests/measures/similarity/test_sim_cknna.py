"""CKNNA: the debiased CKA at its end, ties, blocks, nulls, and input that has no answer."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from repscape.measures.similarity import _sim_cknna
from tests.reference import sim_cknna as reference

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 7)) + 0.5
Y = np.tanh(X @ RNG.normal(size=(7, 5))) + 0.3 * RNG.normal(size=(60, 5))


def test_with_all_neighbours_it_is_the_debiased_cka() -> None:
    unit = [A / np.linalg.norm(A, axis=1, keepdims=True) for A in (X, Y)]
    assert rs.sim_cknna(X, Y, k=59).value == pytest.approx(rs.sim_cka(*unit, estimator="debiased").value, abs=1e-10)
    assert rs.sim_cknna(X, Y, k=59).details["shared"] == 1


def test_large_matrices_are_read_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = rs.sim_cknna(X, Y).value
    monkeypatch.setattr(_sim_cknna, "BLOCK_BYTES", 8 * 60 * 7)
    assert rs.sim_cknna(X, Y).value == pytest.approx(expected, abs=1e-14)


def test_ties_go_by_index() -> None:
    grid = np.array([[1.0, 0], [0, 1], [1, 1], [1, 0], [0, 1], [1, 1], [2, 1]])
    assert rs.sim_cknna(grid, grid[:, ::-1] + [0, 1], k=3).value == pytest.approx(
        reference.slow(grid, grid[:, ::-1] + [0, 1], {}, k=3), abs=1e-10
    )


def test_error_and_null() -> None:
    there = rs.sim_cknna(X, Y, permutations=99)
    assert (there.p_value, there.options["error"]) == (0.01, "halves")
    assert there.chance == pytest.approx(10 / 60, abs=0.05)
    noise = rs.sim_cknna(X, RNG.normal(size=(60, 5)), permutations=99)
    assert noise.p_value > 0.01
    assert rs.sim_cknna(X, Y[:30, :].T[:, :30].repeat(2, axis=0)[:7].T, axis="units", k=3).n == 7


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match=r"k of sim_cknna must be an int in \[2, 59\]"):
        rs.sim_cknna(X, Y, k=1)
    with pytest.raises(InputError, match="Row 3 is one"):
        rs.sim_cknna(np.where(np.arange(60)[:, None] == 3, 0, X), Y)
    with pytest.raises(DegenerateDataError, match="different distances"):
        rs.sim_cknna(X, np.ones((60, 2)), k=59)
