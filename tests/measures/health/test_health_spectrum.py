"""Eigenspectrum: by hand, effective rank, how many components, its error."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


def test_a_cross_by_hand() -> None:
    found = rs.health_spectrum(np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]]))
    assert found.values == pytest.approx([0.8, 0.2])
    assert found.x.tolist() == [1, 2]
    assert found.details["effective_rank"] == pytest.approx(np.exp(-0.8 * np.log(0.8) - 0.2 * np.log(0.2)))
    assert found.details["components_90"] == 2


def test_components_are_as_many_as_there_are_or_are_asked_for() -> None:
    X = np.random.default_rng(0).normal(size=(20, 100))
    assert rs.health_spectrum(X).x.size == 19
    assert rs.health_spectrum(X, components=3).x.size == 3
    whole = rs.health_spectrum(X, components=None)
    assert whole.values.sum() == pytest.approx(1)
    assert whole.details == rs.health_spectrum(X, components=3).details
    even = rs.health_spectrum(np.vstack([np.eye(5), -np.eye(5)]))
    assert even.details["effective_rank"] == pytest.approx(5)
    line = rs.health_spectrum(np.outer(np.arange(9.0), [1.0, 2.0, 3.0]))
    assert (line.details["effective_rank"], line.details["components_90"]) == (pytest.approx(1), 1)


def test_the_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(3)
    found = [rs.health_spectrum(rng.normal(size=(300, 4)) * [4, 2, 1, 0.5]) for _ in range(300)]
    spread = np.std([f.values for f in found], axis=0, ddof=1)
    assert np.mean([f.stderr for f in found], axis=0) == pytest.approx(spread, rel=0.15)
    assert found[0].replicates.shape[1] == 4


def test_refused() -> None:
    with pytest.raises(InputError, match="components of health_spectrum"):
        rs.health_spectrum(np.eye(5), components=0)
    with pytest.raises(DegenerateDataError, match="points that differ"):
        rs.health_spectrum(np.ones((5, 3)))
