import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def reasons(X: np.ndarray) -> set[str]:
    return set(rs.id_disagreement(X).details["reasons"].tolist())


def test_estimators_agree_about_a_plain_sheet() -> None:
    sheet = np.random.default_rng(0).random((1500, 2)) @ np.random.default_rng(1).normal(size=(2, 5))
    found = rs.id_disagreement(sheet)
    assert 1 <= found.value < 1.1
    assert found.details["reasons"].size == 0
    assert found.details["names"].tolist() == [
        "id_twonn(mle)",
        "id_mle(k=20)",
        "id_mom(k=20)",
        "id_mada(k=20)",
        "id_gride(rank=64)",
    ]
    held = [
        rs.id_twonn(sheet, estimator="mle"),
        rs.id_mle(sheet),
        rs.id_mom(sheet, average="harmonic"),
        rs.id_mada(sheet, average="harmonic"),
    ]
    values = [*(one.value for one in held), rs.id_gride(sheet).values[-1]]
    np.testing.assert_allclose(found.details["values"], values)
    np.testing.assert_allclose(
        found.details["stderr"][:4], [math.nan if one.stderr is None else one.stderr for one in held]
    )
    assert found.value == pytest.approx(max(values) / min(values))


def test_what_leads_them_astray() -> None:
    rng = np.random.default_rng(2)
    assert "density" in reasons(rng.normal(size=(800, 20)))
    assert "boundary" in reasons(rng.random(size=(800, 20)))
    angle = 2 * np.pi * rng.random((800, 7))
    assert reasons(np.c_[np.cos(angle), np.sin(angle)]) == {"curvature"}
    sheet = np.c_[rng.normal(size=(800, 2)), np.zeros((800, 4))]
    noise = 0.05 * sheet.std() * rng.normal(size=sheet.shape) / np.sqrt(3)
    assert "noise" in reasons(sheet + noise)
    assert "noise" not in reasons(sheet)


def test_a_curve_of_no_shape_is_no_evidence_of_noise() -> None:
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(800, 12)) + 3 * rng.normal(size=(5, 12))[rng.integers(0, 5, 800)]
    for X in (kinds, rng.normal(size=(100, 12))):
        found = rs.id_disagreement(X)
        assert found.details["reasons"].size == 0
        assert found.details["note"] == "reasons left: none"


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"k of id_disagreement must be an int"):
        rs.id_disagreement(np.random.default_rng(0).normal(size=(200, 3)), k=3)
