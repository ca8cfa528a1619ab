"""A study: what it computes, that it computes each thing once, how it stops and goes on, and what it refuses."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import (
    GraphDepthError,
    InputError,
    InputTypeError,
    StudyInterrupted,
    StudyMismatchError,
    UnknownNameError,
)
from repscape.study import _tasks

N = 200


def layers(seed: int = 0, names: str = "abc") -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 5))
    return {name: X * rng.uniform(0.3, 2, size=5) + 0.3 * rng.normal(size=X.shape) for name in names}


LABELS = np.random.default_rng(9).integers(0, 3, size=N)
PLAN = rs.Plan(
    measures=["id_twonn", ("id_gride", {"max_rank": 8}), ("overlap_neighbors", {"k": 7}), ("overlap_labels", {"k": 5})],
    labels="kind",
)


def test_each_number_is_what_the_function_gives() -> None:
    source = layers()
    results = rs.run(source, PLAN, columns={"kind": LABELS})
    g = {name: rs.knn_graph(X, 100) for name, X in source.items()}  # as deep as errors read
    for record in results:
        a = g[record.place.layer.name]
        if record.info.name == "id_twonn":
            assert record.result == rs.id_twonn(a)
        elif record.info.name == "id_gride":
            assert record.result == rs.id_gride(source[record.place.layer.name], max_rank=8)
        elif record.info.name == "overlap_labels":
            assert record.result == rs.overlap_labels(a, LABELS, k=5)
        else:
            expected = rs.overlap_neighbors(a, g[record.other.layer.name], k=7)
            assert record.result.value == expected.value
            assert (record.result.per_point is None) == (record.profile == "pairs")
    assert [r.variant for r in results.select(profile="depth")][::3] == [
        "id_twonn",
        "id_gride(max_rank=8)",
        "overlap_labels(k=5)",
    ]


def test_profiles_of_one_model() -> None:
    results = rs.run(layers(names="abcd"), rs.Plan(measures=[("overlap_neighbors", {"k": 5})]))
    found: dict[str, list[str]] = {}
    for r in results:
        found.setdefault(r.profile, []).append(f"{r.place.layer.name}{r.other.layer.name}")
    assert found["next"] == ["ab", "bc", "cd"]
    assert found["first"] == ["ba", "ca", "da"]
    assert found["last"] == ["ad", "bd", "cd"]
    assert found["pairs"] == [x + y for x in "abcd" for y in "abcd"]
    assert set(found) == {"next", "first", "last", "pairs"}


def test_two_models() -> None:
    source = {"one": layers(0, "abc"), "two": layers(1, "pqrst")}
    results = rs.run(source, rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["models", "equal"]))
    matrix = results.to_dataset()["overlap_neighbors(k=5).models"]
    assert matrix.sel(layer=list("abc"), layer_other=list("pqrst")).notnull().all()
    assert int(matrix.notnull().sum()) == 15
    equal = [(r.place.layer.name, r.other.layer.name) for r in results.select(profile="equal")]
    assert equal == [("a", "p"), ("b", "r"), ("c", "t")]
    assert {(r.place.model, r.other.model) for r in results} == {("one", "two")}


def test_checkpoints() -> None:
    checkpoints = rs.Trajectory([(0, layers(0, "ab")), (10, layers(1, "ab")), (100, layers(2, "ab"))])
    results = rs.run(checkpoints, rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 5})]))
    steps = [(r.place.layer.name, r.place.step, r.other.step) for r in results.select(profile="steps")]
    assert steps == [("a", 0, 10), ("a", 10, 100), ("b", 0, 10), ("b", 10, 100)]
    dataset = results.to_dataset()
    assert dataset["id_twonn"].dims == ("step", "layer")
    assert dataset["overlap_neighbors(k=5).pairs"].sizes == {"step": 3, "layer": 2, "layer_other": 2}


def test_sites_are_not_mixed() -> None:
    from repscape._types import LayerInfo

    X = layers()["a"]
    source = {LayerInfo(f"h.{i}", i, float(i), site): X + i for site in ("residual", "norm1") for i in (0, 1)}
    results = rs.run(source, rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["pairs"]))
    assert all(r.place.layer.site == r.other.layer.site for r in results)
    assert len(results) == 8


def test_graphs_are_built_once_and_as_deep_as_anybody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    real = _tasks.knn_graph

    def counting(X: Any, k: int, **options: Any) -> rs.NeighborGraph:
        built.append(k)
        return real(X, k, **options)

    monkeypatch.setattr(_tasks, "knn_graph", counting)
    rs.run(layers(), PLAN, columns={"kind": LABELS})
    assert built == [100, 100, 100]  # what errors read
    built.clear()
    named = {"error": "model"}
    plan = [("id_twonn", named), ("id_gride", {"max_rank": 8, **named}), ("overlap_neighbors", {"error": "naive"})]
    rs.run(layers(), rs.Plan(measures=plan))
    assert built == [30, 30, 30]


def test_a_study_names_the_k_of_ordered_lists_whatever_is_stored() -> None:
    source = layers()
    (record, *_) = rs.run(source, rs.Plan(measures=["overlap_rbo"], profiles="next"))
    a, b = (rs.knn_graph(source[name], 100) for name in "ab")
    assert record.result == rs.overlap_rbo(a, b, k=30)
    assert record.result.options["k"] == 30


def test_each_comparison_of_a_symmetric_measure_is_made_once() -> None:
    lock, seen = threading.Lock(), []

    def fn(X: np.ndarray, Y: np.ndarray) -> float:
        with lock:
            seen.append((X[0, 0], Y[0, 0]))
        return float(np.abs(X - Y).mean())

    for symmetric, count in ((True, 6), (False, 9)):
        seen.clear()
        rs.run(layers(), rs.Plan(measures=[rs.Measure("apart", fn=fn, arity=2, symmetric=symmetric)]))
        assert len(seen) == len(set(seen)) == count


def test_own_measure_with_labels_and_a_curve() -> None:
    def by_class(X: np.ndarray, labels: np.ndarray) -> rs.Curve:
        classes = np.unique(labels)
        return rs.Curve(
            x=classes.astype(float), values=np.array([X[labels == c].std() for c in classes]), x_name="class", n=N
        )

    row = rs.Measure("spread", fn=by_class, takes=("points", "labels"), plot="curve", higher_means="wider")
    results = rs.run(layers(), rs.Plan(measures=[row], labels="kind"), columns={"kind": LABELS})
    assert results.to_dataset()["spread[kind]"].sizes == {"layer": 3, "class": 3}
    assert results.records[0].info.higher_means == "wider"


def test_several_label_columns_and_groups_by_column() -> None:
    source, other = layers(), (LABELS + 1) % 2
    plan = rs.Plan(measures=[("overlap_labels", {"k": 5})], labels=["kind", "other"])
    results = rs.run(source, plan, columns={"kind": LABELS, "other": other})
    assert {r.column for r in results} == {"kind", "other"}
    plan = rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 5})], by="kind", profiles=["next"])
    results = rs.run(source, plan, columns={"kind": LABELS})
    for r in results.select("id_twonn"):
        rows = int(r.group) == LABELS
        assert r.result == rs.id_twonn(source[r.place.layer.name][rows])
    assert len(results.select("overlap_neighbors")) == 6


def test_excluded_groups_are_named_by_column() -> None:
    source, family = layers(), np.arange(N) // 4
    plan = rs.Plan(measures=[("overlap_labels", {"k": 5, "exclude": "family"})], labels="kind")
    results = rs.run(source, plan, columns={"kind": LABELS, "family": family})
    expected = rs.overlap_labels(rs.knn_graph(source["b"], 8), LABELS, k=5, exclude=family)
    assert results.records[1].result == expected
    assert results.records[1].variant == "overlap_labels(exclude='family', k=5)"


def test_copied_rows_are_merged_for_dimension_and_kept_for_overlap() -> None:
    source = layers()
    rows = np.concatenate([np.arange(N), np.arange(40), np.arange(40), np.arange(40)])
    copied = {name: X[rows] for name, X in source.items()}
    results = rs.run(copied, PLAN, columns={"kind": LABELS[rows]})
    for r in results.select("id_twonn"):
        assert r.result.value == pytest.approx(rs.id_twonn(source[r.place.layer.name]).value, rel=1e-12)
        assert r.result.dropped == 120
    for r in results.select("overlap_labels"):
        g = rs.knn_graph(copied[r.place.layer.name], 5)
        assert r.result.value == rs.overlap_labels(g, LABELS[rows], k=5).value
    assert results.provenance["graphs"]["a"]["distinct"] == N


def test_a_layer_without_an_answer_is_told_and_the_others_go_on() -> None:
    source = {**layers(), "constant": np.ones((N, 5))}
    results = rs.run(source, rs.Plan(measures=["id_twonn", ("id_gride", {"max_rank": 4})]))
    assert {r.place.layer.name for r in results} == {"a", "b", "c"}
    assert len([w for w in results.warnings if "layer constant: " in w]) == 2


def test_tensors_of_any_precision_are_layers() -> None:
    torch = pytest.importorskip("torch", reason="torch is an extra")
    X = layers()["a"]
    half = torch.tensor(X, dtype=torch.bfloat16, requires_grad=True)
    results = rs.run({"a": half, "b": torch.tensor(X)}, rs.Plan(measures=["id_twonn"]))
    values = {r.place.layer.name: r.result.value for r in results}
    assert values["a"] == rs.id_twonn(half.detach().float().numpy()).value
    assert values["b"] == rs.id_twonn(X).value


# ---- the usual plan


def test_no_plan_measures_what_the_source_allows() -> None:
    results = rs.run(layers(), columns={"label": LABELS})
    assert {r.info.name for r in results} == {
        "id_twonn",
        "id_gride",
        "id_decimation",
        "health_rogue",
        "overlap_neighbors",
        "overlap_labels",
    }
    few = rs.run({"a": layers()["a"][:25]})
    assert {r.variant for r in few} == {
        "id_twonn",
        "id_twonn(estimator='mle')",
        "id_gride(max_rank=16)",
        "id_decimation",
        "health_rogue",
    }


def test_published_graphs() -> None:
    X = layers()
    graphs = {
        name: rs.NeighborGraph.from_arrays(
            indices=rs.knn_graph(points, 15).indices, distances=rs.knn_graph(points, 2).distances, self_column="none"
        )
        for name, points in X.items()
    }
    results = rs.run(graphs, columns={"label": LABELS})
    assert {r.variant for r in results} == {
        "id_twonn",
        "id_twonn(estimator='mle')",
        "id_twonn(estimator='mle', fraction=0.9)",
        "id_twonn(estimator='trimmed')",
        "id_twonn_fractions",
        "overlap_neighbors(k=15)",
        "overlap_labels(k=15)",
    }
    assert results.records[0].result.value == pytest.approx(rs.id_twonn(X["a"]).value)
    with pytest.raises(GraphDepthError, match="overlap_neighbors on layer a needs the indices of 30 neighbours"):
        rs.run(graphs, rs.Plan(measures=["overlap_neighbors"]))
    with pytest.raises(InputError, match="id_decimation needs the points themselves"):
        rs.run(graphs, rs.Plan(measures=["id_decimation"]))


# ---- stopping and going on


def test_a_finished_study_is_not_computed_again(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s")
    monkeypatch.setattr(_tasks, "knn_graph", lambda *_, **__: pytest.fail("a graph was built again"))
    again = rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s")
    assert again.records == first.records
    assert again.provenance["graphs"] == first.provenance["graphs"]


def test_interrupted_study_keeps_what_is_finished_and_goes_on(tmp_path) -> None:
    def stop_after_two(done: int, total: int, what: str) -> None:
        if done == 8:  # two layers: a graph and three measures each
            raise KeyboardInterrupt

    with pytest.raises(StudyInterrupted, match="the same command goes on") as stopped:
        rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s", threads=1, progress=stop_after_two)
    held = stopped.value.results
    assert {r.place.layer.name for r in held} == {"a", "b"}
    assert rs.load_results(tmp_path / "s").records == held.records
    whole = rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s")
    assert whole.records == rs.run(layers(), PLAN, columns={"kind": LABELS}).records


def test_graphs_survive_a_kill_before_any_result(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr("repscape.study._compute._called", killed)
    with pytest.raises(Killed):
        rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s", threads=1)
    monkeypatch.undo()
    built = []
    real = _tasks.knn_graph
    monkeypatch.setattr(_tasks, "knn_graph", lambda *a, **o: built.append(1) or real(*a, **o))
    results = rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s")
    assert len(built) == 2  # the first layer's graph was kept
    assert results.records == rs.run(layers(), PLAN, columns={"kind": LABELS}).records


def test_other_data_are_refused_by_name_of_what_differs(tmp_path) -> None:
    rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "s")
    before = {p: p.read_bytes() for p in (tmp_path / "s").rglob("*") if p.is_file()}
    for source, columns, message in (
        (layers() | {"b": layers(seed=1)["b"]}, LABELS, "of other data: layer b has other numbers here"),
        (layers(), (LABELS + 1) % 3, "of other data: its column 'kind' has other entries"),
        ({name: X[:50] for name, X in layers().items()}, LABELS[:50], "200 examples there, 50 here"),
    ):
        with pytest.raises(StudyMismatchError, match=message):
            rs.run(source, PLAN, columns={"kind": columns}, folder=tmp_path / "s")
    assert {p: p.read_bytes() for p in (tmp_path / "s").rglob("*") if p.is_file()} == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("")
    with pytest.raises(StudyMismatchError, match=r"not empty and holds no study \(thesis.tex\)"):
        rs.run(layers(), PLAN, columns={"kind": LABELS}, folder=tmp_path / "mine")


# ---- bad input


@pytest.mark.parametrize(
    ("source", "plan", "columns", "error", "message"),
    [
        ({}, None, {}, InputTypeError, "must be a store, a path, a dict"),
        ([1, 2], None, {}, InputTypeError, "Got list"),
        ({"a": np.zeros((9, 2)), "m": {"b": np.zeros((9, 2))}}, None, {}, InputTypeError, "not a mixture"),
        ({"a": np.eye(9), "b": np.eye(8)}, None, {}, InputError, "a and b of run must describe the same examples"),
        ({"a": np.zeros((9, 2, 2))}, None, {}, InputError, "layer 'a' of run must be 2-D"),
        ({"a": np.full((9, 2), np.nan)}, None, {}, InputError, "layer a: .* must be finite"),
        (
            {"a": np.eye(9)},
            rs.Plan(measures=["overlap_labels"]),
            {},
            UnknownNameError,
            "reads column 'label'; .* no columns",
        ),
        ({"a": np.eye(9)}, PLAN, {"kinds": [0] * 9}, UnknownNameError, "Did you mean 'kinds'"),
        ({"a": np.eye(9)}, None, {"label": [0] * 8}, InputError, r"column 'label' of run must have shape \(9,\)"),
        (
            {"a": np.eye(9)},
            rs.Plan(measures=["id_gride"]),
            {},
            InputError,
            "id_gride needs 64 neighbours .* 9 examples have 8",
        ),
        (
            {"a": np.eye(9)},
            rs.Plan(measures=["id_twonn"], layers=["b*"]),
            {},
            UnknownNameError,
            r"'b\*' matches none of a",
        ),
        ({"a": np.eye(9)}, "id_twonn", {}, InputTypeError, "plan of run must be a Plan"),
        ("no/such/file.npz", None, {}, InputError, "no/such/file.npz"),
    ],
)
def test_refused(source: Any, plan: Any, columns: dict, error: type, message: str, tmp_path) -> None:
    with pytest.raises(error, match=message):
        rs.run(source, plan, columns=columns, folder=tmp_path / "s")
    assert not (tmp_path / "s" / "results.zarr").exists()


def test_layers_of_a_plan() -> None:
    def chosen(wanted: Any) -> str:
        results = rs.run(layers(names="abcd"), rs.Plan(measures=["id_twonn"], layers=wanted))
        return "".join(r.place.layer.name for r in results)

    assert chosen("all") == "abcd"
    assert chosen(["d", "a"]) == "ad"
    assert chosen("[bc]") == "bc"
    assert chosen(-1) == "d"
    assert chosen([0, "c"]) == "ac"


def test_progress_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[int, int, str]] = []
    rs.run(layers(), PLAN, columns={"kind": LABELS}, progress=lambda *what: told.append(what))
    assert [done for done, *_ in told] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 18]
    assert {total for _, total, _ in told} == {18}  # 3 layers, a graph and 3 measures each; 6 pairs together
    rs.run(layers(), PLAN, columns={"kind": LABELS}, progress=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "18/18" in captured.err


def test_only_columns_that_are_read_must_be_whole() -> None:
    columns = {"kind": LABELS, "note": np.array([None] * N), "score": np.full(N, np.nan)}
    results = rs.run(layers(), PLAN, columns=columns)
    assert len(results.select("overlap_labels")) == 3
    with pytest.raises(InputError, match="missing entries"):
        rs.run(layers(), rs.Plan(measures=[("overlap_labels", {"k": 5})], labels="note"), columns=columns)


def test_names_that_no_file_can_hold_are_refused() -> None:
    with pytest.raises(InputError, match="name of a layer of run must be text that can be written as UTF-8"):
        rs.run({"bad\ud800": layers()["a"]})


def test_a_stored_layer_larger_than_memory_is_read_by_blocks(tmp_path) -> None:
    from repscape._types import LayerInfo
    from repscape.errors import MemoryBudgetError
    from repscape.store import StoreWriter

    X = layers()["a"].astype(np.float32)
    info = LayerInfo("a", 0, 0.0)
    StoreWriter.create(tmp_path / "s.zarr", {info: (5, np.float32)}, rows=N, slab_rows=64).append({info: X})
    store = rs.open_store(tmp_path / "s.zarr")
    plan = rs.Plan(measures=["id_twonn"])
    assert rs.run(store, plan, memory=1000).records[0].result == rs.run({"a": X}, plan).records[0].result
    with pytest.raises(
        MemoryBudgetError, match="id_decimation reads all points of a layer at once, and 200 x 5 of float32"
    ):
        rs.run(store, rs.Plan(measures=["id_decimation"]), memory=1000)
