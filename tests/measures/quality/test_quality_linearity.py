import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


def test_a_linear_map_is_linear_and_noise_gives_chance() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6))
    assert rs.quality_linearity(X, X @ rng.normal(size=(6, 9)) + 3).value == pytest.approx(1.0)
    noise = rs.quality_linearity(X, rng.normal(size=(200, 300)))
    assert noise.value == pytest.approx(noise.chance, abs=0.005)
    assert noise.details["adjusted"] == pytest.approx(0, abs=0.005)
    flat = X[:, :2] @ rng.normal(size=(2, 6))
    assert rs.quality_linearity(flat, X).details["rank"] == 2


def test_without_the_residual_stream() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(500, 5))
    Y = X + 0.1 * np.abs(X)
    assert rs.quality_linearity(X, Y).value > 0.98
    added = rs.quality_linearity(X, Y, residual=False)
    assert added.value < 0.1
    assert added.interval[0] < added.value < added.interval[1]
    with pytest.raises(InputError, match="of one width"):
        rs.quality_linearity(X, Y[:, :3], residual=False)
    with pytest.raises(DegenerateDataError, match="Y - X of quality_linearity must vary"):
        rs.quality_linearity(X, X + 1, residual=False)


def test_more_directions_than_examples_say_nothing() -> None:
    X = np.random.default_rng(2).normal(size=(20, 40))
    with pytest.raises(DegenerateDataError, match="any output is linear in so many"):
        rs.quality_linearity(X, X**2)


def test_intervals_hold_where_examples_are_few() -> None:
    """Of twice as many examples as directions; before the map's own freedom was counted, 86 of 100 held the mean."""
    rng = np.random.default_rng(3)
    mix, out = rng.normal(size=(2, 16, 16)) * 0.4
    found = []
    for _ in range(150):
        X = rng.normal(size=(32, 16)) @ mix
        found.append(rs.quality_linearity(X, np.tanh(X) @ out))
    values = np.array([one.value for one in found])
    held = [one.interval[0] <= values.mean() <= one.interval[1] for one in found]
    assert 0.9 <= np.mean(held) <= 0.99
    assert np.mean([one.stderr for one in found]) == pytest.approx(values.std(ddof=1), rel=0.25)
