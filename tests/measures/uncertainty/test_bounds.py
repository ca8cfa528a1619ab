"""Intervals at bounds: on the log or logit scale, and nothing is done where the plain one stays inside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit, logit

from repscape.measures.uncertainty import within_bounds


def test_an_interval_inside_is_left_alone() -> None:
    assert within_bounds(0.5, (0.3, 0.7), low=0.0, high=1.0) == (0.3, 0.7)
    assert within_bounds(3.0, (1.0, 5.0), low=0.0) == (1.0, 5.0)


def test_one_bound_is_the_log_scale() -> None:
    low, high = within_bounds(2.0, (-1.0, 5.0), low=0.0)
    assert (low, high) == pytest.approx((2 * math.exp(-1.5), 2 * math.exp(1.5)))
    mirrored = within_bounds(-2.0, (-5.0, 1.0), high=0.0)
    assert mirrored == pytest.approx((-high, -low))


def test_two_bounds_are_the_logit_scale() -> None:
    value, reach = 0.95, 0.1
    expected = expit(logit(value) + np.array([-1, 1]) * reach / (value * (1 - value)))
    assert within_bounds(value, (value - reach, value + reach), low=0.0, high=1.0) == pytest.approx(tuple(expected))
    both = within_bounds(0.0, (-3.0, 3.0), low=-1.0, high=1.0)
    assert both == pytest.approx((-math.tanh(3.0), math.tanh(3.0)))


def test_at_a_bound_only_the_other_end_says_something() -> None:
    assert within_bounds(1.0, (0.9, 1.1), low=0.0, high=1.0) == (0.9, 1.0)
    assert within_bounds(1e-9, (-10.0, 10.0), low=0.0)[1] > 1e100
