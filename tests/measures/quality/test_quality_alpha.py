import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


def with_spectrum(values: np.ndarray, n: int = 500) -> np.ndarray:
    """Return points whose covariance has exactly these eigenvalues."""
    raw = np.random.default_rng(0).normal(size=(n, values.size))
    basis = np.linalg.qr(raw - raw.mean(axis=0))[0]
    return basis * np.sqrt(values)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.5])
def test_a_power_law_has_its_exponent(exponent: float) -> None:
    X = with_spectrum(np.arange(1.0, 61) ** -exponent)
    found = rs.quality_alpha(X)
    assert found.value == pytest.approx(exponent, abs=1e-9)
    assert (found.details["first"], found.details["last"]) == (11, 30)
    assert found.details["r2"] == pytest.approx(1.0) or exponent == 0


def test_ranks_and_conventions() -> None:
    X = with_spectrum(np.concatenate([np.full(10, 9.0), np.arange(11.0, 121) ** -1.5]))
    assert rs.quality_alpha(X).value == pytest.approx(1.5)
    assert rs.quality_alpha(X, convention="reptrix").options["ranks"] == [11, 100]
    assert rs.quality_alpha(X, ranks=(1, 10)).value == pytest.approx(0.0, abs=1e-9)


def test_noise_gives_its_chance() -> None:
    found = rs.quality_alpha(np.random.default_rng(0).normal(size=(300, 60)))
    assert found.value == pytest.approx(found.chance, abs=0.05)
    assert found.stderr > 0
    assert rs.quality_alpha(np.random.default_rng(0).normal(size=(60, 300))).stderr is None


def test_too_few_ranks_are_refused() -> None:
    with pytest.raises(InputError, match=r"ranks 11 to 19 of quality_alpha must be 10 at least, and of 39 directions"):
        rs.quality_alpha(np.random.default_rng(0).normal(size=(100, 39)))
    with pytest.raises(InputError, match="ranks of quality_alpha must be two whole numbers"):
        rs.quality_alpha(np.eye(50), ranks=3)
    flat = np.random.default_rng(0).normal(size=(100, 15)) @ np.random.default_rng(1).normal(size=(15, 60))
    with pytest.raises(DegenerateDataError, match="has 15 directions of any length"):
        rs.quality_alpha(flat)
