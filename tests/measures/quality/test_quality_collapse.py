import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


def simplex(classes: int, size: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat(np.arange(classes), size)
    rng = np.random.default_rng(seed)
    return np.eye(classes)[labels] + noise * rng.normal(size=(labels.size, classes)), labels


def test_full_collapse() -> None:
    X, labels = simplex(4, 5, 0.0)
    found = rs.quality_collapse(X, labels)
    assert found.value == 0
    assert found.details["cdnv"] == 0
    assert found.details["nearest_mean"] == 1
    assert found.details["equiangularity"] == pytest.approx(0, abs=1e-12)
    assert found.details["equinorm"] == pytest.approx(0, abs=1e-12)


def test_two_classes_by_hand() -> None:
    X = np.array([[-3.0, 1], [-3, -1], [3, 1], [3, -1], [4, 0], [2, 0]])
    labels = [0, 0, 1, 1, 1, 1]
    found = rs.quality_collapse(X, labels)
    # along the axis of the means (6 apart) the squares are 0 0 0 0 1 1: mean 1/3; S_B is 9 there
    assert found.value == pytest.approx((1 / 3) / 9 / 2)
    assert found.details["cdnv"] == pytest.approx((1 + 1) / (2 * 36))
    debiased = (2 + 4 / 3) / (2 * (36 - 2 / 2 - (4 / 3) / 4))
    assert rs.quality_collapse(X, labels, statistic="cdnv", debiased=True).value == pytest.approx(debiased)


def test_no_difference_between_classes_gives_chance() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(5), 40)
    found = [rs.quality_collapse(rng.normal(size=(200, 30)), labels, error=None) for _ in range(20)]
    assert np.mean([one.value for one in found]) == pytest.approx(found[0].chance, rel=0.1)
    assert 40 * 4 / 30 < found[0].chance < 1.25 * 40 * 4 / 30  # n_c (C - 1) / d, more for few directions
    flat = rs.quality_collapse(rng.normal(size=(2000, 2)), np.arange(2000) % 100)
    assert flat.chance == pytest.approx(20 * 2 / 100, rel=0.15)  # n_c d / C
    cdnv = [one.details["cdnv"] for one in found]
    assert np.mean(cdnv) == pytest.approx(20, rel=0.1)
    assert np.mean([one.details["nearest_mean"] for one in found]) == pytest.approx(0.2, abs=0.04)


def test_error_over_samples() -> None:
    found = [rs.quality_collapse(*simplex(3, 60, 0.4, seed)) for seed in range(40)]
    ratio = np.mean([one.stderr for one in found]) / np.std([one.value for one in found], ddof=1)
    assert 0.7 < ratio < 1.45


def test_bad_input() -> None:
    X, labels = simplex(3, 4, 0.1)
    with pytest.raises(InputError, match="at least 2 points of every class. Got 1 of 9"):
        rs.quality_collapse(X, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 9])
    with pytest.raises(InputError, match="goes with statistic='cdnv' only"):
        rs.quality_collapse(X, labels, debiased=True)
    with pytest.raises(DegenerateDataError, match="class means that differ"):
        rs.quality_collapse(np.tile(np.eye(3), (2, 1)), np.repeat([0, 1], 3))
