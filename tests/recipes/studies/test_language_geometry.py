"""Geometry of language models beside probes: with what stands in, and on a small model that was trained on stories."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.recipes.materials._reviews import _made_up
from repscape.report.map._study import load_map
from tests.extraction.test_trained_models import read_stories, save_llama

QUICK = {"limit": 90, "k": 10}


def test_geometry_and_probes_stand_side_by_side(tmp_path: Path) -> None:
    found = rs.run_recipe("language-geometry", to=tmp_path / "g", options=QUICK, stand_in="always")
    assert {row.status for row in found.rows} == {"stand-in"}
    assert len(found.rows) == 14
    assert found.rows[-1].ours.stand_in == "another model, other texts, 10 neighbours"
    table = found.results.to_frame()
    assert set(table["measure"]) == {"id_twonn", "overlap_neighbors", "overlap_labels", "probe_linear"}
    # The number that is set beside the published one, from the stored rows.
    store = rs.open_store(tmp_path / "g" / "activations" / "0.zarr")
    labels = store.examples["label"].to_numpy()
    for i, layer in enumerate(store.layers):
        near = rs.knn_graph(store[layer][:], 10).indices
        same = (labels[near] == labels[:, None]).mean(axis=1)
        by_class = np.mean([same[labels == kind].mean() for kind in np.unique(labels)])
        assert found.rows[7 + i].ours.value == pytest.approx(by_class, abs=1e-12)
    words = "minilm stand-in: label overlap, no layer stands out beyond the errors, from "
    said = next(note for note in found.notes if note.startswith(words))
    assert "Best by the probe: " in said
    shown, texts = load_map(tmp_path / "g"), _made_up(90, 0)
    assert [place.layer.index for place in shown.places] == list(range(len(store.layers)))
    assert shown.table["text"].tolist() == texts["text"].tolist()
    assert shown.table["label"].tolist() == texts["label"].tolist()
    np.testing.assert_array_equal(shown.neighbors[3], rs.knn_graph(store[store.layers[3]][:], 10).indices)
    # A recipe's folder can be asked like any other.
    told = rs.predict(tmp_path / "g", ["the film was wonderful superb funny"], layer=0)
    assert told.said.tolist() == ["positive"]


@pytest.mark.slow
def test_a_model_of_stories_twice(tmp_path: Path) -> None:
    save_llama(read_stories(), tmp_path / "stories")
    _made_up(60, 0).to_csv(tmp_path / "texts.csv", index=False)
    models = [f"one={tmp_path / 'stories'}", f"two={tmp_path / 'stories'}"]
    found = rs.run_recipe(
        "language-geometry",
        to=tmp_path / "g",
        models=models,
        data=tmp_path / "texts.csv",
        options={"limit": 60, "k": 5},
    )
    assert {row.status for row in found.rows} == {"not run"}  # six layers, where the published model has seven
    values = found.results.to_frame().pivot_table(index=["measure", "layer"], columns="model", values="value")
    np.testing.assert_array_equal(values["one"], values["two"])
    assert sum(note.startswith(("one:", "two:")) for note in found.notes) == 2
