"""Procrustes: rotations, scipy, the three forms, wide data, and input that has no answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.stats import ortho_group

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, UnknownNameError
from tests.reference import sim_procrustes as reference

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 40, 6))
TURNED = X @ ortho_group.rvs(6, random_state=1) + 3


def test_a_rotation_is_no_distance() -> None:
    assert rs.sim_procrustes(X, TURNED).value < 1e-7
    assert rs.sim_procrustes(X, TURNED * 5).value < 1e-7
    assert rs.sim_procrustes(X, TURNED, form="size_and_shape").value < 1e-6
    assert rs.sim_procrustes(X, TURNED * 2, form="size_and_shape").value == pytest.approx(np.linalg.norm(X - X.mean(0)))
    assert rs.sim_procrustes(X, TURNED * 5, form="similarity").value == pytest.approx(1, abs=1e-12)
    assert rs.sim_procrustes(X.astype(np.float32), TURNED.astype(np.float32)).value < 1e-3


def test_scipy() -> None:
    _, _, disparity = procrustes(X, Y)  # of points scaled to norm 1, Y by its best size: 1 - s^2
    assert rs.sim_procrustes(X, Y, form="similarity").value == pytest.approx(np.sqrt(1 - disparity), abs=1e-10)


def test_more_features_than_examples() -> None:
    wide, other = RNG.normal(size=(20, 70)), RNG.normal(size=(20, 45))
    for form in ("angular", "size_and_shape", "similarity"):
        for a, b in ((wide, other), (wide, other[:, :5])):
            assert rs.sim_procrustes(a, b, form=form).value == pytest.approx(
                reference.slow(a, b, {}, form=form), abs=1e-8
            )


def test_error_null_and_units() -> None:
    mixed = X + 0.5 * Y
    there = rs.sim_procrustes(X, mixed, permutations=19)
    assert (there.p_value, there.options["error"]) == (0.05, "influence")
    assert there.chance > there.value  # an angle: unrelated data are further apart
    similar = rs.sim_procrustes(X, mixed, form="similarity", permutations=19)
    assert similar.p_value == 0.05
    assert similar.chance < similar.value
    values = []
    for seed in range(60):
        A, B = np.random.default_rng(seed).normal(size=(2, 40, 6))
        values.append(rs.sim_procrustes(A, A + 0.5 * B, error=None).value)
    assert there.stderr == pytest.approx(np.std(values), rel=0.5)
    assert rs.sim_procrustes(X, Y[:30], axis="units").value == pytest.approx(rs.sim_procrustes(X.T, Y[:30].T).value)


def test_the_meaning_follows_the_form() -> None:
    results = rs.run({"a": X, "b": Y}, rs.Plan(measures=["sim_procrustes", ("sim_procrustes", {"form": "similarity"})]))
    meanings = {record.variant: (record.info.higher_means, record.info.bounds[1]) for record in results}
    assert meanings["sim_procrustes"] == ("less alike", pytest.approx(np.pi / 2))
    assert meanings["sim_procrustes(form='similarity')"] == ("more alike", 1.0)


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match="same examples"):
        rs.sim_procrustes(X, Y[:30])
    with pytest.raises(DegenerateDataError, match="points that differ"):
        rs.sim_procrustes(X, np.zeros((40, 2)))
    with pytest.raises(UnknownNameError, match="form of sim_procrustes"):
        rs.sim_procrustes(X, Y, form="size")
