"""A measure of one's own: matched the right way, written down, read back, kept between runs, computed anew by version."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

N = 60


def distance(X: np.ndarray, Y: np.ndarray) -> float:
    return float(np.abs(X @ X.T - Y @ Y.T).mean())


class Counted:
    """A measure's function that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, X: np.ndarray, Y: np.ndarray) -> float:
        self.calls += 1
        return distance(X, Y)


def models() -> dict[str, dict[str, np.ndarray]]:
    """Two models with the same layers, the other way round."""
    layers = [np.random.default_rng(seed).normal(size=(N, 4)) for seed in range(3)]
    return {
        "A": {f"a{i}": layer for i, layer in enumerate(layers)},
        "B": {f"b{i}": layer for i, layer in enumerate(reversed(layers))},
    }


def own(fn: object = distance, **changes: object) -> rs.Measure:
    row = {"name": "mylab.far", "arity": 2, "symmetric": True, "alike": -1, "higher_means": "more alike, says the liar"}
    return rs.Measure(**{**row, "fn": fn, **changes})  # type: ignore[arg-type]


def test_the_best_match_of_a_distance_is_the_nearest() -> None:
    results = rs.run(models(), rs.Plan(measures=[own()], profiles=["models"]))
    found = rs.best_matches(results)
    assert found[["layer", "other_layer"]].to_numpy().tolist() == [["a0", "b2"], ["a1", "b1"], ["a2", "b0"]]
    assert found["sure"].tolist() == [None] * 3  # a bare number has no error, and nothing is concluded
    flipped = rs.run(models(), rs.Plan(measures=[own(alike=1)], profiles=["models"]))
    assert (rs.best_matches(flipped)["value"] > found["value"]).all()


def test_without_a_direction_there_is_no_best_match() -> None:
    results = rs.run(models(), rs.Plan(measures=[own(alike=None), "sim_cka"], profiles=["models"]))
    with pytest.raises(
        InputError, match=r"must say which way is more alike: Measure\(..., alike=1\).*mylab.far does not"
    ):
        rs.best_matches(results, "mylab.far")
    assert set(rs.best_matches(results)["variant"]) == {"sim_cka"}


def test_it_is_written_down_read_back_and_not_computed_twice(tmp_path: Path) -> None:
    counted = Counted()
    plan = rs.Plan(measures=[own(counted), "sim_cka"], profiles=["models"])
    first = rs.run(models(), plan, folder=tmp_path / "study")
    assert counted.calls == 9
    written = tomllib.loads((tmp_path / "study" / "study.toml").read_text(encoding="utf-8"))["plan"]
    again = rs.Plan.from_dict(written, measures=[own(counted)])
    assert [item.variant for item in again.items] == ["mylab.far", "sim_cka"]
    second = rs.run(models(), again, folder=tmp_path / "study")
    assert counted.calls == 9
    assert second.records == first.records
    grown = {model: {**layers, "more": layers[next(iter(layers))] * 2} for model, layers in models().items()}
    rs.run(grown, replace(again, measures=[own(counted), "sim_cka"]), folder=tmp_path / "study")
    assert counted.calls == 16  # the new layer of each with every other


def test_another_version_is_computed_anew_and_said_in_every_record(tmp_path: Path) -> None:
    counted = Counted()
    for version, calls in ((1, 9), (1, 9), ("2-beta", 18)):
        plan = rs.Plan(measures=[own(counted, version=version)], profiles=["models"])
        results = rs.run(models(), plan, folder=tmp_path / "study")
        assert counted.calls == calls
        assert {record.info.version for record in results} == {version}
        assert set(results.to_frame()["version"]) == {version}
    assert {record.info.version for record in rs.load_results(tmp_path / "study")} == {"2-beta"}
    with pytest.raises(TypeError, match="version of Measure 'mylab.far' must be an int or a str. Got 1.5"):
        own(version=1.5)


def test_a_study_of_somebody_elses_measure_opens_without_it(tmp_path: Path) -> None:
    rs.run(models(), rs.Plan(measures=[own(), "sim_cka"], profiles=["models"]), folder=tmp_path / "study")
    study = rs.open_study(tmp_path / "study")
    assert {record.info.name for record in study.results} == {"mylab.far", "sim_cka"}
    assert [item.variant for item in study.plan.items] == ["sim_cka"]
