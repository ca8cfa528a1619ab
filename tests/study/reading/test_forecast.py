"""A dry run beside every kind of source: nothing computed, nothing written, and what it says is what comes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, UnknownNameError
from repscape.examples import write_neighbor_files
from repscape.measures import every_measure
from repscape.store import StoreWriter
from repscape.study import ModelSource, StudySpec, import_arrays, read_study, run_study
from repscape.study.reading._costs import COSTS
from tests.cli.helpers import N, call, layers, tree
from tests.extraction.tiny_models import WORDS, save_tiny

PLAN = {
    "measures": [
        {"name": "overlap_labels", "k": 5},
        {"name": "overlap_neighbors", "k": 5},
        {"name": "id_gride", "max_rank": 16},
    ],
    "labels": ["kind"],
}
MEASURES = ("--measures", "overlap_labels(k=5), overlap_neighbors(k=5), id_gride(max_rank=16)", "--label", "kind")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a source of every kind, of the same kinds of examples."""
    folder = tmp_path_factory.mktemp("sources")
    file = layers(folder)
    with np.load(file) as held:
        arrays = dict(held)
    (folder / "files").mkdir()
    for name, array in arrays.items():
        np.save(folder / "files" / f"{name}.npy", array)
    import_arrays(file, folder / "imported")
    infos = {LayerInfo(f"layer{i}", i, i / 2): arrays[f"layer{i}"] for i in range(3)}
    table = pd.DataFrame({"id": np.arange(N), "kind": arrays["kind"]})
    shapes = {info: (array.shape[1], np.float64) for info, array in infos.items()}
    StoreWriter.create(folder / "s.zarr", shapes, rows=N, examples=table, slab_rows=N).append(infos)
    graphs = {info: rs.knn_graph(array, 12) for info, array in infos.items()}
    write_neighbor_files(folder / "published", {info: (g.indices, g.distances) for info, g in graphs.items()})
    np.save(folder / "kind.npy", arrays["kind"])
    (folder / "study.toml").write_text("[source]\narrays = 'layers.npz'\n[plan]\nmeasures = ['id_twonn']\n")
    save_tiny("BERT", folder / "bert")
    texts = [" ".join(np.random.default_rng(i).choice(WORDS, 6)) for i in range(N)]
    pd.DataFrame({"text": texts, "kind": arrays["kind"]}).to_csv(folder / "t.csv", index=False)
    run_study(StudySpec.of([str(file)], plan=PLAN), folder / "study")
    return folder


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be computed: a measure or a graph that is called fails."""

    def called(*_: Any, **__: Any) -> Any:
        raise AssertionError("a dry run computes nothing")

    monkeypatch.setattr("repscape.measures.Measure.__call__", called)
    monkeypatch.setattr("repscape.graph._knn.knn_graph", called)
    for place in ("_tasks", "_graphs", "_unit", "_trial"):
        monkeypatch.setattr(f"repscape.study.{place}.knn_graph", called, raising=False)


SOURCES = {
    "arrays": ("--arrays", "layers.npz"),
    "key": ("--arrays", "layers.npz:layer1"),
    "folder of arrays": ("--arrays", "files"),
    "two models": ("--arrays", "a=layers.npz", "--arrays", "b=files"),
    "store": ("s.zarr",),
    "imported": ("imported",),
    "study folder": ("study",),
    "study.toml of a study": ("study/study.toml",),
    "study.toml": ("study.toml",),
    "a store as arrays": ("--arrays", "s.zarr"),
}


def words(home: Path, entries: tuple[str, ...]) -> list[str]:
    def placed(entry: str) -> str:
        name, sign, path = entry.rpartition("=")
        return f"{name}{sign}{home / path}"

    return [entry if entry.startswith("--") else placed(entry) for entry in entries]


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("kind", SOURCES)
def test_a_dry_run_is_dry(kind: str, home: Path, tmp_path: Path) -> None:
    before = tree(home)
    said = call("run", *words(home, SOURCES[kind]), *MEASURES, "--dry-run", "-o", tmp_path / "out")
    assert said.exit_code == 0, said.stderr
    assert tree(home) == before
    assert list(tmp_path.iterdir()) == []
    count = {"key": 1, "two models": 6}.get(kind, 3)
    lines = {line.split()[0]: line for line in said.stdout.splitlines()}
    assert f"60 examples, {count} layers of width" in lines["source"]
    assert f"{count} of " in lines["graphs"]
    assert f"overlap_labels(k=5) {count} x" in lines["measures"]
    assert "and a report: " in lines["figures"]
    assert {"columns", "in"} <= set(lines)
    held = json.loads(call("run", *words(home, SOURCES[kind]), *MEASURES, "--dry-run", "--json", "-o", tmp_path).stdout)
    assert held["n"] == N
    assert held["measures"]["overlap_labels(k=5)"] == count


@pytest.mark.usefixtures("idle")
def test_a_dry_run_of_published_graphs_builds_none(home: Path, tmp_path: Path) -> None:
    plan = ("--measures", "overlap_neighbors(k=5), id_twonn", "--labels-from", home / "kind.npy")
    for source in ((home / "published",), ("--arrays", home / "published")):
        said = call("run", *source, *plan, "--dry-run", "-o", tmp_path / "out")
        assert said.exit_code == 0, said.stderr
        assert "60 examples, 3 layers: layer0" in said.stdout
        assert "graphs    0 of " in said.stdout
    said = call("run", home / "published", "--measures", "overlap_neighbors(k=20)", "--dry-run", "-o", tmp_path / "out")
    assert said.exit_code == 1
    assert "needs 20 neighbours of each point; the graph has 12" in said.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("model", [("--model", "bert", "--data", "t.csv")])
def test_a_dry_run_of_a_model_says_every_stage(model: tuple[str, ...], home: Path, tmp_path: Path, idle: None) -> None:
    before = tree(home)
    said = call(
        "run", *words(home, model), "--text", "text", *MEASURES, "--limit", 40, "--dry-run", "-o", tmp_path / "out"
    )
    assert said.exit_code == 0, said.stderr
    for part in (
        "rows      40",
        "layers    4 of width 32",
        "source    40 examples, 4 layers of width 32",
        "graphs    4 of",
        "figures   ",
    ):
        assert part in said.stdout
    assert tree(home) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arrays", "plan"),
    [
        (["layers.npz"], PLAN),
        (["a=layers.npz", "b=files"], PLAN),
        (
            ["layers.npz"],
            {"measures": [{"name": "overlap_labels", "k": 5}], "labels": ["kind"], "by": "kind", "whole": True},
        ),
        (["layers.npz"], {"measures": ["sim_cka", "id_decimation"], "profiles": ["next"]}),
        (["layers.npz"], {}),
    ],
    ids=["labels", "two models", "parts", "profiles", "usual"],
)
def test_what_is_said_is_what_comes(arrays: list[str], plan: dict[str, Any], home: Path, tmp_path: Path) -> None:
    asked = StudySpec.of([words(home, (entry,))[0] for entry in arrays], plan=plan)
    forecast = asked.forecast(tmp_path / "out")
    settled, columns = asked.load()
    results = rs.run(asked.source, settled, columns=columns, folder=tmp_path / "out")
    places = {place for record in results for place in (record.place, record.other) if place is not None}
    assert len(forecast.layers) == len(places)
    found = Counter()
    for record in results:
        ends = (
            tuple(sorted((repr(record.place), repr(record.other))))
            if record.info.symmetric
            else (record.place, record.other)
        )
        found[(record.variant, record.column, record.group, repr(ends))] = 1
    counted = Counter(variant for variant, *_ in found)
    assert {name for name, _ in forecast.measures.items()} == set(counted)
    single = {v: c for v, c in counted.items() if not any(r.other for r in results if r.variant == v)}
    assert {name: forecast.measures[name] for name in single} == single
    assert sorted(forecast.figures) == sorted(sketch.name for sketch in rs.figures.sketches(results))


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"labels": ["kindd"], "measures": ["overlap_labels"]}, "reads column 'kindd'.*Did you mean 'kind'"),
        ({"layers": ["layr"]}, "'layr' matches none of"),
        (
            {"measures": [{"name": "overlap_neighbors", "k": 60}]},
            "needs 60 neighbours of each point; 60 examples have 59",
        ),
        ({"measures": ["id_twonm"]}, "Did you mean 'id_twonn'"),
    ],
)
def test_a_dry_run_refuses_what_the_run_would(plan: dict[str, Any], message: str, home: Path) -> None:
    with pytest.raises((InputError, UnknownNameError), match=message):
        StudySpec.of([str(home / "layers.npz")], plan=plan).forecast(home / "out")


def test_states_that_are_there_need_no_model(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = ModelSource.of([str(home / "bert")], str(home / "t.csv"), text="text")
    run_study(StudySpec({}, plan=PLAN, models=models), tmp_path / "study")
    monkeypatch.setattr("repscape.study.reading._models.open_model", lambda *_, **__: pytest.fail("a model was opened"))
    forecast = read_study(tmp_path / "study").forecast(tmp_path / "out")
    assert forecast.extraction == {}
    assert set(forecast.layers.values()) == {32}


def test_every_measure_has_a_cost_of_its_own() -> None:
    assert set(COSTS) == set(every_measure())
