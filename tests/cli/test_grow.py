"""`add`, `remove`, `diff`, `check`; what failed and its exit code; signals; two commands on one folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.report import refresh
from repscape.study import StudyFolder
from tests.cli.helpers import N, call, layers, tree, without_drawing
from tests.extraction.tiny_models import WORDS, save_tiny

RUN = ("--measures", "id_twonn, overlap_labels(k=5)", "--label", "kind", "-q")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    with without_drawing():
        result = call("run", "--arrays", layers(tmp_path), *RUN, "-o", tmp_path / "study")
    assert result.exit_code == 0, result.stderr
    return tmp_path / "study"


def test_add_diff_and_remove(study: Path, tmp_path: Path) -> None:
    before = rs.load_results(study)
    np.savez(tmp_path / "topics.npz", topic=np.arange(N) % 2)
    added = call("add", study, "--measures", "overlap_labels(k=20), probe_linear", "-q", "--json")
    assert added.exit_code == 0, added.stderr
    said = json.loads(added.stdout)
    assert {row["variant"] for row in said["results"]} >= {"overlap_labels(k=20)", "probe_linear", "id_twonn"}
    assert "probe_linear" in (study / "report.html").read_text()
    with without_drawing():
        labelled = call("add", study, "--label", "topic", "--labels-from", tmp_path / "topics.npz", "-q")
    assert labelled.exit_code == 0, labelled.stderr
    after = rs.load_results(study)
    assert {r.column for r in after.select("overlap_labels")} == {"kind", "topic"}
    assert all(record in after.records for record in before)
    with without_drawing():
        again = call("run", study, "-q", "-o", study)  # of its own words: nothing to do
    assert (again.exit_code, rs.load_results(study).records) == (0, after.records)
    with without_drawing():
        call("run", "--arrays", tmp_path / "layers.npz", *RUN, "-o", tmp_path / "other")
    told = json.loads(call("diff", study, tmp_path / "other", "--json").stdout)
    assert {entry["what"] for entry in told} == {"data", "plan", "values"}  # a column more, a label more, more values
    assert "the same numbers bit by bit" in call("diff", study, study).stdout
    removed = call("remove", study, "--measures", "probe_linear, overlap_labels(k=20)")
    assert removed.exit_code == 0, removed.stderr
    left = {record.variant for record in rs.load_results(study)}
    assert left == {"id_twonn", "overlap_labels(k=5)"}
    assert not list((study / "figures").glob("probe_linear*"))
    assert call("remove", study).exit_code == 2
    assert call("add", study).exit_code == 2


@pytest.mark.usefixtures("numbers_only")
def test_further_models_as_arrays(study: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "more.npz", top=np.random.default_rng(1).normal(size=(N, 5)))
    result = call("add", study, "--arrays", f"second={tmp_path / 'more.npz'}", "-q")
    assert result.exit_code == 0, result.stderr
    results = rs.load_results(study)
    assert {r.place.model for r in results} == {"layers", "second"}
    assert {r.place.layer.key for r in results if r.place.model == "second"} == {"top"}
    taken = call("add", study, "--arrays", f"second={tmp_path / 'layers.npz'}", "-q")
    assert "has a model 'second' already" in taken.stderr
    assert call("remove", study, "--model", "second").exit_code == 0
    assert {r.place.model for r in rs.load_results(study)} == {"layers"}


@pytest.mark.usefixtures("numbers_only")
def test_models_layers_and_states_that_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bert = save_tiny("BERT", tmp_path / "bert")
    rng = np.random.default_rng(0)
    rows = [f"{' '.join(rng.choice(WORDS, 6))},{i % 2}" for i in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["text,kind", *rows]))
    data = ("--data", tmp_path / "t.csv", "--text", "text", "--label", "kind", "-q")
    words = ("run", "--model", bert, *data, "--measures", "id_twonn", "-o", tmp_path / "s")
    assert call(*words, "--layers", "0,3").exit_code == 0
    few = rs.load_results(tmp_path / "s")
    assert call(*words, "--layers", "0,1,3").exit_code == 0
    more = rs.load_results(tmp_path / "s")
    assert [r.place.layer.index for r in more] == [0, 1, 3]
    assert {r.place.layer.key: r.result for r in few}.items() <= {r.place.layer.key: r.result for r in more}.items()
    with monkeypatch.context() as patch:
        patch.setattr("repscape.extraction.open_model", lambda *_, **__: pytest.fail("a model was opened"))
        patch.setattr("repscape.study._extract.open_model", lambda *_, **__: pytest.fail("a model was opened"))
        assert call("add", tmp_path / "s", "--measures", "overlap_labels(k=3)", "-q").exit_code == 0
        elsewhere = call("run", tmp_path / "s", "--measures", "id_twonn", "-q", "-o", tmp_path / "other")
        assert elsewhere.exit_code == 0, elsewhere.stderr
    assert rs.load_results(tmp_path / "other").records == more.records
    other = save_tiny("DistilBERT", tmp_path / "distil")
    assert call("add", tmp_path / "s", "--model", f"second={other}", "-q").exit_code == 0
    assert list(StudyFolder(tmp_path / "s").stores()) == ["bert", "second"]
    assert {r.place.model for r in rs.load_results(tmp_path / "s")} == {"bert", "second"}
    with_new = call("run", "--model", f"second={bert}", "--model", f"bert={bert}", *data, "-o", tmp_path / "s")
    assert with_new.exit_code == 1  # another model under a taken name
    assert "second.zarr" in with_new.stderr


def test_what_failed_is_told_and_exits_with_1(tmp_path: Path) -> None:
    bad = np.random.default_rng(0).normal(size=(N, 4))
    bad[3, 1] = np.nan
    words = ("run", "--arrays", layers(tmp_path, layer2=bad), *RUN, "-o", tmp_path / "s")
    result = call(*words)
    assert result.exit_code == 1
    assert "layer2: graph failed: layer 'layer2' of run must be finite" in result.stderr
    assert "3 units failed; all others are finished and kept" in result.stderr
    assert "layer1" in result.stdout
    assert "must be finite" in (tmp_path / "s" / "report.html").read_text()
    assert call("info", tmp_path / "s").exit_code == 0
    told = json.loads(call(*words, "--json").stdout)
    assert {(f["unit"], f["measure"]) for f in told["failed"]} >= {("layer2", "id_twonn")}
    fast = call("run", "--arrays", tmp_path / "layers.npz", *RUN, "--fail-fast", "-o", tmp_path / "t")
    assert fast.exit_code == 1
    assert fast.stdout == ""
    layers(tmp_path)  # mended
    assert call(*words).exit_code == 0
    assert rs.load_results(tmp_path / "s").failed == ()


@pytest.mark.parametrize("phase", ["figure", "report"])
def test_figures_and_the_page_that_fail(phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def boom(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    target = "save_painted" if phase == "figure" else "write_report"
    words = ("run", "--arrays", layers(tmp_path), *RUN, "-o", tmp_path / "s")
    with monkeypatch.context() as patch:
        patch.setattr(f"repscape.report._refresh.{target}", boom)
        result = call(*words)
    assert result.exit_code == 1
    assert f"{phase} failed: RuntimeError: boom" in result.stderr
    assert len(rs.load_results(tmp_path / "s")) == 6
    patched = tree(tmp_path / "s" / "journal")
    assert call(*words).exit_code == 0
    assert (tmp_path / "s" / "report.html").is_file()
    assert (tmp_path / "s" / "figures").is_dir()
    changed = {name for name, held in tree(tmp_path / "s" / "journal").items() if patched.get(name) != held}
    assert changed == {"views.json"}  # nothing was measured again


def test_a_page_is_not_drawn_over_with_less(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that waited for another's page holds results of before; the folder's are further."""
    before, drawn = rs.load_results(study), []
    rs.open_study(study).run(rs.Plan(measures=["health_spectrum"]))
    monkeypatch.setattr("repscape.report._refresh.save_painted", lambda *given, **said: {})
    monkeypatch.setattr("repscape.report._refresh.write_report", lambda results, *given, **said: drawn.append(results))
    refresh(before, study)
    assert [results == rs.load_results(study) != before for results in drawn] == [True]


@pytest.mark.usefixtures("numbers_only")
def test_check_names_what_is_damaged_and_mends_it(study: Path) -> None:
    assert "everything is whole" in call("check", study).stdout
    file = next((study / "journal").glob("*.unit"))
    file.write_bytes(file.read_bytes()[:-7])
    broken = call("check", study)
    assert (broken.exit_code, f"{file} is damaged" in broken.stdout) == (1, True)
    mended = call("check", study, "--repair")
    assert mended.exit_code == 0, mended.stdout
    assert call("check", study).exit_code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_with_one_line_and_a_folder_that_goes_on(number: int, code: int, tmp_path: Path) -> None:
    words = ["run", "--arrays", str(layers(tmp_path)), *RUN, "-o", str(tmp_path / "s")]
    code_of_it = f"import sys; sys.argv[1:] = {words!r}; from repscape.cli import main; print(1, flush=True); main()"
    for wait in (0.1, 1.0, 3.0):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-c", code_of_it], **pipes) as process:
            process.stdout.readline()
            time.sleep(wait)
            process.send_signal(number)
            said = process.communicate()[1].decode()
        assert process.returncode in (code, 0), said  # 0: it was quicker
        assert "Traceback" not in said
        assert process.returncode == 0 or len(said.splitlines()) == 1
    with without_drawing():
        assert call(*words).exit_code == 0


def test_two_commands_on_one_folder(tmp_path: Path) -> None:
    words = ["run", "--arrays", str(layers(tmp_path)), *RUN, "-o", str(tmp_path / "s")]
    command = [sys.executable, "-m", "repscape", *words]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    waited = [f"in use by process {both[1 - place].pid}" in text for place, text in enumerate(said)]
    assert sum(waited) <= 1
    assert rs.open_study(tmp_path / "s").problems() == ()
    with StudyFolder(tmp_path / "s").writing():
        refused = call(*words, "--no-wait")
    assert refused.exit_code == 1
    assert f"in use by process {os.getpid()}" in refused.stderr
