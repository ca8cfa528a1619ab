"""A study that grows, one whose units fail, one that is damaged, moved, locked, or of another time."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import BusyError, InputError, RepscapeWarning, StoreError, StudyMismatchError, UnitError
from repscape.study import StudyFolder, _blocks, _compute, _tasks
from repscape.study._journal import Journal, read_unit

N = 120
LABELS = np.arange(N) % 3
PLAN = rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 5}), ("overlap_neighbors", {"k": 5})], labels="kind")


def layers(names: str = "abcd") -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, 5))
    return {name: X + 0.4 * rng.normal(size=X.shape) for name in names}


def run(folder: Path, plan: rs.Plan = PLAN, source: Any = None, **options: Any) -> rs.Results:
    return rs.run(source or layers(), plan, columns={"kind": LABELS}, folder=folder, **options)


# ---- an error in one unit takes no other with it


def failing(name: str, where: np.ndarray) -> rs.Measure:
    """A measure that fails on one layer."""

    def fn(X: np.ndarray) -> float:
        if np.array_equal(X, where):
            raise RuntimeError("boom")
        return float(X.std())

    return rs.Measure(name, fn=fn)


def test_a_measure_that_fails_on_the_last_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = _compute._called
    broken = True

    def called(call: Any, side: Any, desk: Any) -> Any:
        if broken and call.item.measure.name == "id_twonn" and side.name == "d":
            raise RuntimeError("boom")
        asked.append((call.name, side.name))
        return real(call, side, desk)

    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(_compute, "_called", called)
    with pytest.warns(RepscapeWarning, match="1 unit of the study failed.*d: id_twonn failed: RuntimeError: boom"):
        results = run(tmp_path / "s")
    assert [(f.unit, f.measure, f.error) for f in results.failed] == [("d", "id_twonn", "RuntimeError: boom")]
    assert rs.load_results(tmp_path / "s").failed == results.failed
    assert "d: id_twonn failed: RuntimeError: boom." in results.warnings
    page = rs.open_study(tmp_path / "s").report()
    assert "id_twonn failed: RuntimeError: boom" in page.read_text()
    broken = False
    asked.clear()
    whole = run(tmp_path / "s")
    assert asked == [("id_twonn", "d")]  # alone
    assert whole.failed == ()
    assert whole.records == run(tmp_path / "other").records


def test_nan_in_the_last_layer_is_named_and_mended_data_go_on(tmp_path: Path) -> None:
    bad = {**layers(), "d": np.where(np.arange(5) == 2, np.nan, layers()["d"])}
    with pytest.warns(RepscapeWarning):
        results = run(tmp_path / "s", source=bad)
    assert {r.place.layer.name for r in results.select("id_twonn")} == {"a", "b", "c"}
    assert {f.unit for f in results.failed if " and " not in f.unit} == {"d"}
    assert {f.measure for f in results.failed if f.unit == "d"} == {"graph", "id_twonn", "overlap_labels(k=5)[kind]"}
    assert all(" d" in f" {f.unit}" for f in results.failed)
    assert len([w for w in results.warnings if "must be finite" in w]) == 2  # one sentence for each cause
    whole = run(tmp_path / "s")  # nothing of layer d was finished: other numbers are no other study
    assert whole.records == run(tmp_path / "other").records
    with pytest.raises(StudyMismatchError, match="layer d has other numbers here"):
        run(tmp_path / "s", source=bad)


@pytest.mark.parametrize("phase", ["graph", "pairs"])
def test_other_phases_that_fail(phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = layers()["b"]

    def graph(X: np.ndarray, *rest: Any, **options: Any) -> Any:
        if np.array_equal(X, where):
            raise RuntimeError("no graph")
        return real(X, *rest, **options)

    real = _tasks.knn_graph
    if phase == "graph":
        monkeypatch.setattr(_tasks, "knn_graph", graph)
    else:
        monkeypatch.setattr(_compute, "as_deep", lambda g, call: 1 / 0 if call.item.measure.arity == 2 else g)
    with pytest.warns(RepscapeWarning):
        results = run(tmp_path / "s")
    monkeypatch.undo()
    failed = {f.measure for f in results.failed}
    if phase == "graph":
        assert ("b", "graph", "RuntimeError: no graph") in {(f.unit, f.measure, f.error) for f in results.failed}
        assert {r.place.layer.name for r in results.select("id_twonn")} == {"a", "c", "d"}
        assert {r.other.layer.name for r in results.select("overlap_neighbors")} <= {"a", "c", "d"}
    else:
        assert failed == {"overlap_neighbors(k=5)"}
        assert len(results) == 8
    assert run(tmp_path / "s").records == run(tmp_path / "other").records


def test_fail_fast_and_every_unit_failed(tmp_path: Path) -> None:
    row = failing("spread", layers()["b"])
    with pytest.raises(UnitError, match=r"layer b: RuntimeError: boom \(spread\)"):
        run(tmp_path / "s", rs.Plan(measures=[row]), fail_fast=True, threads=1)
    assert [r.place.layer.name for r in rs.open_study(tmp_path / "s").results] == ["a"]
    with pytest.raises(UnitError, match="boom"):
        rs.run({"b": layers()["b"]}, rs.Plan(measures=[row]))
    quitter = rs.Measure("quitter", fn=lambda X: sys.exit(3))
    with pytest.raises(UnitError, match="layer a: SystemExit: 3"):
        rs.run({"a": layers()["a"]}, rs.Plan(measures=[quitter]))


def test_what_cannot_start_is_refused_before_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_blocks, "build_graphs", lambda *_, **__: pytest.fail("a graph was built"))
    for measure, message in (
        (("id_twonn", {"fraction": 1.5}), r"fraction of id_twonn must be a number in \(0, 1\]. Got 1.5"),
        (("overlap_labels", {"k": 0}), r"k of overlap_labels must be an int .*Got 0"),
        (("overlap_neighbors", {"k": 120}), "needs 120 neighbours"),
        (("probe_linear", {"folds": 1}), "folds of probe_linear must be"),
    ):
        with pytest.raises(InputError, match=message):
            run(tmp_path / "s", rs.Plan(measures=[measure], labels="kind"))
        assert not (tmp_path / "s").exists()


# ---- a study grows


def test_further_measures_labels_layers_and_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    real = _tasks.knn_graph
    monkeypatch.setattr(_tasks, "knn_graph", lambda X, k, **o: built.append(k) or real(X, k, **o))
    first = run(tmp_path / "s", source=layers("ab"))
    assert built == [100, 100]
    built.clear()
    study = rs.open_study(tmp_path / "s")
    with pytest.raises(InputError, match="were in memory and cannot be read again"):
        study.run(PLAN)
    more = rs.run(layers("ab"), rs.Plan(measures=["probe_knn", ("overlap_labels", {"k": 20})]), folder=tmp_path / "s")
    assert built == []  # graphs are deep enough; the labels are the study's own
    assert {r.column for r in more.select("overlap_labels")} == {"kind"}
    assert more.select("id_twonn").records == first.select("id_twonn").records
    assert rs.open_study(tmp_path / "s").plan.label_columns == ("kind",)
    deeper = rs.run(layers("ab"), rs.Plan(measures=[("overlap_neighbors", {"k": 110})]), folder=tmp_path / "s")
    assert built == [110, 110]
    built.clear()
    topic = {"topic": np.arange(N) % 2}
    rs.run(layers("ab"), rs.Plan(measures=["probe_knn"], labels="topic"), columns=topic, folder=tmp_path / "s")
    further = rs.run(layers("abc"), folder=tmp_path / "s")
    assert built == [110]  # of the new layer alone
    assert len(further.select("id_twonn")) == 3
    two = rs.run({"": layers("abc"), "new": layers("pq")}, folder=tmp_path / "s")
    assert {r.place.model for r in two} == {"", "new"}
    assert {r.profile for r in two} >= {"models"}
    assert len(deeper) < len(further) < len(two)
    table = rs.open_study(tmp_path / "s").examples
    assert list(table.columns) == ["kind", "topic"]
    fresh = rs.run(
        {"": layers("abc"), "new": layers("pq")}, folder=tmp_path / "fresh", columns={"kind": LABELS, **topic},
        plan=rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 110})]),
    )  # fmt: skip
    for record in fresh:  # whatever was asked first, the numbers are the same
        assert record in two.records


def test_nothing_is_computed_twice_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "s", source={"x": layers()})
    monkeypatch.setattr(_blocks, "build_graphs", lambda *_, **__: pytest.fail("a graph was built"))
    monkeypatch.setattr(_compute, "_called", lambda *_: pytest.fail("something was measured"))
    again = run(tmp_path / "s", source={"y": layers()})  # a further model of the same numbers
    assert {r.place.model for r in again} == {"x", "y"}


def test_studies_are_compared_made_smaller_and_removed_files_stay_away(tmp_path: Path) -> None:
    from repscape.study import diff_studies, remove_from_study

    run(tmp_path / "s")
    run(tmp_path / "t", rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 6})], labels="kind"))
    found = diff_studies(tmp_path / "s", tmp_path / "t")
    assert {d.what for d in found} == {"values"}
    assert "overlap_labels(k=6)[kind] of a: only in the second" in map(str, found)
    assert not [d for d in found if d.name.startswith("id_twonn")]
    left = remove_from_study(tmp_path / "s", measures=[{"name": "overlap_neighbors"}])
    assert {r.info.name for r in left} == {"id_twonn", "overlap_labels"}
    assert rs.load_results(tmp_path / "s").records == left.records
    assert [item.measure.name for item in rs.open_study(tmp_path / "s").plan.items] == ["id_twonn", "overlap_labels"]
    with pytest.raises(ValueError, match="Did you mean 'id_twonn'"):
        remove_from_study(tmp_path / "s", measures=[{"name": "id_twon"}])
    assert diff_studies(tmp_path / "s", tmp_path / "s") == []
    assert run(tmp_path / "s").records == run(tmp_path / "fresh").records


# ---- units travel


def test_units_can_be_sent_to_other_processes(tmp_path: Path) -> None:
    from repscape._types import LayerInfo
    from repscape.store import StoreWriter

    infos = {LayerInfo(name, i, i / 3): (5, np.float64) for i, name in enumerate("abcd")}
    writer = StoreWriter.create(tmp_path / "s.zarr", infos, rows=N)
    writer.append({info: layers()[info.name] for info in infos})
    store = rs.open_store(tmp_path / "s.zarr")
    layer = pickle.loads(pickle.dumps(store["b"]))
    np.testing.assert_array_equal(layer[:], store["b"][:])
    here = run(tmp_path / "here", source=store)
    there = run(tmp_path / "there", source=store, scheduler="processes:1")
    assert there.records == here.records
    with pytest.raises(InputError, match="scheduler of run must be None"):
        run(tmp_path / "x", scheduler="tcp")


@pytest.mark.parametrize("threads", [1, 2])
def test_bits_do_not_depend_on_threads(threads: int) -> None:
    plan = rs.Plan(measures=["sim_cka", "sim_rsa", "sim_procrustes", "health_spectrum"], profiles=["pairs"])
    wide = {name: X @ np.random.default_rng(1).normal(size=(5, 300)) for name, X in layers().items()}
    assert rs.run(wide, plan, threads=threads).records == rs.run(wide, plan, threads=1).records


# ---- bad input


def test_a_torn_journal_keeps_what_is_whole(tmp_path: Path) -> None:
    whole = run(tmp_path / "s")
    files = sorted((tmp_path / "s" / "journal").glob("*.unit"))
    file = next(file for file in files if read_unit(file).kind == "measure")
    lost = {answer.key for answer in read_unit(file).answers}
    file.write_bytes(file.read_bytes()[:200])
    journal = Journal.open(tmp_path / "s" / "journal")
    assert lost.isdisjoint(journal.entries)
    assert [str(file) in said for said in journal.damaged] == [True]
    problems = rs.open_study(tmp_path / "s").problems()
    assert any(str(file) in p.what and "computes that unit again" in p.remedy for p in problems)
    assert len(rs.open_study(tmp_path / "s").results) < len(whole)
    assert run(tmp_path / "s").records == whole.records
    (tmp_path / "s" / "journal" / "contents.json").write_bytes(b"{")
    with pytest.warns(RepscapeWarning, match="It is made anew from the plan"):
        assert run(tmp_path / "s").records == whole.records


def test_damaged_graphs_and_results_are_mended(tmp_path: Path) -> None:
    from repscape.study import repair_study

    np.savez(tmp_path / "x.npz", **layers())
    plan = rs.Plan(measures=["id_twonn"])
    whole = rs.run(tmp_path / "x.npz", plan, folder=tmp_path / "s", origin={"arrays": str(tmp_path / "x.npz")})
    chunk = next((tmp_path / "s" / "graphs.zarr").rglob("c/0/0"))
    chunk.write_bytes(b"\0" * chunk.stat().st_size)
    shutil.rmtree(tmp_path / "s" / "results.zarr")
    study = rs.open_study(tmp_path / "s")
    assert len(study.problems()) == 2
    assert repair_study(tmp_path / "s") == ()
    study = rs.open_study(tmp_path / "s")
    assert (study.problems(), study.results.records) == ((), whole.records)
    assert {name: study.graph(name).k for name in "abcd"} == {
        name: known["k"] for name, known in whole.provenance["graphs"].items()
    }


def test_a_study_moved_and_one_whose_data_are_gone(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **layers())
    plan = rs.Plan(measures=["id_twonn"])
    whole = rs.run(tmp_path / "x.npz", plan, folder=tmp_path / "s", origin={"arrays": str(tmp_path / "x.npz")})
    (tmp_path / "s").rename(tmp_path / "moved")
    study = rs.open_study(tmp_path / "moved")
    assert study.run().records == whole.records
    (tmp_path / "x.npz").unlink()
    study = rs.open_study(tmp_path / "moved")
    assert study.results.records == whole.records
    assert study.report().is_file()
    with pytest.raises(InputError, match="the data of the study .* are gone: there is no .*x.npz. Its results"):
        study.run(rs.Plan(measures=["id_gride"]))


def test_a_later_format_is_refused_by_name(tmp_path: Path) -> None:
    run(tmp_path / "s")
    file = tmp_path / "s" / "study.toml"
    file.write_text(file.read_text().replace("format = 2", "format = 3"))
    for act in (lambda: run(tmp_path / "s"), lambda: rs.open_study(tmp_path / "s")):
        with pytest.raises(StoreError, match="has format 3, which a later version of repscape wrote"):
            act()


def test_what_people_and_later_versions_add_to_study_toml_is_kept(tmp_path: Path) -> None:
    run(tmp_path / "s")
    file = tmp_path / "s" / "study.toml"
    file.write_text(file.read_text() + "\n[mine]\nnote = 'for the paper'\n")
    rs.run(layers(), rs.Plan(measures=["probe_knn"], labels="kind"), folder=tmp_path / "s")
    assert "for the paper" in file.read_text()


def test_a_read_only_folder_is_told_and_still_read(tmp_path: Path) -> None:
    whole = run(tmp_path / "s")
    if os.getuid() == 0:
        (tmp_path / "file").write_text("")
        with pytest.raises(StoreError, match="cannot be written"):
            run(tmp_path / "file" / "s")
    else:
        (tmp_path / "s").chmod(0o555)
        with pytest.raises(StoreError, match="cannot be written"):
            rs.run(layers(), rs.Plan(measures=["id_gride"]), folder=tmp_path / "s")
        (tmp_path / "s").chmod(0o755)
    assert rs.open_study(tmp_path / "s").results.records == whole.records


HOLD = textwrap.dedent("""
    import sys
    from pathlib import Path
    from repscape.study import StudyFolder
    with StudyFolder(Path(sys.argv[1])).writing():
        print("ready", flush=True)
        sys.stdin.read()
""")


def test_the_second_is_told_who_writes(tmp_path: Path) -> None:
    whole = run(tmp_path / "s")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "s")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        with pytest.raises(BusyError, match=f"is in use by process {process.pid} on .+ since 20.* Wait until it has"):
            run(tmp_path / "s")
        assert rs.open_study(tmp_path / "s").results.records == whole.records  # readers need no lock
        process.kill()
    assert run(tmp_path / "s").records == whole.records
    assert not list((tmp_path / "s").glob(".lock*"))
    with StudyFolder(tmp_path / "s").writing(), pytest.raises(BusyError):
        run(tmp_path / "s")  # another thread of this process would be no better
