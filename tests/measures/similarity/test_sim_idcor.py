"""IdCor: independent Gaussians, which the raw form calls alike, and the reading that does not."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X, Y = np.random.default_rng(0).normal(size=(2, 400, 8))


def test_the_raw_form_is_far_from_0_for_independent_sides() -> None:
    raw, read = (rs.sim_idcor(X, Y, reading=reading, error=None) for reading in ("raw", "permuted"))
    assert raw.value > 0.1
    assert abs(read.value) < 0.4
    d = raw.details
    assert raw.value == pytest.approx((d["d_x"] + d["d_y"] - d["d_both"]) / max(d["d_x"], d["d_y"]))
    low = rs.sim_idcor(X, Y, reading="raw", per="min", error=None).value
    assert low == pytest.approx(raw.value * max(d["d_x"], d["d_y"]) / min(d["d_x"], d["d_y"]))


def test_equal_sides_and_calibration() -> None:
    assert rs.sim_idcor(X, 2 * X, error=None).value > 0.9
    assert rs.sim_idcor(X, np.tanh(X), error=None, reading="raw", permutations=19).calibrated > 0.5
    with pytest.raises(InputError, match=r"draws of sim_idcor"):
        rs.sim_idcor(X, Y, draws=0)
