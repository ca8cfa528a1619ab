"""Tests of measures: whole on a few measures and short training, and what the scores are by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import UnknownNameError
from repscape.measures import MEASURES
from repscape.recipes.materials import PLAIN, Trained
from repscape.recipes.studies._measure_tests_scores import TESTS, Values, measures, scored

QUICK = {"seeds": 4, "examples": 60, "iterations": 4, "measures": ["sim_cka", "overlap_neighbors"]}


def test_the_whole_recipe(tmp_path: Path, own_figures_only) -> None:
    found = rs.run_recipe("measure-tests", to=tmp_path / "tests", options=QUICK)
    assert [row.status for row in found.rows] == ["stand-in", "not run", "not run", "not run"]
    table = pd.read_csv(tmp_path / "tests" / "tests.csv")
    assert set(table["measure"]) == {"sim_cka", "overlap_neighbors"}
    assert table.loc[table["measure"] == "sim_cka", "corresponding layers"].item() == found.rows[0].ours.value  # type: ignore[union-attr]
    assert table[list(TESTS[:5])].to_numpy().min() >= 0
    assert table[list(TESTS)].abs().to_numpy().max() <= 1
    assert {record.info.name for record in found.results} == {"sim_cka", "overlap_neighbors"}
    assert any(note.startswith("Monotonicity: ") for note in found.notes)
    assert (tmp_path / "tests" / "figures" / "tests.png").exists()
    with pytest.raises(UnknownNameError, match="Did you mean 'sim_cka'"):
        rs.run_recipe("measure-tests", to=tmp_path / "other", options={**QUICK, "measures": ["sim_ckaa"]})


def test_scores_of_networks_whose_answer_is_known() -> None:
    rng = np.random.default_rng(0)
    path = rng.normal(size=(4, 60, 8)).cumsum(axis=0)  # layers of one network drift away from the first
    networks = []
    for kind in (PLAIN, "random labels", "shortcut", "noise added"):
        own = path if kind == PLAIN else rng.normal(size=(4, 60, 8)).cumsum(axis=0)
        for seed in range(4):
            noise = 0.02 * (1 + seed)
            states = tuple(
                layer @ np.linalg.qr(rng.normal(size=(8, 8)))[0] + noise * rng.normal(size=layer.shape) for layer in own
            )
            outputs = np.tile([1 - noise, noise], (60, 1))
            networks.append(Trained(kind, seed, states, outputs, 0.9 - noise))
    found = scored(Values(MEASURES["sim_cka"], networks), 4)
    for test in ("corresponding layers", "monotonicity", "random labels", "shortcuts", "augmentation"):
        assert found[test] == (1.0, 0.0)
    assert np.isnan(found["disagreement"][0])  # all networks answer alike


def test_every_measure_of_hidden_layers_is_asked() -> None:
    names = {row.name for row in measures()}
    assert len(names) >= 30
    assert {"overlap_rbo", "information_imbalance", "sim_rtd", "sim_idcor"} <= names
    assert not {"sim_jsd", "sim_disagreement", "quality_angular"} & names
