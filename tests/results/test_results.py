"""Results: as a dataset, as a table, on disk and back."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import StoreError, UnknownNameError
from repscape.results import MeasureInfo, Place, Record, Results


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
