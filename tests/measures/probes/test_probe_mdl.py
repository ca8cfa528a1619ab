from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

import repscape as rs
from repscape.errors import InputError


def layers(n=300, d=10, seed=0):
    """Representations in which two classes come apart more and more, and then mix again."""
    rng = np.random.default_rng(seed)
    y, noise = rng.integers(0, 2, size=n), rng.normal(size=(n, d))
    return [noise + apart * y[:, None] for apart in (0.0, 0.2, 0.5, 0.8, 0.6, 0.3)], y


def test_unrelated_features_cost_about_the_entropy() -> None:
    (X, *_), y = layers()
    found = rs.probe_mdl(X, y)
    assert found.value == pytest.approx(found.chance, rel=0.06)
    assert found.details["compression"] == pytest.approx(1, abs=0.06)
    assert found.details["uniform"] == 300


def test_code_length_falls_as_accuracy_rises() -> None:
    states, y = layers()
    bits = [rs.probe_mdl(X, y).value for X in states]
    accuracy = [rs.probe_linear(X, y, metric="log_loss").details["accuracy"] for X in states]
    assert spearmanr(bits, accuracy).statistic <= -0.8


def test_portions_add_up_and_layers_share_their_orders() -> None:
    states, y = layers()
    found = rs.probe_mdl(states[2], y)
    assert found.details["ends"].tolist() == [1, 2, 5, 10, 19, 38, 75, 150, 300]
    assert found.details["bits"].sum() == pytest.approx(found.value)
    assert found.details["bits"][0] == 1  # one example, two classes
    assert found.details["by_order"].mean() == pytest.approx(found.value)
    assert found.stderr == pytest.approx(found.details["by_order"].std(ddof=1) / np.sqrt(3))
    assert rs.probe_mdl(states[2] * 7 + 3, y).details["by_order"] == pytest.approx(found.details["by_order"])
    assert rs.probe_mdl(states[2], y, orders=1).stderr is None


def test_portions_that_know_one_class_are_coded_uniformly() -> None:
    y = np.zeros(1000, dtype=int)
    y[:2] = 1
    found = rs.probe_mdl(np.random.default_rng(0).normal(size=(1000, 2)), y, orders=1, portions=(0.01, 0.02, 1.0))
    assert found.details["bits"][:2].tolist() == [10, 10]  # ten examples each, at most one class known


def test_bad_input() -> None:
    states, y = layers()
    with pytest.raises(InputError, match="must increase to 1"):
        rs.probe_mdl(states[0], y, portions=(0.1, 0.5))
    with pytest.raises(InputError, match="at least 2 classes"):
        rs.probe_mdl(states[0], np.zeros(300))
    with pytest.raises(InputError, match="one column of classes"):
        rs.probe_mdl(states[0], np.stack([y, 1 - y], axis=1))
