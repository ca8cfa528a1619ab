import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def spheres(radius: float, d: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(8), 30)
    centres = np.linalg.qr(rng.normal(size=(40, 40)))[0][:8]
    inside = rng.normal(size=(240, d)) @ np.linalg.qr(rng.normal(size=(40, d)))[0].T
    return centres[labels] + radius * inside / np.linalg.norm(inside, axis=1, keepdims=True), labels


def test_points_have_the_capacity_of_points_and_wide_classes_little() -> None:
    values = [rs.quality_capacity(*spheres(radius, 4), draws=60) for radius in (1e-6, 0.3, 1.0, 30.0)]
    assert values[0].value == pytest.approx(2.0, abs=0.25)
    found = [one.value for one in values]
    assert found == sorted(found, reverse=True)
    assert 1 / 5 * 0.9 < found[-1] < 0.4  # a plane of four dimensions has to be orthogonal to them all
    assert values[2].details["radius"] > values[1].details["radius"]
    assert 1 < values[-1].details["dimension"] < 6


def test_labels_at_random_are_chance() -> None:
    X, labels = spheres(0.5, 4)
    told = rs.quality_capacity(X, labels, draws=30)
    mixed = rs.quality_capacity(X, np.random.default_rng(0).permutation(labels), draws=30)
    assert told.value > told.interval[0] > told.chance
    assert mixed.value == pytest.approx(mixed.chance, rel=0.35)


def test_points_left_out_are_counted_and_draws_are_repeated() -> None:
    X, labels = spheres(0.5, 4)
    found = rs.quality_capacity(X, labels, draws=5, points=20)
    assert found.dropped == 80
    assert found == rs.quality_capacity(X, labels, draws=5, points=20)
    with pytest.raises(InputError, match="draws of quality_capacity"):
        rs.quality_capacity(X, labels, draws=1)


def test_what_was_not_drawn_is_counted_once() -> None:
    labels = np.repeat([0, 1], 100)
    found = rs.quality_capacity(np.random.default_rng(0).normal(size=(200, 4)), labels, draws=3, points=30)
    assert (found.n, found.dropped) == (60, 140)
