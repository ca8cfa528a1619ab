"""Studies of models by name: words in, extraction, forecasts, checkpoints, and the way back from a study.toml."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tomli_w

import repscape as rs
from repscape.errors import InputError, StoreError, StudyMismatchError, UnknownNameError
from repscape.store import StoreWriter
from repscape.study import ModelSource, read_study
from repscape.study.reading._models import steps_of
from tests.extraction.tiny_models import WORDS, save_tiny


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny("BERT", tmp_path_factory.mktemp("models") / "bert"))


@pytest.fixture
def texts(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    rows = [" ".join(rng.choice(WORDS, rng.integers(2, 12))) for _ in range(60)]
    pd.DataFrame({"text": rows, "label": rng.integers(0, 2, 60), "note": [None] * 60}).to_csv(
        tmp_path / "t.csv", index=False
    )
    return str(tmp_path / "t.csv")


def test_one_model(bert: str, texts: str, tmp_path: Path) -> None:
    source = ModelSource.of([bert], texts, text="text", max_length=16)
    store = source.extract(tmp_path / "study")
    assert (tmp_path / "study" / "activations.zarr").is_dir()
    results = rs.run(store, rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 5})]), folder=tmp_path / "study")
    assert len(results.select("overlap_labels")) == len(store.layers) == 4
    assert results.provenance["source"]["extracted"][""]["options"]["max_length"] == 16
    assert rs.open_store(tmp_path / "study").layers == store.layers


def test_two_models_and_their_overlap(bert: str, texts: str, tmp_path: Path) -> None:
    source = ModelSource.of([f"a={bert}", f"b={bert}"], texts).extract(tmp_path / "study")
    results = rs.run(source, rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["equal"]))
    assert [r.result.value for r in results] == [1.0] * 4


def test_steps_of_checkpoints() -> None:
    assert steps_of(["step0", "step1000", "step143000"]) == [0, 1000, 143000]
    assert steps_of(["checkpoint-5-v2", "main"]) == [0, 1]
    assert steps_of(["step10", "step5"]) == [0, 1]


def test_forecast_is_what_comes(bert: str, texts: str, tmp_path: Path) -> None:
    source = ModelSource.of([bert], texts)
    (forecast,) = source.forecast(tmp_path / "not" / "there").values()
    store = source.extract(tmp_path / "study")
    assert forecast.rows == store.rows
    assert forecast.layers == {key: store[key].shape[1] for key in store.layers}
    assert forecast.bytes_on_disk == sum(layer.nbytes for layer in store.values())
    assert 0 < forecast.seconds < 600
    assert not (tmp_path / "not").exists()


def test_study_toml_leads_back(bert: str, texts: str, tmp_path: Path) -> None:
    source = ModelSource.of([bert], texts, text="text", limit=40, site=["residual", "norm2"])
    (tmp_path / "study.toml").write_text(tomli_w.dumps({"source": source.origin()}))
    assert read_study(tmp_path / "study.toml").models == source
    beside = {"source": {"model": Path(bert).name, "data": "t.csv"}}
    (Path(bert).parent / "study.toml").write_text(tomli_w.dumps(beside))
    assert read_study(Path(bert).parent / "study.toml").models.models == {"": bert}


def test_a_stopped_extraction_is_not_measured(
    bert: str, texts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise StoreError("the disk is full")

    monkeypatch.setattr(StoreWriter, "append", full)
    with pytest.raises(StoreError, match="the disk is full"):
        ModelSource.of([bert], texts).extract(tmp_path)
    monkeypatch.undo()
    with pytest.raises(StoreError, match="holds 0 of 60 rows: its extraction was stopped"):
        rs.run(tmp_path / "activations.zarr", rs.Plan(measures=["id_twonn"]))


def test_refused(bert: str, texts: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no option 'poll'.*Did you mean 'pool'"):
        ModelSource.of([bert], texts, poll="mean")
    with pytest.raises(InputError, match="checkpoints of one model. Got 2 models"):
        ModelSource.of([bert, f"b={bert}"], texts, revisions=["a", "b"])
    with pytest.raises(InputError, match="different names"):
        ModelSource.of([f"a={bert}", f"a={bert}"], texts)
    with pytest.raises(UnknownNameError, match="Did you mean 'text'"):
        ModelSource.of([bert], texts, text="txt").extract(tmp_path / "s")
    ModelSource.of([bert], texts).extract(tmp_path / "s")
    with pytest.raises(StudyMismatchError, match="options.pool is 'mean' there and 'cls' here"):
        ModelSource.of([bert], texts, pool="cls").extract(tmp_path / "s")


def test_revisions_are_checkpoints(bert: str, texts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants
    from safetensors.torch import load_file, save_file

    snapshots = tmp_path / "hub" / "models--org--tiny" / "snapshots"
    refs = snapshots.parent / "refs"
    refs.mkdir(parents=True)
    for letter, step in (("a", "step10"), ("b", "step200")):
        shutil.copytree(bert, snapshots / (letter * 40))
        (refs / step).write_text(letter * 40)
    weights = load_file(snapshots / ("b" * 40) / "model.safetensors")
    weights["encoder.layer.1.output.dense.weight"] *= -3
    save_file(weights, snapshots / ("b" * 40) / "model.safetensors", metadata={"format": "pt"})
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))

    models = ModelSource.of(["org/tiny"], texts, revisions=["step10", "step200"])
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["steps"])
    results = rs.run(models.extract(tmp_path / "study"), plan, folder=tmp_path / "study")
    kept = {r.place.layer.name: r.result.value for r in results}
    assert {(r.place.step, r.other.step) for r in results} == {(10, 200)}
    assert kept["embedding"] == kept["encoder.layer.0"] == 1
    assert kept["encoder.layer.1"] < 1
    known = results.provenance["source"]["extracted"]
    assert [known[step]["model"]["revision"] for step in ("step 10", "step 200")] == ["a" * 40, "b" * 40]
