"""Errors over networks as well as examples: by hand, against fresh draws of both, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, UnknownNameError
from repscape.results import MeasureInfo, Place, Record, Results

DRAWS = 100


def study(rng: np.random.Generator, *, seeds: int = 4, between: float = 1.0, shared: float = 0.6) -> Results:
    """Two layers of several seeds: networks differ by sd `between`, examples move each by 1, a share of it all alike."""
    records = []
    common, layer = rng.normal(size=(DRAWS + 1, 1)), rng.normal(size=(DRAWS + 1, 2))
    for seed in range(seeds):
        own = rng.normal(size=(DRAWS + 1, 2))
        noise = math.sqrt(shared / 2) * (common + layer) + math.sqrt(1 - shared) * own
        values = 20 + between * rng.normal(size=2) + noise[0]
        for i in range(2):
            found = rs.Estimate(values[i], n=50, stderr=float(noise[1:, i].std(ddof=1)), replicates=noise[1:, i])
            place = Place(f"seed {seed}", LayerInfo(f"h.{i}", i, float(i)))
            records.append(Record(MeasureInfo("mine"), "mine", "depth", place, found))
    return Results(tuple(records))


def test_by_hand() -> None:
    results = study(np.random.default_rng(0), seeds=3)
    (first, second) = results.bands(over="networks").to_dict("records")
    held = [r.result for r in results if r.place.layer.index == 0]
    values = np.array([one.value for one in held])
    together = np.cov(np.array([one.replicates for one in held]))
    shared = (together.sum() - np.trace(together)) / 6
    assert (first["layer"], first["networks"], second["layer"]) == ("h.0", 3, "h.1")
    assert first["value"] == pytest.approx(values.mean())
    assert first["sd_networks"] == pytest.approx(values.std(ddof=1))
    assert first["stderr"] == pytest.approx(math.sqrt(values.var(ddof=1) / 3 + max(shared, 0)))
    assert first["over"].startswith("networks and examples")
    assert first["model"] == ""
    (apart,) = results.differences(over="networks").to_dict("records")
    assert apart["difference"] == pytest.approx(second["value"] - first["value"])
    assert (apart["layer"], apart["against_layer"]) == ("h.1", "h.0")
    assert apart["same_within"] == pytest.approx(max(apart["high_simultaneous"], -apart["low_simultaneous"]))


def test_intervals_hold_over_fresh_networks_and_examples() -> None:
    runs = 150
    held = {"networks": 0, "examples": 0}
    errors, values = [], []
    for run in range(runs):
        results = study(np.random.default_rng(run))
        row = results.bands(over="networks").iloc[0]
        values.append(row["value"])
        errors.append(row["stderr"])
        held["networks"] += row["low"] <= 20 <= row["high"]
        one = results.bands().iloc[0]
        held["examples"] += one["low"] <= 20 <= one["high"]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(values, ddof=1), rel=0.15)
    low, high = stats.binom.ppf([0.0005, 0.9999], runs, 0.95)
    assert low <= held["networks"] <= high
    assert held["examples"] < low  # of one network alone: another seed is not in it


def test_checkpoints_are_draws_too() -> None:
    results = study(np.random.default_rng(1), seeds=3)
    moved = Results(
        tuple(
            Record(r.info, r.variant, r.profile, Place("a", r.place.layer, step=float(r.place.model[-1])), r.result)
            for r in results
        )
    )
    assert moved.bands(over="checkpoints")["value"].tolist() == results.bands(over="networks")["value"].tolist()


def test_what_cannot_be_is_refused() -> None:
    results = study(np.random.default_rng(2), seeds=2)
    single = Results(results.records[:2])
    with pytest.raises(
        InputError, match="over='networks' .* needs every layer in two models at least. Layer 'h.0' is in one"
    ):
        single.bands(over="networks")
    with pytest.raises(InputError, match="against='best' goes with over='examples'"):
        results.differences(against="best", over="networks")
    with pytest.raises(InputError, match="between of paired_differences must be 'layers' with over='networks'"):
        results.differences(between="models", over="networks")
    with pytest.raises(UnknownNameError, match="over of paired_differences"):
        results.differences(over="seeds")
