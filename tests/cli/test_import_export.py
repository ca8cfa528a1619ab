"""From published neighbour files to figures and back, and arrays taken in once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from tests.cli.helpers import N, call, layers, tree
from tests.cli.published import SITES, labels, publish

LAYERS = range(1, 50, 24)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models in the form labs publish, taken in, and studied with no measure named."""
    home = tmp_path_factory.mktemp("lab")
    np.save(home / "topic.npy", labels(150))
    for seed, name in enumerate(("alpha", "beta")):
        publish(home / "files" / name, n=150, layers=LAYERS, seed=seed)
        words = ("import-arrays", home / "files" / name, "--model", name, "-q", "-o", home / "taken")
        assert call(*words, "--labels-from", home / "topic.npy").exit_code == 0
    result = call("run", home / "taken", "--label", "topic", "-q", "-o", home / "study")
    assert result.exit_code == 0, result.stderr
    return home


def read(home: Path, model: str, site: str, index: int) -> tuple[np.ndarray, np.ndarray]:
    stem = home / "files" / model / site / f"layer{index}_post_mlp"
    return np.load(f"{stem}_indices.npy"), np.load(f"{stem}_dist.npy")


def test_sites_are_folders_and_depths_are_numbers(home: Path) -> None:
    places = {(r.place.model, r.place.layer.site, r.place.layer.index) for r in rs.load_results(home / "study")}
    assert places == {(model, site, index) for model in ("alpha", "beta") for site in SITES for index in LAYERS}
    assert {r.place.layer.depth for r in rs.load_results(home / "study")} == {index / 49 for index in LAYERS}


def test_dimension_with_and_without_the_heuristic_and_against_the_fraction(home: Path) -> None:
    results = rs.load_results(home / "study")
    for site, index in (("pre_ln", 1), ("post_attn", 25)):
        _, distances = read(home, "beta", site, index)
        log_mu = np.sort(np.log(distances[:, 2] / distances[:, 1]))
        n, used = len(log_mu), int(0.9 * len(log_mu))
        kept = log_mu[:used]
        ordinate = -np.log(1 - np.arange(1, used + 1) / n)
        expected = {
            "id_twonn": (kept @ ordinate) / (kept @ kept),
            "id_twonn(estimator='mle')": (n - 1) / log_mu.sum(),
            "id_twonn(estimator='mle', fraction=0.9)": (used - 1) / (kept.sum() + (n - used) * kept[-1]),
            "id_twonn(estimator='trimmed')": used / kept.sum(),
        }
        of_site = results.select(model="beta", site=site)
        found = {r.variant: r.result for r in of_site if r.place.layer.index == index and r.profile == "depth"}
        for variant, value in expected.items():
            assert found[variant].value == pytest.approx(value, rel=1e-10), variant
        curve = found["id_twonn_fractions"]
        assert curve.values[curve.x == 0.9] == pytest.approx(expected["id_twonn(estimator='mle', fraction=0.9)"])
        assert curve.values[-1] == pytest.approx(expected["id_twonn(estimator='mle')"])


def test_two_models_at_equal_depth_and_the_labels(home: Path) -> None:
    results = rs.load_results(home / "study")
    equal = results.select("overlap_neighbors", profile="equal", site="post_mlp")
    assert [(r.place.model, r.other.model) for r in equal] == [("alpha", "beta")] * len(LAYERS)
    for record in equal.records:
        a, b = (read(home, model, "post_mlp", record.place.layer.index)[0][:, 1:] for model in ("alpha", "beta"))
        shared = [len(set(x) & set(y)) / 15 for x, y in zip(a.tolist(), b.tolist(), strict=True)]
        assert record.result.value == pytest.approx(np.mean(shared))
    for record in results.select("overlap_labels", model="alpha").records[::4]:
        indices = read(home, "alpha", record.place.layer.site, record.place.layer.index)[0][:, 1:]
        topic = labels(150)
        assert record.result.value == pytest.approx((topic[indices] == topic[:, None]).mean())


def test_figures_and_report_show_them(home: Path) -> None:
    names = {file.stem for file in (home / "study" / "figures").iterdir()}
    assert {"id_twonn", "id_twonn_fractions", "overlap_neighbors-equal", "overlap_labels"} <= names
    page = (home / "study" / "report.html").read_text()
    assert "estimator=&#x27;trimmed&#x27;" in page or "estimator='trimmed'" in page


def test_export_writes_the_same_files_back(home: Path, tmp_path: Path) -> None:
    assert call("export-arrays", home / "taken", "-o", tmp_path / "back").exit_code == 0
    assert tree(tmp_path / "back") == tree(home / "files")


def test_export_of_the_study_writes_them_too(home: Path, tmp_path: Path) -> None:
    result = call("export-arrays", home / "study", "-o", tmp_path / "back", "--json")
    assert len(json.loads(result.stdout)) == len(tree(home / "files"))
    for model in ("alpha", "beta"):
        for site in SITES:
            indices, distances = read(home, model, site, 25)
            stem = tmp_path / "back" / model / site / "layer25_post_mlp"
            np.testing.assert_array_equal(np.load(f"{stem}_indices.npy"), indices)
            np.testing.assert_array_equal(np.load(f"{stem}_dist.npy"), distances)


def test_types_come_back_as_they_were(tmp_path: Path) -> None:
    files = publish(tmp_path / "files", n=40, layers=range(1, 4, 2)) / "pre_ln"
    for file in files.iterdir():
        array = np.load(file)
        np.save(file, array.astype(np.float32 if array.dtype.kind == "f" else np.int16))
    assert call("import-arrays", files, "-q", "-o", tmp_path / "taken").exit_code == 0
    assert call("export-arrays", tmp_path / "taken", "-o", tmp_path / "back").exit_code == 0
    assert [np.load(file).dtype for file in sorted((tmp_path / "back").iterdir())] == [np.float32, np.int16] * 2
    assert sorted(tree(tmp_path / "back").values()) == sorted(tree(files).values())


@pytest.mark.usefixtures("numbers_only")
def test_graphs_of_points_are_exported_with_the_point_itself_first(tmp_path: Path) -> None:
    file = layers(tmp_path)
    call("run", "--arrays", file, "--measures", "overlap_neighbors(k=4)", "-q", "-o", tmp_path / "study")
    call("export-arrays", tmp_path / "study", "-o", tmp_path / "files")
    graph = rs.knn_graph(np.load(file)["layer2"], N - 1)  # what errors read is stored too
    indices = np.load(tmp_path / "files" / "layer2_indices.npy")
    distances = np.load(tmp_path / "files" / "layer2_dist.npy")
    np.testing.assert_array_equal(indices[:, 0], np.arange(N))
    np.testing.assert_array_equal(indices[:, 1:], graph.indices)
    np.testing.assert_array_equal(distances[:, 0], 0)
    np.testing.assert_array_equal(distances[:, 1:], graph.distances)


@pytest.mark.usefixtures("numbers_only")
def test_points_are_stored_as_they_are_and_studied_like_the_file(tmp_path: Path) -> None:
    file = layers(tmp_path, layer1=np.random.default_rng(1).integers(0, 255, (N, 3, 2)).astype(np.uint8))
    result = call("import-arrays", file, "-q", "-o", tmp_path / "taken", "--json")
    said = json.loads(result.stdout)
    assert said["kind"] == "points"
    assert said["columns"] == ["kind", "score"]
    assert said["notes"] == ["flattened layer1 (60, 3, 2) to (60, 6)"]
    words = ("--measures", "id_twonn, overlap_labels(k=5)", "--label", "kind", "-q")
    call("run", tmp_path / "taken", *words, "-o", tmp_path / "a")
    call("run", "--arrays", file, *words, "-o", tmp_path / "b")
    a, b = rs.load_results(tmp_path / "a"), rs.load_results(tmp_path / "b")
    assert [r.result for r in a] == [r.result for r in b]
    assert [r.place.layer for r in a][:3] == [LayerInfo(f"layer{i}", i, i / 2, "") for i in range(3)]


def test_a_flipped_bit_in_what_was_imported_is_noticed(tmp_path: Path) -> None:
    files = publish(tmp_path / "files", n=40, layers=range(1, 2, 2)) / "post_mlp"
    call("import-arrays", files, "-q", "-o", tmp_path / "taken")
    chunk = max(
        (file for file in (tmp_path / "taken").rglob("c/*/*") if file.is_file()), key=lambda f: f.stat().st_size
    )
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 4
    chunk.write_bytes(bytes(content))
    result = call("run", tmp_path / "taken", "-q", "-o", tmp_path / "study")
    assert result.exit_code == 1
    assert "damaged" in result.stderr
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (("--model", "a"), "holds the model a. Give a model name that is not there yet"),
        ((), "must be new or empty"),
        (("--model", "../b"), "model of import_arrays names a folder"),
        (("--model", "b"), "must describe the same examples"),
    ],
)
def test_models_that_cannot_share_a_folder_are_refused(second: tuple[str, ...], message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(30, 3)))
    np.save(tmp_path / "b.npy", np.random.default_rng(0).normal(size=(31, 3)))
    call("import-arrays", tmp_path / "a.npy", "--model", "a", "-q", "-o", tmp_path / "taken")
    before = tree(tmp_path)
    result = call("import-arrays", tmp_path / "b.npy", *second, "-q", "-o", tmp_path / "taken")
    assert result.exit_code == 1
    assert message in result.stderr
    assert tree(tmp_path) == before


@pytest.mark.usefixtures("numbers_only")
def test_export_refuses_what_has_no_published_form(tmp_path: Path) -> None:
    doubled = np.concatenate([np.eye(20), np.eye(20)])
    np.save(tmp_path / "x.npy", doubled)
    call("run", "--arrays", tmp_path / "x.npy", "--measures", "id_twonn", "-q", "-o", tmp_path / "merged")
    call(
        "run",
        "--arrays",
        layers(tmp_path),
        "--measures",
        "overlap_labels(k=3)",
        "--label",
        "kind",
        "--by",
        "kind",
        "-q",
        "-o",
        tmp_path / "parts",
    )
    for study, message in (
        (tmp_path / "no", "must be a folder that exists"),
        (tmp_path, "must be a study folder or one that import-arrays made"),
        (tmp_path / "parts", "is a study by parts"),
    ):
        result = call("export-arrays", study, "-o", tmp_path / "back")
        assert result.exit_code == 1
        assert message in result.stderr
        assert not (tmp_path / "back").exists()
