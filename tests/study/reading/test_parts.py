"""Parts of the examples: each value of a column by itself, small ones left out by name, the whole beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import repscape as rs
from repscape._types import LayerInfo
from repscape.cli._app import app
from repscape.errors import InputError
from repscape.figures import sketches
from repscape.store import StoreWriter

RNG = np.random.default_rng(4)
KIND = np.repeat(["big", "mid", "few", "two"], [80, 60, 8, 2])
LAYERS = {"a": RNG.normal(size=(150, 5)), "b": RNG.normal(size=(150, 4))}
NEXT = ("overlap_neighbors", {"k": 10})
PLAN = rs.Plan(measures=["id_twonn", NEXT], by="kind", profiles=["next"])


def test_groups_too_small_for_a_measure_are_left_out_by_name() -> None:
    results = rs.run(LAYERS, PLAN, columns={"kind": KIND})
    assert {r.group for r in results.select("id_twonn")} == {"big", "few", "mid"}
    assert {r.group for r in results.select("overlap_neighbors")} == {"big", "mid"}
    assert results.warnings == (
        "kind 'few' has 8 examples, too few for the 10 neighbours of overlap_neighbors(k=10): it is left out there.",
        "kind 'two' has 2 examples, fewer than 3: it is left out.",
    )
    rows = KIND == "few"
    (few,) = [r for r in results.select("id_twonn") if r.group == "few" and r.place.layer.name == "a"]
    assert few.result.value == rs.id_twonn(rs.knn_graph(LAYERS["a"][rows], 2)).value


def test_a_measure_that_no_group_is_large_enough_for_is_refused() -> None:
    plan = rs.Plan(measures=["id_twonn", ("id_gride", {"max_rank": 128})], by="kind")
    with pytest.raises(InputError, match=r"id_gride\(max_rank=128\) needs more .* 'kind' has: the largest has 80"):
        rs.run(LAYERS, plan, columns={"kind": KIND})


def test_a_group_of_one_class_has_no_category_selectivity_and_the_others_have() -> None:
    groups = np.where(KIND == "big", "one", np.resize(["one", "other"], 150))
    plan = rs.Plan(measures=["select_category"], groups="sort", by="kind")
    results = rs.run(LAYERS, plan, columns={"kind": KIND, "sort": groups})
    assert {r.group for r in results} == {"mid", "few"}
    assert any(w.startswith("layer a [big]: select_category has no value: ") for w in results.warnings)
    senseless = rs.Plan(measures=["select_category", "id_twonn"], groups="kind", by="kind")
    results = rs.run(LAYERS, senseless, columns={"kind": KIND})
    assert {r.info.name for r in results} == {"id_twonn"}
    assert len([w for w in results.warnings if "select_category has no value: " in w]) == 6


def test_the_whole_stands_beside_its_parts(tmp_path) -> None:
    plan = rs.Plan(measures=["id_twonn", NEXT], by="kind", whole=True, profiles=["next"])
    results = rs.run(LAYERS, plan, columns={"kind": KIND}, folder=tmp_path / "s")
    assert {r.group for r in results.select("id_twonn")} == {"all", "big", "few", "mid"}
    (whole,) = [r for r in results.select("id_twonn") if r.group == "all" and r.place.layer.name == "b"]
    assert whole.result.value == rs.id_twonn(rs.knn_graph(LAYERS["b"], 2)).value
    assert rs.run(LAYERS, plan, columns={"kind": KIND}, folder=tmp_path / "s").records == results.records
    assert set(results.to_frame()["group"]) == {"all", "big", "few", "mid"}
    assert results.to_dataset()["id_twonn"].sizes == {"group": 4, "layer": 2}
    assert {sketch.record.info.name for sketch in sketches(results)} >= {"id_twonn", "overlap_neighbors"}
    text = rs.write_report(results, tmp_path / "r.html").read_text()
    assert "few" in text
    assert rs.Plan.from_dict(plan.to_dict()).to_dict() == plan.to_dict()
    with pytest.raises(InputError, match="whole of Plan goes with by"):
        rs.Plan(whole=True)
    with pytest.raises(InputError, match="told apart by their names"):
        rs.run(LAYERS, plan, columns={"kind": np.where(KIND == "big", "all", KIND)})


def test_parts_of_a_store_and_from_the_command_line(tmp_path) -> None:
    infos = {LayerInfo(name, i, float(i)): X for i, (name, X) in enumerate(LAYERS.items())}
    table = pd.DataFrame({"id": np.arange(150), "kind": KIND})
    widths = {info: (X.shape[1], X.dtype) for info, X in infos.items()}
    writer = StoreWriter.create(tmp_path / "x.zarr", widths, rows=150, examples=table, provenance={})
    writer.append(infos)
    stored = rs.run(tmp_path / "x.zarr", PLAN)
    assert stored.records[0].result == rs.run(LAYERS, PLAN, columns={"kind": KIND}).records[0].result
    np.savez(tmp_path / "x.npz", **LAYERS, kind=KIND)
    said = CliRunner().invoke(
        app,
        ["run", "--arrays", str(tmp_path / "x.npz"), "--by", "kind", "--whole", "--preprocess", "centre,unit_norm",
         "--measures", "id_twonn, overlap_neighbors(k=10)", "-o", str(tmp_path / "s"), "-q"],
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    found = rs.load_results(tmp_path / "s")
    assert {r.group for r in found.select("overlap_neighbors")} == {"all", "big", "mid"}
    assert found.records[0].result.options["preprocess"] == ["centre", "unit_norm"]
    assert (tmp_path / "s" / "report.html").exists()


def test_several_labels_and_values_at_once_through_tables_figures_and_report(tmp_path) -> None:
    columns = {"class": KIND, "family": np.arange(150) // 5, "length": LAYERS["a"][:, 0], "score": LAYERS["b"][:, 1]}
    measures = [("overlap_labels", {"k": 5}), ("overlap_values", {"k": 5})]
    plan = rs.Plan(measures=measures, labels=["class", "family"], values=["length", "score"])
    results = rs.run(LAYERS, plan, columns=columns)
    assert [r.column for r in results] == ["class", "family"] * 2 + ["length", "score"] * 2
    assert set(results.to_frame()["column"]) == set(columns)
    assert {"overlap_labels(k=5)[class]", "overlap_values(k=5)[score]"} <= set(results.to_dataset())
    drawn = {value.record.column for sketch in sketches(results) for value in sketch.values}
    assert drawn == set(columns)
    text = rs.write_report(results, tmp_path / "r.html").read_text()
    assert all(name in text for name in columns)
