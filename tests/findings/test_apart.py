"""One meaning of "differ": by hand, paired and not, without errors, at rounding, and the same as differences() says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from repscape.findings._apart import Sample, difference, judged, moved
from repscape.measures import Curve, Estimate
from repscape.results import Record, Results
from tests.findings.records import DRAWS, profile


def differ(one: Record, other: Record) -> bool:
    found = difference(Sample.of(one), Sample.of(other))
    return found is not None and found.differs


def test_the_error_is_that_of_the_paired_deviations() -> None:
    shared = np.stack([DRAWS[0], DRAWS[0] + 0.2 * DRAWS[1]])
    one, other = profile([1.0, 0.9], 0.1, deviations=shared)
    found = difference(Sample.of(one), Sample.of(other))
    r = np.corrcoef(shared)[0, 1]
    assert found.value == pytest.approx(0.1)
    assert found.correlation == pytest.approx(r)
    assert found.stderr == pytest.approx(0.1 * math.sqrt(2 - 2 * r))
    assert found.reach == pytest.approx(stats.t.ppf(0.975, 99) * found.stderr)
    assert differ(one, other)
    assert not differ(*profile([1.0, 0.9], 0.1))  # the same errors, taken as independent: .14


def test_what_errors_say_differences_says_too() -> None:
    rng = np.random.default_rng(1)
    shared = DRAWS[0] + rng.uniform(0.1, 1.5, size=(12, 1)) * DRAWS
    records = profile(rng.normal(scale=0.2, size=12).tolist(), 0.1, deviations=shared)
    table = Results(tuple(records)).differences(against="h.3").set_index("layer")
    apart = (table["low"] > 0) | (table["high"] < 0)
    assert 2 < apart.sum() < 9
    for record in records:
        if record.place.layer.name != "h.3":
            assert differ(record, records[3]) == apart[record.place.layer.name]


@pytest.mark.parametrize("stderr", [None, math.nan])
def test_without_an_error_nothing_is_concluded(stderr: float | None) -> None:
    (one,), (other,) = profile([1.0], 0.01), profile([0.0], stderr)
    assert difference(Sample.of(one), Sample.of(other)) is None
    assert not differ(one, other)
    assert judged(one)
    assert not judged(other)


def test_a_value_that_is_missing_differs_from_nothing() -> None:
    one, other = profile([1.0, math.nan], 0.01)
    assert not differ(one, other)


def test_other_examples_are_not_compared_draw_by_draw() -> None:
    one, other = profile([1.0, 0.9], 0.1, deviations=np.stack([DRAWS[0], DRAWS[0]]))
    assert differ(one, other)
    fewer = replace(other, result=replace(other.result, n=8))
    assert difference(Sample.of(one), Sample.of(fewer)).stderr == pytest.approx(math.hypot(0.1, 0.1))
    assert math.isnan(difference(Sample.of(one), Sample.of(replace(other, group="x"))).correlation)


def test_what_rounding_makes_is_no_difference() -> None:
    same = np.stack([DRAWS[0], DRAWS[0]])
    assert not differ(*profile([1.0, 1.0 + 1e-13], 0.1, deviations=same))
    assert differ(*profile([1.0, 1.0 + 1e-6], 0.1, deviations=same))
    assert not differ(*profile([5.0, 5.0], 0.0))
    assert differ(*profile([5.0, 5.1], 0.0))


def curve(values: list[float], stderr: list[float], *, x_name: str = "points", draws: int = 10) -> Curve:
    return Curve(
        x=[800, 400, 200], values=values, x_name=x_name, n=800, stderr=stderr, details={"draws": np.full(3, draws)}
    )


def test_a_value_that_still_moves_with_the_examples() -> None:
    found = moved(curve([12.0, 10.0, 8.0], [math.nan, 0.3, 0.4]))
    assert (found.end, found.half, found.all, found.by.value) == (12, 400, 800, 2)
    assert found.by.stderr == pytest.approx(0.3 * math.sqrt(2))
    assert found.by.differs
    assert not moved(curve([10.5, 10.0, 8.0], [math.nan, 0.3, 0.4])).by.differs
    assert not moved(curve([11.0, 10.0, 8.0], [math.nan, 0.3, 0.4], draws=2)).by.differs  # two draws say little
    assert moved(curve([12.0, 10.0, 8.0], [math.nan, 0.3, 0.4], x_name="rank")) is None
    assert moved(Curve(x=[2, 1], values=[2, 1], x_name="points", n=2)) is None
    assert moved(curve([12.0, math.nan, 8.0], [math.nan, 0.3, 0.4])) is None


def test_a_curve_is_no_number() -> None:
    (record,) = profile([1.0], 0.1)
    assert not judged(replace(record, result=curve([1, 2, 3], [1, 1, 1])))
    assert Sample.at(replace(record, result=curve([1, 2, 3], [4, 5, 6])), 1).stderr == 5
    assert Sample.at(replace(record, result=Estimate(3.0, n=9, stderr=0.5)), 0).value == 3
