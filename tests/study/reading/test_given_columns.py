"""Columns given to a study: joined to stores, arrays and models by id, and everything checked before a model is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tomli_w

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.store import StoreWriter
from repscape.study import ModelSource, StudySpec, import_arrays, read_study
from tests.extraction.tiny_models import WORDS, save_tiny

N = 60
IDS = [f"r{i}" for i in np.random.default_rng(5).permutation(N)]
KIND = np.random.default_rng(1).integers(0, 3, N)
POINTS = np.random.default_rng(2).normal(size=(N, 5)) + 2 * KIND[:, None]
PLAN = rs.Plan(measures=[("overlap_labels", {"k": 5})], labels="kind")
SHUFFLED = np.random.default_rng(3).permutation(N)


def value(source: Any, columns: Any = None, plan: rs.Plan = PLAN) -> float:
    return rs.run(source, plan, columns=columns).records[0].result.value


def store(folder: Path, ids: Any) -> str:

    layer = LayerInfo("h", 0, 0.0)
    table = pd.DataFrame({"id": ids, "text": "t"})
    writer = StoreWriter.create(folder / "s.zarr", {layer: (5, np.float64)}, rows=N, examples=table, slab_rows=N)
    writer.append({layer: POINTS})
    return str(folder / "s.zarr")


RIGHT = value({"h": POINTS}, {"kind": KIND})


@pytest.mark.parametrize("ids", [IDS, np.arange(N), np.arange(N)[::-1] * 7, [f"0{i}" for i in range(N)]])
@pytest.mark.parametrize("form", ["frame", "index", "mapping", "file"])
def test_a_store_takes_columns_by_id(ids: Any, form: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ids, "kind": KIND}).iloc[SHUFFLED]
    frame.to_csv(tmp_path / "kinds.csv", index=False)
    given = {
        "frame": frame,
        "index": frame.set_index("id"),
        "mapping": {name: frame[name].to_numpy() for name in frame},
        "file": StudySpec.of(["x"], [f"{tmp_path / 'kinds.csv'}:kind"]).load()[1],
    }[form]
    assert value(store(tmp_path, ids), given) == RIGHT
    assert value(store(tmp_path / "again", ids), {"kind": KIND}) == RIGHT
    assert value({"h": POINTS}, {"kind": KIND[SHUFFLED]}) != RIGHT


def test_a_store_refuses_other_ids_and_other_counts(tmp_path: Path) -> None:
    source = store(tmp_path, IDS)
    frame = pd.DataFrame({"id": IDS, "kind": KIND})
    for wrong, message in (
        (frame.iloc[1:], f"must have the ids of the examples: it lacks '{IDS[0]}'"),
        (frame.assign(id=[f"q{i}" for i in range(N)]), "it lacks .* and 55 more; it has 'q0'"),
        (frame.assign(id=IDS[0]), "must have different ids"),
        (frame[["kind"]].iloc[1:], r"column 'kind' of run must have shape \(60,\).* Got \(59,\). A column 'id'"),
    ):
        with pytest.raises(InputError, match=message):
            rs.run(source, PLAN, columns=wrong)
    more = pd.concat([frame, frame.assign(id=[f"x{i}" for i in range(N)])])
    results = rs.run(source, PLAN, columns=more.iloc[::-1])
    assert results.records[0].result.value == RIGHT
    assert "60 of 120 rows of columns are of no example here and were left out" in results.warnings


def test_arrays_have_ids_where_an_array_says_so(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", h=POINTS, id=np.array(IDS))
    np.savez(tmp_path / "b.npz", h=POINTS)
    pd.DataFrame({"id": IDS, "kind": KIND}).iloc[SHUFFLED].to_csv(tmp_path / "k.csv", index=False)
    spec = StudySpec.of([str(tmp_path / "a.npz")], [f"{tmp_path / 'k.csv'}:kind"])
    assert value(spec.source, spec.load()[1]) == RIGHT
    with pytest.raises(InputError, match="k.csv has ids, not in order, and the examples have none to join them by"):
        value(str(tmp_path / "b.npz"), spec.load()[1])
    import_arrays(tmp_path / "a.npz", tmp_path / "taken", columns=[f"{tmp_path / 'k.csv'}:kind"])
    assert value(str(tmp_path / "taken")) == RIGHT


def test_models_of_other_orders_are_not_compared(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", h=POINTS, id=np.array(IDS), kind=KIND)
    np.savez(tmp_path / "b.npz", h=POINTS[SHUFFLED], id=np.array(IDS)[SHUFFLED], kind=KIND[SHUFFLED])
    np.savez(tmp_path / "c.npz", h=POINTS[SHUFFLED], kind=KIND[SHUFFLED])
    np.savez(tmp_path / "d.npz", h=POINTS * 2, id=np.array(IDS), kind=KIND)
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["models"])
    both = {name: str(tmp_path / f"{name}.npz") for name in "abcd"}
    assert rs.run({"a": both["a"], "d": both["d"]}, plan).records[0].result.value == 1
    with pytest.raises(
        InputError, match="b.npz holds other examples than what was read before it, or the same in another order"
    ):
        rs.run({"a": both["a"], "b": both["b"]}, plan)
    with pytest.raises(InputError, match="c.npz has a column 'kind' with other entries than the one read before it"):
        rs.run({"a": both["a"], "c": both["c"]}, plan)
    with pytest.raises(InputError, match="a.npz holds other examples|has a column 'kind'"):
        rs.run({"s": store(tmp_path, IDS[::-1]), "a": both["a"]}, plan)


def test_ids_of_another_name_are_told(tmp_path: Path) -> None:
    frame = pd.DataFrame({"sid": IDS, "kind": KIND}).iloc[SHUFFLED]
    frame.to_csv(tmp_path / "k.csv", index=False)
    source = store(tmp_path, IDS)
    np.savez(tmp_path / "named.npz", h=POINTS, sid=np.array(IDS))
    told = StudySpec.of([str(tmp_path / "named.npz")], [f"{tmp_path / 'k.csv'}:kind"], id_column="sid")
    assert value(told.source, told.load()[1]) == RIGHT
    frame.to_csv(tmp_path / "k.csv", index=False, sep="^", encoding="utf-16")
    told = StudySpec.of([source], [f"{tmp_path / 'k.csv'}:kind"], id_column="sid").with_reading(separator="^")
    assert value(source, told.load()[1]) == RIGHT
    again = tmp_path / "study.toml"
    again.write_text(tomli_w.dumps({"source": told.origin()}))
    assert value(source, read_study(again).load()[1]) == RIGHT


def test_values_are_numbers_and_labels_keep_their_spelling(tmp_path: Path) -> None:
    score = np.random.default_rng(4).normal(size=N)
    frame = pd.DataFrame({"id": IDS, "kind": [f"0{k}" for k in KIND], "score": [f"{x:+.4f}" for x in score]})
    plan = rs.Plan(measures=[("overlap_values", {"k": 5})], values=["score"])
    source = store(tmp_path, IDS)
    rounded = np.array([float(f"{x:.4f}") for x in score])
    assert value(source, frame, plan) == value({"h": POINTS}, {"score": rounded}, plan)
    with pytest.raises(InputTypeError, match="column 'score' is read as numbers; row 3 holds 'unknown'"):
        value(source, frame.assign(score=[*frame["score"][:3], "unknown", *frame["score"][4:]]), plan)
    with pytest.raises(InputError, match="column 'score' of run must be finite. Got nan at index \\(2,\\)"):
        value(source, frame.assign(score=[*frame["score"][:2], "NA", *frame["score"][3:]]), plan)
    both = rs.Plan(measures=["overlap_values", "overlap_labels"], values=["score"], labels="score")
    with pytest.raises(InputError, match="reads column 'score' both as values and as labels"):
        value(source, frame, both)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"kind": np.ma.masked_array(KIND, KIND == 1)}, "column 'kind' of run must not be masked"),
        ({"kind": KIND * 1j}, "column 'kind' of run must hold text, numbers or dates. Got dtype complex128"),
        ({"kind": [[1], [2, 3]]}, "column 'kind' of run must have rows of one length"),
        ({"kind": KIND[:, None]}, r"column 'kind' of run must have shape \(60,\).* Got \(60, 1\)"),
        (pd.Series(KIND), "columns must be a mapping of names to arrays, a DataFrame"),
        (KIND, "columns must be a mapping"),
    ],
)
def test_columns_that_cannot_be(columns: Any, message: str) -> None:
    with pytest.raises((InputError, InputTypeError), match=message):
        rs.run({"h": POINTS}, PLAN, columns=columns)


# ---- models


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("joined")
    save_tiny("BERT", folder / "bert")
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, rng.integers(2, 12))) for _ in range(N)]
    frame = pd.DataFrame({"id": IDS, "text": texts, "kind": KIND})
    frame.to_csv(folder / "t.csv", index=False)
    family = frame.assign(family=[f"0{k}" for k in KIND], score=rng.normal(size=N))[["id", "family", "score"]]
    family.iloc[SHUFFLED].to_csv(folder / "fam.csv", index=False)
    family.drop(columns="id").to_csv(folder / "rows.csv", index=False)
    family.iloc[1:].to_csv(folder / "short.csv", index=False)
    family.drop(columns="id").iloc[:20].to_csv(folder / "twenty.csv", index=False)
    return folder


def spec(home: Path, file: str = "fam.csv", label: str = "family", **options: Any) -> StudySpec:
    models = ModelSource.of([str(home / "bert")], str(home / "t.csv"), text="text", label=label, **options)
    plan = {"measures": [{"name": "overlap_labels", "k": 5}], "labels": [label]}
    return StudySpec({}, (f"{home / file}:{label}",) if label != "kind" else (), plan, models)


def values(asked: StudySpec, folder: Path) -> list[float]:
    plan, columns = asked.load()
    return [record.result.value for record in rs.run(asked.opened(folder), plan, columns=columns)]


@pytest.mark.parametrize(
    "options",
    [{"limit": 40}, {"balance": 12}, {"rows": np.arange(45)[::-1]}],
    ids=["limit", "balance", "rows"],
)
def test_a_model_takes_labels_from_a_file(options: dict[str, Any], home: Path, tmp_path: Path) -> None:
    expected = values(spec(home, label="kind", **options), tmp_path / "own")
    for file in ("fam.csv", "rows.csv"):
        assert values(spec(home, file, **options), tmp_path / file) == expected
    kept = rs.open_store(tmp_path / "fam.csv" / "activations.zarr").examples
    assert "family" not in kept.columns  # a store holds what the data say; the study has the rest
    assert len(kept) == {"limit": 40, "balance": 36, "rows": 45}[next(iter(options))]


def test_a_row_for_every_token_takes_its_text_s_label(home: Path, tmp_path: Path) -> None:
    asked = spec(home, pool="token", limit=20)
    plan, columns = asked.load()
    found = rs.run(asked.opened(tmp_path), plan, columns=columns)
    table = rs.open_store(tmp_path / "activations.zarr").examples
    assert len(table) > 60
    assert found.records[0].result.n == len(table)
    wanted = table["id"].map(dict(zip(IDS, KIND, strict=True)))
    assert found.records[0].result.value == value(tmp_path / "activations.zarr", {"kind": wanted.to_numpy()})


@pytest.mark.parametrize(
    ("file", "options", "message"),
    [
        ("short.csv", {}, f"must have the ids of the examples of .*t.csv: it lacks '{IDS[0]}'"),
        ("short.csv", {"limit": 20}, "it lacks"),
        ("twenty.csv", {"limit": 20}, r"must have shape \(60,\).* Got \(20,\)"),
        ("twenty.csv", {}, r"must have shape \(60,\).* Got \(20,\)"),
        ("fam.csv", {"balance": 100}, "smallest class"),
        ("fam.csv", {"id_column": "nid"}, "id_column must be a column of"),
        ("fam.csv:score", {}, "has no column|must be"),
    ],
)
def test_everything_is_checked_before_a_model_is_opened(
    file: str, options: dict[str, Any], message: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: Any, **__: Any) -> Any:
        raise AssertionError("the model was opened")

    for place in ("repscape.study._extract.open_model", "repscape.study.reading._models.open_model"):
        monkeypatch.setattr(place, opened)
    asked = spec(home, file, **options)
    with pytest.raises((InputError, UnknownNameError), match=message):
        asked.load()
    assert list(tmp_path.iterdir()) == []


def test_columns_of_the_plan_are_there_before_a_model_is_opened(home: Path) -> None:
    asked = spec(home)
    for entries, message in (
        ({"labels": ["famly"]}, "the plan reads column 'famly'.* Did you mean 'family'"),
        ({"measures": ["overlap_values"], "values": ["text"]}, "column 'text' is read as numbers; row 0"),
        ({"by": "genre"}, "the plan reads column 'genre'"),
    ):
        with pytest.raises((UnknownNameError, InputTypeError), match=message):
            asked.with_given(plan=entries).load()
    assert asked.with_given(plan={"measures": ["overlap_values"], "values": ["length"]}).load()[0] is not None


# ---- what an option may be, and what a file may ask for


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0}, "limit of a study of models must be an int of at least 1. Got 0"),
        ({"limit": False}, "limit .* Got False"),
        ({"limit": "5"}, "limit .* Got '5'"),
        ({"balance": 0}, "balance .* Got 0"),
        ({"max_length": 0}, "max_length .* Got 0"),
        ({"batch_size": 0}, "batch_size .* Got 0"),
        ({"batch_size": np.int64(-1)}, "batch_size .* Got -1"),
        ({"revision": ""}, "revision must be a name or a path"),
    ],
)
def test_zeros_are_refused_and_not_passed_over(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ModelSource.of(["m"], "d.csv", **options)


@pytest.mark.parametrize(
    ("models", "data"), [([""], "d.csv"), (["m"], ""), (["a="], "d.csv"), (["a=m", "b="], "d.csv")]
)
def test_names_that_are_empty(models: list[str], data: str) -> None:
    with pytest.raises(InputError, match=r"(model|data) must be a name or a path. Got \["):
        ModelSource.of(models, data)
    with pytest.raises(InputError, match="arrays must be paths of layers"):
        StudySpec.of([""])
    with pytest.raises(InputError, match="a path of columns must be a file that exists. Got ''"):
        StudySpec.of(["x.npy"], [""]).load()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[source]\narrays = 3\n", "arrays in .source. of .* must be text, or a table of names with text. Got 3"),
        ("[source]\narrays = []\n", "arrays in"),
        ("[source]\narrays = {a = 1}\n", "arrays in"),
        ("[source]\narrays = 'x'\ncolumns = 2\n", "columns in .* must be text or a list of text"),
        ("[source]\narrays = 'x'\ncolumns = [1]\n", "columns in"),
        ("[source]\nmodel = ['a']\ndata = 'd'\n", "model in"),
        ("[source]\nmodel = 'a'\ndata = ['d']\n", "data in .* must be text"),
        ("[source]\nmodel = 'a'\ndata = 'd'\nrevisions = 'main'\n", "revisions in .* must be a list of text"),
        ("[source]\nmodel = 'a'\ndata = 'd'\noptions = 1\n", "options in .* must be a table"),
        (
            "[source]\nmodel = 'a'\ndata = 'd'\noptions = {limit = 0}\n",
            "limit in .* must be a whole number of at least 1. Got 0",
        ),
        ("[source]\narrays = 'x'\n[plan]\nmeasures = 'id_twonn'\n", "measures in .plan. of .* must be a list"),
        ("[source]\narrays = 'x'\n[plan]\nmeasures = [1]\n", "measures in"),
        ("[source]\narrays = 'x'\n[plan]\nlayers = 1.5\n", "layers in"),
        ("[source]\narrays = 'x'\n[plan]\nlabels = [[1]]\n", "labels in"),
        ("[source]\narrays = 'x'\n[plan]\nwhole = 'yes'\n", "whole in .* must be true or false"),
        ("[source]\narrays = 'x'\n[plan]\nby = ['a']\n", "by in .* must be text"),
        ("source = 'x'\n", r"must have a table \[source\]"),
        ("also = 3\n[source]\narrays = 'x'\n", r"\[\[also\]\] of .* must be a list of tables"),
        ("[source]\narrays = 'x'\n[[also]]\nwhole = 1\n", r"whole in \[\[also\]\] of .* must be true or false"),
        ("[source]\narrays = 'x'\n[plan]\nprofiles = 2020-01-01\n", "profiles in"),
        ("a = " + "[" * 20_000, "cannot be read as TOML"),
        ("a = " + "7" * 5_000, "cannot be read as TOML"),
        ("a = 1\na = 2\n", "cannot be read as TOML"),
    ],
    ids=range(23),
)
def test_a_study_file_of_other_types_is_refused_whole(toml: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(toml)
    with pytest.raises((InputError, InputTypeError), match=message):
        read_study(tmp_path / "study.toml")


def test_all_that_is_wrong_in_a_study_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        "study = 3\nodd = 1\n[source]\narrays = 1\ncolums = 'x'\n[source.options]\nlimit = 'all'\n[plan]\nmeasures = [1]\n"
    )
    with pytest.raises(InputError, match="study.toml has 6 problems") as caught:
        read_study(tmp_path / "study.toml")
    said = str(caught.value)
    for part in ("[study] of", "odd", "arrays in", "'colums'", "limit in", "measures in"):
        assert part in said
    (tmp_path / "study.toml").write_text("[source]\narrays = 'x'\n[plan]\nlabels = 3\nwhole = 'no'\n")
    with pytest.raises(InputTypeError, match="2 problems"):
        read_study(tmp_path / "study.toml")


CANARY = "import pathlib\npathlib.Path(__file__).with_name('sung').touch()\n\ndef build():\n    raise SystemExit\n"


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ({"model": "canary_of_a_stranger:build"}, "--allow-code"),
        ({"model": "some/model", "options": {"trust_remote_code": True}}, "--trust-remote-code"),
        ({"model": {"a": "m", "b": "canary_of_a_stranger:build"}}, "--allow-code"),
        ({"model": "some/model", "options": {"allow_pickle": True}}, "--allow-pickle"),
    ],
)
def test_what_a_file_says_never_runs_code(
    source: dict[str, Any], flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "canary_of_a_stranger.py").write_text(CANARY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "d.csv").write_text("text\na\nb\nc\n")
    (tmp_path / "study.toml").write_text(tomli_w.dumps({"source": {**source, "data": "d.csv"}}))
    asked = read_study(tmp_path / "study.toml")
    for work in (lambda: asked.opened(tmp_path / "out"), lambda: asked.forecast(tmp_path / "out")):
        with pytest.raises(InputError, match=f"What a file says never runs code.* {flag}"):
            work()
    assert not (tmp_path / "sung").exists()
    name = flag.removeprefix("--").replace("-", "_")
    assert asked.trusting(**{name: True}).models.asks == ()
    assert asked.trusting(allow_pickle=name != "allow_pickle").models.asks != ()


def test_a_stranger_s_pickle_of_labels_is_not_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "kind.npy", np.array(["a", "b"], dtype=object), allow_pickle=True)
    asked = StudySpec.of(["x.npy"], [str(tmp_path / "kind.npy")])
    with pytest.raises(InputError, match="kind.npy cannot be read: it holds pickled Python objects"):
        asked.load()
    assert list(asked.trusting(allow_pickle=True).load()[1]["kind"]) == ["a", "b"]
