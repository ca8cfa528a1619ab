import numpy as np
import pytest

import repscape as rs
from repscape.errors import UnknownNameError
from repscape.measures.dimension._id_corrected import expected_curves


@pytest.mark.parametrize("d", [2, 6, 15])
def test_the_range_holds_the_true_dimension(d: int) -> None:
    rng = np.random.default_rng(d)
    for X in (rng.normal(size=(600, d)), rng.random(size=(600, d))):
        found = rs.id_corrected(X)
        assert found.interval[0] <= d <= found.interval[1]
        assert found.value == pytest.approx(rs.id_twonn(X, estimator="mle", error=None).value)


def test_families_that_the_curve_refuses_are_left_out() -> None:
    rng = np.random.default_rng(0)
    noisy = np.c_[rng.random((800, 2)) * 3, np.zeros((800, 8))] + 0.02 * rng.normal(size=(800, 10))
    found = rs.id_corrected(noisy)
    assert "cube" in found.details["refused"]  # a plateau of 2 above, more below: no clean manifold falls like this
    assert len(found.details["families"]) + len(found.details["refused"]) == 16


def test_no_range_where_the_curve_is_that_of_no_family() -> None:
    rng = np.random.default_rng(0)  # twelve dimensions at rank 2, one and a half at rank 64
    found = rs.id_corrected(np.c_[rng.random((800, 1)) * 3, np.zeros((800, 19))] + 0.01 * rng.normal(size=(800, 20)))
    assert found.interval is None
    assert found.options["interval"] == "none: the scale curve is that of no family"
    assert found.details["refused"].size == 16


def test_what_reads_too_high_is_held_without_its_own_family() -> None:
    found = rs.id_corrected(shape_torus(600, 10))
    others = ~np.char.startswith(found.details["families"], "torus")
    assert found.value > 10.5
    assert found.details["low"][others].min() <= 10


def shape_torus(n: int, d: int) -> np.ndarray:
    angle = 2 * np.pi * np.random.default_rng(5).random((n, d))
    return np.c_[np.cos(angle), np.sin(angle)]


def test_at_least_where_the_raw_value_says_no_more() -> None:
    found = rs.id_corrected(np.random.default_rng(1).normal(size=(400, 80)))
    assert found.details["at_least"]
    assert found.interval[1] == np.inf
    assert found.interval[0] > 15


def test_the_table_grows_with_dimension_and_points() -> None:
    dimensions, curves = expected_curves("gaussian", 1000, 6)
    assert dimensions[0] == pytest.approx(1)
    assert dimensions[-1] == pytest.approx(50)
    assert np.exp(curves[0, 0]) == pytest.approx(1, abs=0.1)
    assert curves[-1, 0] > expected_curves("gaussian", 300, 6)[1][-1, 0] - 0.1
    few = rs.id_corrected(np.random.default_rng(2).normal(size=(120, 3)), max_rank=16)
    assert few.options["n_in_table"] == 300


def test_no_range_outside_the_table() -> None:
    """At 100 points the curve of any family differs from that at 300: its refusal would say nothing of the data."""
    few = rs.id_corrected(np.random.default_rng(0).normal(size=(100, 12)))
    assert few.interval is None
    assert few.options["interval"] == "none: n is outside what was simulated (300 to 10,000)"
    assert few.details["note"] == few.options["interval"]
    assert few.details["refused"].size == 0
    near = rs.id_corrected(np.random.default_rng(0).normal(size=(280, 5)))  # within a tenth of the table's edge
    assert near.options["n_in_table"] == 300
    assert near.interval[0] < 5 < near.interval[1]


@pytest.mark.parametrize("d", [4, 5, 6, 7])
def test_the_range_says_something_in_few_dimensions(d: int) -> None:
    """Noisy shapes of one dimension read as high at the first rank; the rest of the curve tells them apart."""
    low, high = rs.id_corrected(np.random.default_rng(d).normal(size=(600, d))).interval
    assert 0.6 * d < low < d < high < 1.8 * d


def test_ties_are_named() -> None:
    found = rs.id_corrected(np.arange(300.0)[:, None], max_rank=8)
    assert found.details["note"].endswith("as on a lattice: see id_discrete")


def test_bad_input() -> None:
    with pytest.raises(UnknownNameError, match="max_rank of id_corrected must be one of 8, 16, 32, 64"):
        rs.id_corrected(np.random.default_rng(0).normal(size=(120, 3)), max_rank=10)
