"""PWCCA: weights, which side weighs, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

RNG = np.random.default_rng(0)
X, NOISE = RNG.normal(size=(2, 200, 3))
Y = np.column_stack([X[:, 0], NOISE[:, 0], NOISE[:, 1]])


def test_the_side_that_weighs() -> None:
    big = X * [100, 1, 1]
    assert rs.sim_pwcca(big, Y).value > 0.95
    assert rs.sim_pwcca(big, Y, weigh="second").value < 0.6
    assert rs.sim_pwcca(Y, big, weigh="second").value == pytest.approx(rs.sim_pwcca(big, Y).value, abs=1e-12)


def test_linear_maps_of_the_other_side_change_nothing() -> None:
    turned = Y @ RNG.normal(size=(3, 3))
    found, other = rs.sim_pwcca(X, Y), rs.sim_pwcca(X, turned)
    assert other.value == pytest.approx(found.value, abs=1e-12)
    assert found.details["weights"].sum() == pytest.approx(1)


def test_too_few_examples_say_what_to_do() -> None:
    with pytest.raises(InputError, match="rs.sim_svcca"):
        rs.sim_pwcca(X[:6], Y[:6])
