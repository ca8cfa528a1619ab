"""Limits and ticks: few, plain, and within the limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from repscape.figures._ticks import log_ticks, nice_ticks, number_ticks, padded

RNG = np.random.default_rng(0)
INTERVALS = [
    (low, low + span)
    for low, span in zip(RNG.normal(scale=100, size=60), 10 ** RNG.uniform(-3.5, 8, size=60), strict=True)
]


@pytest.mark.parametrize("quarters", [False, True])
def test_ticks_are_few_at_plain_numbers_within_the_limits(quarters):
    for (low, high), most in zip(INTERVALS, [3, 6, 10] * 20, strict=True):
        places = [at for at, _ in nice_ticks((low, high), most, quarters=quarters)]
        assert len(places) >= 2
        assert low <= places[0] + 1e-9 * (high - low)
        assert places[-1] <= high + 1e-9 * (high - low)
        steps = np.diff(places)
        np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
        lead = f"{steps[0]:.1e}"[:3]
        assert lead in {"1.0", "2.0", "5.0", *(["2.5"] if quarters else [])}
        np.testing.assert_allclose(np.array(places) / steps[0], np.round(np.array(places) / steps[0]), atol=1e-6)
        if most > 3:
            assert len(places) <= most


def test_ticks_say_what_they_stand_at():
    for low, high in INTERVALS:
        for at, text in nice_ticks((low, high), 6):
            assert float(text.replace("−", "-")) == pytest.approx(at, rel=1e-5, abs=1e-9 * (high - low))
    assert [text for _, text in nice_ticks((-1, 1), 5)] == ["−1.0", "−0.5", "0.0", "0.5", "1.0"]
    assert [text for _, text in nice_ticks((0, 1), 5, quarters=True)] == ["0.00", "0.25", "0.50", "0.75", "1.00"]


def test_whole_ticks_are_whole():
    for last in (1, 2, 5, 12, 77, 399):
        found = nice_ticks((-0.03 * last, 1.03 * last), 7, whole=True)
        assert all(at == round(at) and text == f"{at:.0f}" for at, text in found)
        assert 2 <= len(found) <= 8


@pytest.mark.parametrize(
    ("limits", "said"),
    [((1, 1000), "1 10 100 1000"), ((1.7, 4.1), "2 3 4"), ((6, 70), "10 20 50"), ((0.05, 2), "0.1 1")],
)
def test_logarithmic_ticks_are_powers_of_ten_else_digits(limits, said):
    ticks, minor = log_ticks(limits)
    assert [text for _, text in ticks] == said.split()
    assert all(limits[0] <= at <= limits[1] for at in minor)
    assert not set(minor) & {at for at, _ in ticks}


def test_limits_hold_every_value_with_a_margin():
    assert padded([1.0, 3.0]) == pytest.approx((0.9, 3.1))
    assert padded([1.0, np.nan, 3.0], share=0.5) == pytest.approx((0.0, 4.0))
    low, high = padded([1.0, 100.0], log=True)
    assert math.log(100 / 1) * 0.05 == pytest.approx(math.log(1 / low)) == pytest.approx(math.log(high / 100))
    for same in ([0.0], [5.0, 5.0], [-2.0], []):
        low, high = padded(same)
        assert low < high
        assert all(low < value < high for value in same)
    low, high = padded([0.0, -1.0], log=True)  # nothing that a logarithm has
    assert 0 < low < high


def test_cells_have_nine_ticks_or_so_with_their_own_numbers():
    assert number_ticks([0, 3, 6]) == ((0.0, "0"), (1.0, "3"), (2.0, "6"))
    assert [text for _, text in number_ticks(range(1, 31))] == ["5", "10", "15", "20", "25", "30"]
