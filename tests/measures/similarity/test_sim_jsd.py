"""The divergence of outputs where two networks are sure of different things; the rest is tested beside disagreement."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs


def test_sure_networks_diverge_as_often_as_they_disagree() -> None:
    rng = np.random.default_rng(1)
    scores = 200 * np.eye(4)[rng.integers(4, size=(2, 300))]
    divergence, disagreement = rs.sim_jsd(*scores), rs.sim_disagreement(*scores)
    assert divergence.value == pytest.approx(disagreement.value)
    assert divergence.stderr == pytest.approx(disagreement.stderr)
    assert divergence.chance == pytest.approx(disagreement.chance)


def test_many_examples_have_their_chance_from_relabelling_alone() -> None:
    rng = np.random.default_rng(2)
    X, Y = rng.normal(size=(2, 600, 3))
    assert rs.sim_jsd(X, Y).chance is None
    assert rs.sim_jsd(X, Y, permutations=19).chance == pytest.approx(rs.sim_jsd(X, Y).value, abs=0.02)
