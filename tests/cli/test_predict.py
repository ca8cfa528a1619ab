"""`repscape predict`: a probe that is kept, asked in another process without the rows it learned from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import repscape as rs
from repscape.errors import InputError, StudyMismatchError, UnknownNameError
from repscape.extraction import open_model
from repscape.study import predict
from tests.cli.helpers import call, layers, without_drawing
from tests.extraction.tiny_models import PROTEINS, WORDS, save_tiny

GOOD, BAD = WORDS[:8], WORDS[8:16]
NEW = [" ".join(GOOD[:5]), " ".join(BAD[2:7])]


def texts(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    told = rng.integers(0, 2, n)
    said = [" ".join(rng.choice((BAD, GOOD)[kind], rng.integers(3, 9))) for kind in told]
    return pd.DataFrame({"text": said, "kind": np.where(told, "good", "bad"), "stars": told + 0.5 * rng.random(n)})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("predict")
    save_tiny("BERT", folder / "bert")
    texts(120).to_csv(folder / "t.csv", index=False)
    words = ("--model", folder / "bert", "--data", folder / "t.csv", "--text", "text", "--label", "kind", "-q")
    with without_drawing():
        said = call("run", *words, "--max-length", 7, "--measures", "probe_linear", "-o", folder / "study")
    assert said.exit_code == 0, said.stderr
    return folder


@pytest.fixture
def study(home: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(home / "study", tmp_path / "study"))


def test_a_kept_probe_is_asked_in_another_process_without_its_rows(study: Path) -> None:
    first = predict(study, NEW)
    assert first.said.tolist() == ["good", "bad"]
    shutil.rmtree(study / "activations.zarr")
    shutil.rmtree(study / "results.zarr")
    done = subprocess.run(
        [sys.executable, "-m", "repscape", "predict", "study", *NEW, "--json"],
        cwd=study.parent,  # from where relative names mean something else
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert [row["kind"] for row in said["inputs"]] == ["good", "bad"]
    for row, expected in zip(said["inputs"], first.probability, strict=True):
        np.testing.assert_allclose([row["p(bad)"], row["p(good)"]], expected, atol=1e-6)
    assert (said["layer"], said["why"]) == (first.layer, first.why)
    files = {file.suffix for file in (study / "probes").rglob("*") if file.is_file()}
    assert files == {".safetensors", ".json"}


def test_new_inputs_are_read_as_the_study_read_its_own(home: Path, study: Path) -> None:
    """What is said of the study's own texts is what its own stored rows, and scikit-learn, say."""
    store, table = rs.open_store(study), texts(120)
    rows = np.asarray(store["encoder.layer.1"])
    found = predict(study, table["text"].tolist(), layer="encoder.layer.1")
    assert found.truncated == store.state["truncated"] > 0
    kept = rs.load_probe(study / "probes" / "kind" / "encoder.layer.1")
    np.testing.assert_allclose(found.probability, kept.predict_proba(rows), atol=1e-4)
    peer = LogisticRegression(C=1 / kept.penalty, tol=1e-8, max_iter=5000)
    peer.fit(StandardScaler().fit_transform(rows), table["kind"])
    np.testing.assert_allclose(found.probability, peer.predict_proba(StandardScaler().fit_transform(rows)), atol=5e-3)


def test_layers_by_number_and_by_name(study: Path) -> None:
    assert predict(study, NEW, layer=0).layer == "embedding"
    assert predict(study, NEW, layer="-1").layer == "encoder.layer.2"
    assert predict(study, NEW, layer="2").why == "as asked"
    with pytest.raises(UnknownNameError, match="Did you mean .*'encoder.layer.1'"):
        predict(study, NEW, layer="encoder.layer.11")
    with pytest.raises(UnknownNameError, match="number 9 is none; there are 0 to 3"):
        predict(study, NEW, layer=9)
    shutil.rmtree(study / "activations.zarr")
    assert predict(study, NEW, layer=3).layer == "encoder.layer.2"
    with pytest.raises(UnknownNameError, match="number 1 is none; there are 0, 2, 3"):
        predict(study, NEW, layer=1)
    with pytest.raises(InputError, match="keeps no probe of a best layer"):
        predict(study, NEW)


@pytest.mark.usefixtures("numbers_only")
def test_the_best_layer_without_probes_in_the_study(home: Path, tmp_path: Path) -> None:
    words = ("--model", home / "bert", "--data", home / "t.csv", "--text", "text", "-q")
    assert call("run", *words, "--measures", "id_twonn", "-o", tmp_path / "study").exit_code == 0
    with pytest.raises(InputError, match="the study has no labels. Columns of its examples: id, text, kind, stars"):
        predict(tmp_path / "study", NEW)
    with pytest.raises(UnknownNameError, match="Did you mean 'kind'"):
        predict(tmp_path / "study", NEW, label="kinds")
    found = predict(tmp_path / "study", NEW, label="kind")
    assert found.said.tolist() == ["good", "bad"]
    assert "probe_linear" in found.why
    stars = predict(tmp_path / "study", NEW, label="stars", layer=1)
    assert stars.probability is None
    assert stars.said[0] > 0.8 > 0.7 > stars.said[1]
    assert list(stars.to_frame().columns) == ["input", "stars"]


@pytest.mark.usefixtures("numbers_only")
def test_what_cannot_be_asked(home: Path, study: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1 .* the text is empty"):
        predict(study, ["the model", " "])
    with pytest.raises(InputError, match="at least one example"):
        predict(study, [])
    with pytest.raises(InputError, match="holds nothing: there is no such folder"):
        predict(tmp_path / "nowhere", NEW)
    call(
        "run", "--arrays", layers(tmp_path), "--label", "kind", "-q", "--measures", "id_twonn", "-o", tmp_path / "plain"
    )
    with pytest.raises(InputError, match="study of arrays, which names no model"):
        predict(tmp_path / "plain", NEW)
    with pytest.raises(InputError, match="must be text examples.* Got protein"):
        predict(study, rs.read_examples(PROTEINS, kind="protein"))


def test_another_model_or_other_rows_are_refused(home: Path, study: Path, tmp_path: Path) -> None:
    predict(study, NEW, layer=1)
    save_tiny("DistilBERT", tmp_path / "other")
    with pytest.raises(StudyMismatchError, match="must be the one that the probe learned from"):
        predict(study, NEW, layer=1, model=str(tmp_path / "other"))
    moved = shutil.copytree(home / "bert", tmp_path / "moved")
    assert predict(study, NEW, layer=1, model=str(moved)).said.tolist() == ["good", "bad"]
    assert predict(study, NEW, layer=1, model=open_model(str(moved))).said.tolist() == ["good", "bad"]
    shutil.rmtree(study / "activations.zarr")
    rs.extract(str(home / "bert"), texts(60), to=study / "activations.zarr")
    with pytest.raises(StudyMismatchError, match="learned from other rows .* Delete it"):
        predict(study, NEW, layer=1, label="kind")


@pytest.mark.usefixtures("numbers_only")
def test_proteins_of_one_model_of_two(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    kinds = np.arange(40) % 2
    residues = [list("ACDEFG"), list("LMNPQR")]
    rows = ["".join(rng.choice(residues[kind], 12)) for kind in kinds]
    pd.DataFrame({"sequence": rows, "fold": np.where(kinds, "b", "a")}).to_csv(tmp_path / "p.csv", index=False)
    esm = save_tiny("ESM", tmp_path / "esm")
    words = ("--data", tmp_path / "p.csv", "--sequence", "sequence", "--label", "fold", "--layers", "0,3", "-q")
    models = ("--model", f"one={esm}", "--model", f"two={esm}")
    assert call("run", *models, *words, "--measures", "probe_linear", "-o", tmp_path / "study").exit_code == 0
    with pytest.raises(InputError, match="must say which model: the study has one, two"):
        predict(tmp_path / "study", "ACDEFG")
    said = call("predict", tmp_path / "study", "ACDDEFFG", "LLMNPQR", "--of", "two", "--layer", "3", "--json")
    assert [row["fold"] for row in json.loads(said.stdout)["inputs"]] == ["a", "b"], said.stderr
    assert (tmp_path / "study" / "probes" / "two" / "fold" / "encoder.layer.2").is_dir()
    wrong = call("predict", tmp_path / "study", "AC1", "--of", "two", "--layer", "3")
    assert wrong.exit_code == 1
    assert "'1' at position 2 is no residue" in wrong.stderr


def test_the_command_prints_a_table(study: Path, tmp_path: Path) -> None:
    said = call("predict", study, NEW[0], "the " * 40)
    lines = said.stdout.splitlines()
    assert lines[0].split() == ["input", "kind", "probability", "p(bad)", "p(good)"]
    assert lines[1].split()[5:7][0] == "good"
    assert "…" in lines[2]
    assert "1 of 2 inputs were longer" in said.stderr
    assert lines[-1].startswith("Layer ")
    pd.DataFrame({"words": NEW, "more": NEW}).to_csv(tmp_path / "new.csv", index=False)
    said = call("predict", study, "--data", tmp_path / "new.csv", "--text", "words", "--layer", "1", "--json")
    assert [row["kind"] for row in json.loads(said.stdout)["inputs"]] == ["good", "bad"]
    assert call("predict", study).exit_code == 2
