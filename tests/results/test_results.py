"""Results: as a dataset, as a table, on disk and back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import StoreError, UnknownNameError
from repscape.measures import MEASURES
from repscape.results import MeasureInfo, Place, Record, Results, titles
from repscape.store import read_arrays, write_arrays


def study() -> Results:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    source = rs.Trajectory([(0, {"z": X, "a": X[:, :3]}), (5, {"z": X * [1, 2, 3, 4], "a": X[:, :2]})])
    plan = rs.Plan(
        measures=[
            "id_twonn",
            ("id_gride", {"max_rank": 8}),
            ("overlap_neighbors", {"k": 4}),
            ("overlap_labels", {"k": 4}),
        ]
    )
    return rs.run(source, plan, columns={"label": rng.integers(0, 2, size=120)})


def odd() -> Results:
    """Values that JSON, csv and zarr like least."""
    layer = LayerInfo("block/<script>é\n", 1, 0.5, site="norm1")
    estimate = rs.Estimate(
        value=math.nan,
        n=3,
        interval=(-math.inf, 2.0),
        per_point=np.array([1.0, math.nan, 3.0]),
        options={"k": None, "names": ["é", "<b>"]},
        details={
            "classes": np.array(["x", "yé"]),
            "count": np.array([1, 2]),
            "deep": {"flag": True},
            "empty": np.array([]),
        },
    )
    info = MeasureInfo("mine", label="$x_1$", bounds=(-math.inf, 1.0))
    return Results(
        (Record(info, "mine(k=1)", "depth", Place("m", layer), estimate, group="g"),), {"a": [1, None]}, ("w<>",)
    )


@pytest.mark.parametrize("make", [study, odd])
def test_saved_and_loaded_back_equal(make, tmp_path) -> None:
    results = make()
    results.save(tmp_path)
    again = rs.load_results(tmp_path)
    assert again.records == results.records
    assert again == results
    assert rs.load_results(tmp_path / "results.zarr") == results


def test_equality_sees_a_difference() -> None:
    results = study()
    first = results.records[0]
    changed = replace(first, result=replace(first.result, value=first.result.value + 1e-12))
    assert replace(results, records=(changed, *results.records[1:])) != results
    other = replace(odd().records[0].result, per_point=np.array([1.0, 2.0, 3.0]))
    assert other != odd().records[0].result


def test_table_has_one_row_for_each_value(tmp_path) -> None:
    results = study()
    frame = results.to_frame()
    assert len(frame) == sum(3 if r.info.name == "id_gride" else 1 for r in results)
    row = frame[(frame["measure"] == "id_twonn") & (frame["layer"] == "a") & (frame["step"] == 5)].iloc[0]
    record = next(r for r in results.select("id_twonn", step=5.0) if r.place.layer.name == "a")
    assert row["value"] == record.result.value
    assert (row["low"], row["high"]) == record.result.interval
    assert json.loads(row["options"])["estimator"] == "fit"
    results.save(tmp_path)
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "results.csv")[["value", "x", "stderr"]], frame[["value", "x", "stderr"]].astype(float)
    )


def test_dataset_keeps_the_order_of_layers_and_says_what_values_are() -> None:
    dataset = study().to_dataset()
    assert dataset["layer"].to_numpy().tolist() == ["z", "a"]
    assert dataset["id_gride(max_rank=8)"].dims == ("step", "layer", "rank")
    assert dataset["depth"].to_numpy().tolist() == [0.0, 1.0]
    assert dataset["overlap_labels(k=4)[label]"].attrs["higher_means"] == "neighbours share the label more often"
    value = dataset["overlap_neighbors(k=4).steps"].sel(layer="a", step=0).item()
    (record,) = [r for r in study().select(profile="steps") if r.place.layer.name == "a"]
    assert value == record.result.value


def test_select() -> None:
    results = study()
    assert {r.variant for r in results.select("id_gride")} == {"id_gride(max_rank=8)"}
    assert len(results.select(profile="next")) == 2
    with pytest.raises(UnknownNameError, match="Did you mean 'id_twonn'"):
        results.select("id_two")


def test_unreadable_folders(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match=r"there is no results.zarr. repscape run writes one"):
        rs.load_results(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be written"):
        study().save(tmp_path / "file")
    study().save(tmp_path / "ok")
    chunks = [p for p in (tmp_path / "ok").rglob("c/*") if p.is_file() and p.stat().st_size > 40]
    damaged = bytearray(chunks[0].read_bytes())
    damaged[20] ^= 1
    chunks[0].write_bytes(damaged)
    with pytest.raises(StoreError):
        rs.load_results(tmp_path / "ok")


def older(folder: Path) -> Results:
    """Take away from saved results what the first format did not say of a measure."""
    arrays, held = read_arrays(folder / "results.zarr", "records")
    for entry in held["measures"]:
        for name in ("family", "alike", "quantity", "title", "version"):
            entry.pop(name)
    write_arrays(folder / "results.zarr", "records", arrays, attributes={**held, "format": 1})
    return rs.load_results(folder)


def test_what_an_earlier_format_did_not_say_is_known_from_the_table(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))
    own = rs.Measure("mine", fn=lambda X, Y: 1.0, arity=2, alike=-1, label="how far")
    plan = rs.Plan(measures=["id_twonn", "sim_procrustes", "sim_procrustes(form=similarity)", own], profiles=["next"])
    results = rs.run({"a": X, "b": X[:, :3]}, plan)
    results.save(tmp_path)
    again = older(tmp_path)
    *known, (mine,) = ([r.info for r in again.select(variant=v)] for v in dict.fromkeys(r.variant for r in results))
    now = [
        next(iter(results.select(variant=v))).info
        for v in ("id_twonn", "sim_procrustes", "sim_procrustes(form='similarity')")
    ]
    assert [infos[0] for infos in known] == [replace(info, version=1) for info in now]  # whatever it is by now
    assert [infos[0].alike for infos in known] == [None, -1, 1]
    assert (mine.alike, mine.family, mine.title, mine.version) == (None, "", "how far", 1)  # nobody says what it means


def test_somebodys_measure_under_a_name_of_the_table_is_not_taken_for_it(tmp_path: Path) -> None:
    info = MeasureInfo("sim_cka", label="CKA", reference="me")
    layer = LayerInfo("a", 0, 0.0)
    Results((Record(info, "sim_cka", "next", Place("", layer), rs.Estimate(1.0, n=3), other=Place("", layer)),)).save(
        tmp_path
    )
    (record,) = older(tmp_path)
    assert (record.info.alike, record.info.family, record.info.title) == (None, "", "CKA")


def test_titles_tell_variants_apart() -> None:
    layer = Place("", LayerInfo("a", 0, 0.0))
    made = {
        "id_pca": MeasureInfo("id_pca", title="Dimension"),
        "id_pca(criterion='ratio')": MeasureInfo("id_pca", title="Dimension"),
        "mylab.pca(k=3)": MeasureInfo("mylab.pca", title="Local"),
        "other.pca": MeasureInfo("other.pca", title="Local"),
        "bare": MeasureInfo("bare"),
        "one(k=2)": MeasureInfo("one", label="label of one"),
    }
    records = [Record(info, variant, "depth", layer, rs.Estimate(1.0, n=3)) for variant, info in made.items()]
    assert titles(records) == {
        "id_pca": "Dimension",
        "id_pca(criterion='ratio')": "Dimension (criterion='ratio')",
        "mylab.pca(k=3)": "Local (mylab.pca(k=3))",
        "other.pca": "Local (other.pca)",
        "bare": "bare",
        "one(k=2)": "label of one",
    }


def test_the_meaning_stands_in_table_and_dataset() -> None:
    frame, dataset = study().to_frame(), study().to_dataset()
    assert set(frame["version"]) == {MEASURES[name].version for name in set(frame["measure"])}
    assert "Intrinsic dimension, TwoNN" in set(frame["title"])
    curve = frame[frame["measure"] == "id_gride"]
    assert (curve["low"] < curve["value"]).all()
    attributes = dataset["overlap_neighbors(k=4).steps"].attrs
    assert (attributes["alike"], attributes["family"], attributes["version"]) == (
        1,
        "overlap",
        MEASURES["overlap_neighbors"].version,
    )
    assert "alike" not in dataset["id_twonn"].attrs
