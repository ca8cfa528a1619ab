import numpy as np
import pytest
import skdim

import repscape as rs
from repscape.measures.dimension._id_ess import expected_sine


def test_expected_sines() -> None:
    assert [expected_sine(d) for d in (1, 2, 3)] == pytest.approx([0, 2 / np.pi, np.pi / 4])
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 20000, 9))
    cosine = np.einsum("ij,ij->i", a, b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert np.sqrt(1 - cosine**2).mean() == pytest.approx(expected_sine(9), abs=2e-3)


def test_equal_to_scikit_dimension() -> None:
    X = np.random.default_rng(0).normal(size=(80, 6))
    peer = skdim.id.ESS(random_state=0).fit(X, n_neighbors=20)
    found = rs.id_ess(X, k=20)
    assert found.per_point == pytest.approx(peer.dimension_pw_, rel=1e-6)
    assert found.value == pytest.approx(peer.dimension_, rel=1e-6)


def test_many_dimensions_and_a_line() -> None:
    wide = np.random.default_rng(1).normal(size=(150, 60))
    assert rs.id_ess(wide, k=100).value == pytest.approx(60, rel=0.15)
    line = np.outer(np.random.default_rng(2).random(50), [1.0, 2.0, 3.0])
    assert rs.id_ess(line, k=10).value == pytest.approx(1.0, abs=1e-4)
