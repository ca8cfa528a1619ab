"""`repscape run` and `measure`: the folder they leave, what they print, and that they ask for what was said."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from tests.cli.helpers import N, call, layers, tree
from tests.data_files import data_file

ALL_FORMATS = True
QUICK = ("--measures", "id_twonn, overlap_neighbors(k=5), overlap_labels(k=5)", "--label", "kind", "-q")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("run")
    result = call("run", "--arrays", layers(home), *QUICK, "-o", home / "study")
    assert result.exit_code == 0, result.stderr
    (home / "said.txt").write_text(result.stdout)
    return home / "study"


def test_the_folder_is_whole(study: Path) -> None:
    names = {entry.name for entry in study.iterdir()}
    assert names == {
        "study.toml",
        "graphs.zarr",
        "results.zarr",
        "results.csv",
        "figures",
        "report.html",
        "examples.zarr",
        "journal",
    }
    figures = {file.name for file in (study / "figures").iterdir()}
    assert {f"id_twonn.{ending}" for ending in ("png", "svg", "pdf")} <= figures
    assert "<html" in (study / "report.html").read_text()


def test_the_numbers_are_those_of_the_functions(study: Path) -> None:
    held = np.load(study.parent / "layers.npz")
    results = rs.load_results(study)
    for record in results.select("overlap_labels"):
        expected = rs.overlap_labels(rs.knn_graph(held[record.place.layer.name], 59), held["kind"], k=5)
        assert record.result == expected
    assert [r.result.value for r in results.select("id_twonn")] == [
        rs.id_twonn(held[f"layer{i}"]).value for i in range(3)
    ]


def test_the_table_and_the_report_are_announced(study: Path) -> None:
    said = (study.parent / "said.txt").read_text()
    dimension = rs.load_results(study).records[0].result
    first = next(line for line in said.splitlines() if line.startswith("layer0"))
    assert f"{dimension.value:.3f} ± {dimension.stderr:.3f}" in first
    assert f"Report: {study / 'report.html'}" in said


@pytest.mark.usefixtures("numbers_only")
def test_running_again_computes_nothing(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(study)
    monkeypatch.setattr("repscape.study._schedule.compute", None)
    monkeypatch.setattr("repscape.figures.save_figures", None)
    result = call("run", "--arrays", study.parent / "layers.npz", *QUICK, "-o", study)
    assert result.exit_code == 0
    assert tree(study) == before


def test_other_data_are_refused_and_nothing_changes(study: Path, tmp_path: Path) -> None:
    before = tree(study)
    other_data = call("run", "--arrays", layers(tmp_path, layer0=np.eye(N)), *QUICK, "-o", study)
    assert other_data.exit_code == 1
    assert "holds a study of other data: layer layer0 has other numbers here" in other_data.stderr
    assert tree(study) == before


@pytest.mark.usefixtures("numbers_only")
def test_the_study_file_runs_again_elsewhere(study: Path, tmp_path: Path) -> None:
    held = tomllib.loads((study / "study.toml").read_text())
    assert held["source"] == {"arrays": str(study.parent / "layers.npz")}
    assert call("run", study / "study.toml", "-q", "-o", tmp_path / "again").exit_code == 0
    assert call("run", study, "-q", "-o", tmp_path / "folder").exit_code == 0
    assert (tmp_path / "again" / "results.csv").read_text() == (study / "results.csv").read_text()
    assert (tmp_path / "folder" / "results.csv").read_text() == (study / "results.csv").read_text()


@pytest.mark.usefixtures("numbers_only")
def test_json_is_for_programs(study: Path) -> None:
    result = call("run", "--arrays", study.parent / "layers.npz", *QUICK, "--json", "-o", study)
    said = json.loads(result.stdout)
    assert said["report"] == str(study / "report.html")
    assert len(said["results"]) == len(rs.load_results(study).to_frame())


@pytest.mark.usefixtures("numbers_only")
def test_two_models_labels_from_files_and_options(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        layers(tmp_path / name, layer0=np.random.default_rng(ord(name)).normal(size=(N, 5)))
    table = "id,genre,empty\n" + "\n".join(f"{i},{'xyz'[i % 3]}," for i in range(N))
    (tmp_path / "genres.csv").write_text(table)
    result = call(
        "run",
        *("--arrays", f"first={tmp_path / 'a' / 'layers.npz'}", "--arrays", f"second={tmp_path / 'b' / 'layers.npz'}"),
        *("--labels-from", tmp_path / "genres.csv", "--label", "genre", "--layers", "layer0,-1", "--by", "kind"),
        *("--measures", "overlap_labels(k=4, weights=classes)", "--measures", "overlap_neighbors(k=3)"),
        *("--profiles", "equal", "-q", "-o", tmp_path / "out"),
    )
    assert result.exit_code == 0, result.stderr
    results = rs.load_results(tmp_path / "out")
    assert {r.place.model for r in results} == {"first", "second"}
    assert {r.place.layer.name for r in results} == {"layer0", "layer2"}
    assert {r.group for r in results} == {"0", "1", "2"}
    assert {r.variant for r in results} == {"overlap_labels(k=4, weights='classes')", "overlap_neighbors(k=3)"}
    assert {r.profile for r in results} == {"depth", "equal"}
    assert {r.column for r in results if r.profile == "depth"} == {"genre"}


def test_models_without_a_name_are_called_by_their_files(tmp_path: Path) -> None:
    for name in "ab":
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(ord(name)).normal(size=(N, 5)))
    result = call("measure", "id_twonn", tmp_path / "a.npy", tmp_path / "b.npy", "--json", "-q")
    rows = json.loads(result.stdout)
    assert [(row["model"], row["value"]) for row in rows] == [
        (name, rs.id_twonn(np.load(tmp_path / f"{name}.npy")).value) for name in "ab"
    ]


def test_measure_takes_one_array_and_a_lone_column_is_the_label(tmp_path: Path) -> None:
    file = layers(tmp_path)
    np.save(tmp_path / "genre.npy", np.arange(N) % 2)
    result = call("measure", "overlap_labels(k=3)", f"{file}:layer1", "--labels-from", tmp_path / "genre.npy", "-q")
    value = rs.overlap_labels(rs.knn_graph(np.load(file)["layer1"], 3), np.arange(N) % 2, k=3).value
    assert "overlap_labels(k=3)[genre]" in result.stdout
    assert f"{value:.3f} ±" in result.stdout
    assert {entry.name for entry in tmp_path.iterdir()} == {"layers.npz", "genre.npy"}


@pytest.mark.usefixtures("numbers_only")
def test_a_study_file_by_hand_and_flags_on_top(tmp_path: Path) -> None:
    layers(tmp_path)
    file = tmp_path / "study.toml"
    file.write_text('[source]\narrays = "layers.npz"\n[plan]\nmeasures = ["id_twonn"]\nlayers = ["layer1"]\n')
    assert call("run", file, "--layers", "layer2", "-q", "-o", tmp_path / "out").exit_code == 0
    assert [r.place.layer.name for r in rs.load_results(tmp_path / "out")] == ["layer2"]


@pytest.mark.slow
@pytest.mark.usefixtures("numbers_only")
def test_ten_thousand_real_images(tmp_path: Path) -> None:
    measures = "id_twonn, id_twonn(estimator=mle), id_gride(max_rank=128)"
    file = f"{data_file('mnist_test_10k.npz')}:images"
    result = call("run", "--arrays", file, "--label", "labels", "--measures", measures, "-q", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert "flattened images (10000, 28, 28) to (10000, 784)" in result.stderr
    found = [record.result for record in rs.load_results(tmp_path / "out")]
    assert found[0].value == pytest.approx(13.557, abs=1e-3)
    assert found[1].value == pytest.approx(13.558, abs=1e-3)
    np.testing.assert_allclose(found[2].values, [13.56, 12.51, 12.20, 11.70, 11.31, 10.83, 10.34], atol=0.01)
