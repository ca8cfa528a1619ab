"""The value to the decimals of its error, by hand."""

from __future__ import annotations

import math

import pytest

from repscape.measures._rounded import rounded


@pytest.mark.parametrize(
    ("value", "stderr", "said"),
    [
        (17.9634, 0.2291, "17.96 ± 0.23"),
        (13.5555, 0.1600, "13.56 ± 0.16"),
        (18.0, 0.23, "18.00 ± 0.23"),
        (0.75, 0.011, "0.750 ± 0.011"),
        (20.0, 0.1, "20.00 ± 0.10"),
        (20.0, 0.0996, "20.00 ± 0.10"),  # the error rounds up to one more place
        (-1.2345, 0.5, "-1.2 ± 0.5"),
        (123.456, 4.56, "123 ± 5"),
        (123.456, 45.6, "120 ± 50"),
        (4567.1, 123.4, "4570 ± 120"),
        (0.2, 0.6, "0.2 ± 0.6"),
        (0.5, 1.5e-16, "0.5000000 ± 1.5e-16"),
        (1.0, 0.0, "1 ± 0"),
        (21.04, 0.68, "21.0 ± 0.7"),
        (21.04, 0.354, "21.04 ± 0.35"),  # two digits up to here, one from here on
        (21.04, 0.355, "21.0 ± 0.4"),
        (21.04, 0.94, "21.0 ± 0.9"),
        (21.04, 0.96, "21.0 ± 1.0"),
        (2104.0, 960.0, "2100 ± 1000"),
    ],
)
def test_the_value_has_the_decimals_of_its_error(value: float, stderr: float, said: str) -> None:
    assert rounded(value, stderr) == said


@pytest.mark.parametrize("stderr", [None, math.nan, math.inf])
def test_without_an_error_so_many_digits(stderr: float | None) -> None:
    assert rounded(17.9634, stderr) == "17.96"
    assert rounded(17.9634, stderr, digits=3) == "18"
    assert rounded(math.nan, stderr) == "nan"
