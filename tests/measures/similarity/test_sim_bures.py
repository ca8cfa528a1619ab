"""Bures distances: Procrustes by another route, and the Riemannian distance of scaled kernels."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X, Y = np.random.default_rng(0).normal(size=(2, 30, 4))


def test_it_is_procrustes_seen_from_the_examples() -> None:
    for form, other in (("similarity", "similarity"), ("angle", "angular"), ("distance", "size_and_shape")):
        expected = rs.sim_procrustes(X, Y, form=other, error=None).value
        assert rs.sim_bures(X, Y, form=form, error=None).value == pytest.approx(expected, abs=1e-9)


def test_riemannian_by_hand() -> None:
    a = np.array(
        [[1.0], [-1.0], [0.0], [0.0]]
    )  # kernels of trace 4 in directions at right angles, each of one eigenvalue 4
    b = np.array([[0.0], [0.0], [1.0], [-1.0]])
    expected = np.sqrt(2) * np.log((4 + 0.1) / 0.1)
    assert rs.sim_bures(a, b, form="riemannian").value == pytest.approx(expected)
    with pytest.raises(InputError, match=r"ridge of sim_bures"):
        rs.sim_bures(a, b, form="riemannian", ridge=0)


def test_null() -> None:
    assert rs.sim_bures(X, X + 0.3 * Y, form="riemannian", permutations=19, error=None).p_value == 0.05
