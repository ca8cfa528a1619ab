import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError


@pytest.mark.parametrize("order", [0.5, 1.0, 2.0, math.inf])
def test_closed_forms(order: float) -> None:
    assert rs.quality_entropy(np.eye(7), order=order).value == pytest.approx(1.0)
    assert rs.quality_entropy(np.outer(np.arange(1.0, 9), [1, 2, 3]), order=order).value == pytest.approx(0.0, abs=1e-9)
    assert rs.quality_entropy(np.tile(np.eye(3), (5, 1)), order=order).value == pytest.approx(1.0)


def test_by_hand() -> None:
    X = np.array([[5.0, 0], [3, 0], [0, 2], [9, 0]])  # three rows one way, one the other: eigenvalues 3/4 and 1/4
    nats = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert rs.quality_entropy(X, normalise=False).value == pytest.approx(nats)
    assert rs.quality_entropy(X).value == pytest.approx(nats / math.log(2))
    assert rs.quality_entropy(X, order=2.0, normalise=False).value == pytest.approx(-math.log(10 / 16))
    assert rs.quality_entropy(X, order=math.inf, normalise=False).value == pytest.approx(-math.log(0.75))


def test_never_above_one_whatever_the_prompts() -> None:
    """Tables of the paper hold 2.75: dividing by the log of one of the two sizes alone does that."""
    rng = np.random.default_rng(0)
    for tokens, d in ((3, 50), (40, 5), (2, 2), (7, 7)):
        X = rng.normal(size=(10 * tokens, d))
        for order in (0.3, 1.0, 4.0):
            found = rs.quality_entropy(X, groups=np.repeat(np.arange(10), tokens), order=order)
            assert 0 <= found.value <= 1
            assert found.details["most"] == pytest.approx(math.log(min(tokens, d)))


def test_prompts_one_by_one_and_those_of_one_token() -> None:
    X = np.random.default_rng(1).normal(size=(12, 4))
    prompts = np.array([0] * 5 + [1] * 6 + [2])
    found = rs.quality_entropy(X, groups=prompts)
    apart = [rs.quality_entropy(X[prompts == p]).value for p in (0, 1)]
    assert found.value == pytest.approx(np.mean(apart))
    assert found.stderr == pytest.approx(np.std(apart, ddof=1) / math.sqrt(2))
    assert (found.dropped, found.details["prompts"]) == (1, 2)
    with pytest.raises(DegenerateDataError, match="prompt of 2 rows"):
        rs.quality_entropy(X, groups=np.arange(12))


def test_noise_gives_chance_and_the_error_holds() -> None:
    found = [rs.quality_entropy(np.random.default_rng(i).normal(size=(150, 12)) + 0.5) for i in range(50)]
    ratio = np.mean([one.stderr for one in found]) / np.std([one.value for one in found], ddof=1)
    assert 0.75 < ratio < 1.35
    noise = rs.quality_entropy(np.random.default_rng(0).normal(size=(150, 12)))
    assert noise.value == pytest.approx(noise.chance, abs=0.01)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="order of quality_entropy must be a number in"):
        rs.quality_entropy(np.eye(4), order=0)
    with pytest.raises(InputError, match="no row of zeros"):
        rs.quality_entropy(np.eye(4) * [1, 1, 1, 0])


def test_any_order_without_underflow() -> None:
    """The sum of shares to a high order is no number any more; its logarithm is."""
    X = np.random.default_rng(0).normal(size=(200, 150))
    orders = (0.5, 0.999999, 1, 1.000001, 2, 100, 150, 1e4, np.inf)
    values = [rs.quality_entropy(X, order=order).value for order in orders]
    assert (np.diff(values) <= 1e-12).all()  # entropies fall with their order
    assert values[-2] == pytest.approx(values[-1], abs=1e-3)
    assert values[1] == pytest.approx(values[3], abs=1e-6)
    assert rs.quality_entropy(X, order=150).stderr == pytest.approx(rs.quality_entropy(X, order=np.inf).stderr, rel=0.2)
