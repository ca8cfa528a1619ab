"""The plateau rule: which stretch is taken, by hand; no plateau is said; errors and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, InputTypeError, RepscapeWarning


def curve(values: list[float], stderr: float | None = None, replicates: np.ndarray | None = None) -> rs.Curve:
    x = 2.0 ** np.arange(1, len(values) + 1)
    errors = None if stderr is None else np.full(len(values), stderr)
    return rs.Curve(x=x, values=np.array(values), x_name="rank", n=500, stderr=errors, replicates=replicates)


def test_longest_level_stretch() -> None:
    # KMNIST by Gride, ranks 2 to 128: 16.71 to 17.03 differ by 3.9 % of their mean, and 17.74 is 8 % above the least.
    found = rs.plateau(curve([17.85, 16.71, 16.53, 16.38, 16.51, 17.03, 17.74]))
    assert found.value == pytest.approx((16.71 + 16.53 + 16.38 + 16.51 + 17.03) / 5)
    assert (found.details["first"], found.details["last"], found.details["length"]) == (4, 64, 5)
    assert found.options["tolerance"] == 0.05
    assert (found.stderr, found.interval) == (None, None)


def test_a_curve_that_falls_has_no_plateau() -> None:
    # MNIST: each three successive values differ by more than 5 %.
    mnist = curve([13.56, 12.51, 12.20, 11.70, 11.31, 10.83, 10.34])
    with pytest.warns(RepscapeWarning, match=r"no 3 successive values .*longest run: 2.*report the curve"):
        found = rs.plateau(mnist)
    assert math.isnan(found.value)
    assert math.isnan(found.details["first"])
    assert rs.plateau(mnist, tolerance=0.08).details["length"] == 3


def test_small_steps_that_add_up_are_no_plateau() -> None:
    # Each step is 4 %, so neighbours agree; three together span 8 %.
    with pytest.warns(RepscapeWarning, match="longest run: 2"):
        rs.plateau(curve([10 * 1.04**i for i in range(6)]))


def test_errors_widen_what_agrees() -> None:
    values = [10.0, 10.6, 10.0, 14.0]
    with pytest.warns(RepscapeWarning):
        rs.plateau(curve(values))
    found = rs.plateau(curve(values, stderr=0.3))  # 1.96 x .42 = .83
    assert found.value == pytest.approx(10.2)
    assert found.stderr == pytest.approx(0.3)


def test_values_that_err_together_must_agree_better() -> None:
    together = np.random.default_rng(0).normal(size=(100, 1)) * np.full(4, 0.3)
    with pytest.warns(RepscapeWarning):
        rs.plateau(curve([10.0, 10.6, 10.0, 14.0], stderr=0.3, replicates=together))
    level = rs.plateau(curve([10.0, 10.2, 10.0, 14.0], stderr=0.3, replicates=together))
    assert level.stderr == pytest.approx(together[:, 0].std(ddof=1))  # nothing averages out
    assert level.replicates.shape == (100,)


def test_equally_long_stretches_and_gaps() -> None:
    found = rs.plateau(curve([20, 20.4, 20.8, 10, 10, 10.1]))
    assert found.details["first"] == 16
    gap = rs.plateau(curve([10, 10, math.nan, 10, 10, 10]))
    assert (gap.details["first"], gap.details["length"]) == (16, 3)


def test_noise_below_the_sheet() -> None:
    found = rs.plateau(rs.id_gride(rs.synthetic.swiss_roll(3000, noise=0.1)))
    assert found.value == pytest.approx(2, abs=0.1)
    assert 0 < found.stderr < 0.1


def test_bad_input() -> None:
    with pytest.raises(InputTypeError, match="curve of plateau must be a Curve, such as id_gride gives. Got ndarray"):
        rs.plateau(np.ones(5))
    with pytest.raises(InputError, match="least of plateau"):
        rs.plateau(curve([1, 1, 1]), least=1)
    with pytest.raises(InputError, match="tolerance of plateau"):
        rs.plateau(curve([1, 1, 1]), tolerance=1)
