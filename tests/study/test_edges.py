"""Studies at the edges: collapsed layers, models of different depth, names alike, options of any type."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, InputTypeError
from repscape.store import StoreWriter

X = np.random.default_rng(0).normal(size=(120, 5))
K5 = ("overlap_neighbors", {"k": 5})


def store(path: Path, ids: list[str]) -> rs.Results:
    table = pd.DataFrame({"id": ids})
    layers = {LayerInfo("h", 0, 0.0): (5, np.float64)}
    StoreWriter.create(path, layers, rows=120, examples=table).append({LayerInfo("h", 0, 0.0): X})
    return rs.open_store(path)


def test_activations_survive_a_study_that_has_no_answer(tmp_path: Path) -> None:
    store(tmp_path / "s" / "activations.zarr", list(map(str, range(120))))
    for measures in (
        [("overlap_neighbors", {"k": 119}), ("id_gride", {"max_rank": 1000})],
        [("id_twonn", {"estimator": "mel"})],
    ):
        with pytest.raises((InputError, ValueError)):
            rs.run(tmp_path / "s" / "activations.zarr", rs.Plan(measures=measures), folder=tmp_path / "s")
        assert rs.open_store(tmp_path / "s")["h"].shape == (120, 5)
        assert {entry.name for entry in (tmp_path / "s").iterdir()} == {"activations.zarr"}


def test_collapsed_layers_are_told_and_the_others_measured() -> None:
    few = np.repeat(X[:3], 40, axis=0)
    some = np.repeat(X[:20], 6, axis=0)
    results = rs.run({"fine": X, "few": few, "some": some, "constant": np.ones((120, 5))})
    assert {r.place.layer.name for r in results.select("id_gride")} == {"fine"}
    assert {r.place.layer.name for r in results.select("id_twonn")} == {"fine", "few", "some"}
    assert any("layer some: id_gride has no value" in w and "Got 20 in 120 rows" in w for w in results.warnings)


def test_a_study_with_a_collapsed_layer_goes_on(tmp_path: Path) -> None:
    source = {"fine": X, "two": np.repeat(X[:2], 60, axis=0)}
    plan = rs.Plan(measures=["id_twonn", K5, rs.Measure("spread", fn=lambda X: float(X.std()))])
    first = rs.run(source, plan, folder=tmp_path / "s")
    assert rs.run(source, plan, folder=tmp_path / "s").records == first.records


def test_the_last_layer_is_that_of_each_model() -> None:
    source = {"deep": {"a": X, "b": X, "c": X}, "shallow": {"p": X, "q": X}}
    results = rs.run(source, rs.Plan(measures=["id_twonn"], layers=-1))
    assert [(r.place.model, r.place.layer.name) for r in results] == [("deep", "c"), ("shallow", "q")]
    with pytest.raises(ValueError, match="matches none of a, b, c, p, q"):
        rs.run(source, rs.Plan(measures=["id_twonn"], layers="z"))


def test_large_steps_are_told_apart() -> None:
    checkpoints = rs.Trajectory([(np.int64(10_000_001), {"h": X}), (10_000_002, {"h": X[:, :3]})])
    assert len(rs.run(checkpoints, rs.Plan(measures=["id_twonn"]))) == 2


def test_names_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(InputError, match="Got '1' twice"):
        rs.run({1: X, "1": X}, rs.Plan(measures=["id_twonn"]))
    assert len(rs.run({"overlap_neighbors": X, "b": X}, rs.Plan(measures=["id_twonn", K5])).select("id_twonn")) == 2


def test_stores_of_other_examples_are_not_compared(tmp_path: Path) -> None:
    ids = list(map(str, range(120)))
    one, other = store(tmp_path / "a.zarr", ids), store(tmp_path / "b.zarr", ids[::-1])
    with pytest.raises(InputError, match="other examples than what was read before it"):
        rs.run({"a": one, "b": other}, rs.Plan(measures=[K5]))


def test_options_of_any_type_are_kept_and_compared(tmp_path: Path) -> None:
    asked = [
        ("id_twonn", {"fraction": np.float64(0.8), "estimator": "mle", "error": None}),
        ("overlap_neighbors", {"k": np.int64(5)}),
    ]
    first = rs.run({"a": X, "b": X}, rs.Plan(measures=asked), folder=tmp_path / "s")
    turned = [("id_twonn", {"error": None, "estimator": "mle", "fraction": 0.8}), K5]
    assert rs.run({"a": X, "b": X}, rs.Plan(measures=turned), folder=tmp_path / "s").records == first.records
    more = rs.run({"a": X, "b": X}, rs.Plan(measures=["id_twonn"]), folder=tmp_path / "s")
    assert {r.variant for r in more} - {r.variant for r in first} == {"id_twonn"}
    assert rs.Plan.from_dict(rs.Plan(measures=asked).to_dict()).to_dict() == rs.Plan(measures=turned).to_dict()
    with pytest.raises(InputTypeError, match="exclude of overlap_labels in a plan must be the name of a column"):
        rs.Plan(measures=[("overlap_labels", {"exclude": np.arange(120)})])


def test_groups_differ_in_chance_and_models_keep_their_axis() -> None:
    part = np.repeat(["a", "b"], 60)
    labels = np.concatenate([np.arange(60) % 2, (np.arange(60) < 55)])
    results = rs.run(
        {"h": X}, rs.Plan(measures=[("overlap_labels", {"k": 5})], by="part"), columns={"part": part, "label": labels}
    )
    dataset = results.to_dataset()
    name = "overlap_labels(k=5)[label]"
    assert "chance" not in dataset[name].attrs
    assert dataset[f"{name}_chance"].sel(group="a") < 0.6 < dataset[f"{name}_chance"].sel(group="b")
    constant = np.ones_like(X)
    dataset = rs.run({"A": {"h": X}, "B": {"h": constant}}, rs.Plan(measures=["id_twonn", K5])).to_dataset()
    assert dataset["id_twonn"].dims == ("model", "layer")


def test_the_usual_plan_fits_the_smallest_group() -> None:
    results = rs.run({"h": X}, rs.Plan(by="part"), columns={"part": np.arange(120) // 30})
    assert {r.variant for r in results.select("id_gride")} == {"id_gride(max_rank=16)"}


def test_own_graph_measure_sees_the_same_whatever_else_is_asked() -> None:
    mean = rs.Measure("reach", fn=lambda g, *, k=4: float(g.distances.mean()), takes=("graph",))
    alone = rs.run({"a": X}, rs.Plan(measures=[mean])).records[0].result.value
    beside = (
        rs.run({"a": X}, rs.Plan(measures=[("id_gride", {"max_rank": 64}), mean]))
        .select("reach")
        .records[0]
        .result.value
    )
    assert alone == beside == rs.knn_graph(X, 4).distances.mean()
    both = rs.Measure("apart", fn=lambda g, h: float((g.distances - h.distances).mean()), takes=("graph",), arity=2)
    assert rs.run({"a": X, "b": X}, rs.Plan(measures=[both])).records[0].result.value == 0
    with pytest.raises(InputError, match="merges of Measure"):
        rs.Measure("m", fn=len, takes=("graph",), arity=2, merges=True)


def test_results_and_graphs_can_be_pickled() -> None:
    g = rs.NeighborGraph.from_arrays(indices=rs.knn_graph(X, 3).indices)
    assert pickle.loads(pickle.dumps(g)).k == 3
    estimate = rs.Estimate(value=1.0, n=3)
    assert pickle.loads(pickle.dumps(estimate)) == estimate


@pytest.mark.parametrize("scale", [1e-170, 1e160])
def test_distances_that_float64_cannot_square_are_refused(scale: float) -> None:
    for measure in (rs.id_twonn, rs.id_gride, rs.id_decimation):
        with pytest.raises((InputError, ValueError), match=r"0 or infinite in float64|must be finite|overflow"):
            measure(X * scale)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_missing_labels_are_seen_in_lists(missing: object) -> None:
    g = rs.knn_graph(X, 5)
    for labels in (["a", "b", missing] * 40, np.array(["a", "b", missing] * 40, dtype=object)):
        with pytest.raises(InputError, match="has 40 missing entries, the first at index 2"):
            rs.overlap_labels(g, labels, k=5)
    with pytest.raises(InputTypeError, match="of one kind"):
        rs.overlap_labels(g, [1, "1"] * 60, k=5)
