"""Bad input: one clear message that names argument, allowed and got, exit code 1, and nothing half-written."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, InputTypeError, StoreError
from tests.cli.helpers import N, call, layers, tree

POINTS = np.random.default_rng(0).normal(size=(N, 4))


def spoiled(value: float) -> np.ndarray:
    array = POINTS.copy()
    array[7, 2] = value
    return array


def check_refused(result: Any, message: str, out: Path) -> None:
    """The command failed as promised."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert re.search(message, result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert not out.exists()
    assert not [entry for entry in out.parent.iterdir() if entry.name.startswith(".")]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"layer1": spoiled(np.nan)}, r"layer 'layer1' of \w+ must be finite. Got nan at index \(7, 2\)"),
        ({"layer2": spoiled(-np.inf)}, r"layer 'layer2' of \w+ must be finite. Got -inf at index \(7, 2\)"),
        ({"layer1": POINTS[:-1]}, r"must have the same number of rows. Got .*layer1 \(59, 4\)"),
        ({"layer1": POINTS.astype(object)}, "layer1 in .* cannot be read: it holds pickled Python objects"),
        (
            {"layer1": POINTS[:, :0]},
            r"layer 'layer1' of \w+ must have at least 3 points and 1 feature. Got shape \(60, 0\)",
        ),
    ],
    ids=["nan", "inf", "rows", "object", "no feature"],
)
def test_arrays(arrays: dict[str, np.ndarray], message: str, tmp_path: Path) -> None:
    file = layers(tmp_path, **arrays)
    check_refused(call("import-arrays", file, "-q", "-o", tmp_path / "taken"), message, tmp_path / "taken")
    result = call("run", "--arrays", file, "--measures", "id_twonn", "-q", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert re.search(message, result.stderr), result.stderr
    if (tmp_path / "out").exists():  # one layer takes no other with it
        bad = next(iter(arrays))
        results = rs.load_results(tmp_path / "out")
        assert {r.place.layer.name for r in results} == {"layer0", "layer1", "layer2"} - {bad}
        assert {failure.unit for failure in results.failed} == {bad}
        assert bad in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.arange(9.0), r"must hold an array of real numbers with at least 2 axes, \(n, ...\). Got x \(9,\) float64"),
        (np.array([["a", "b"]] * 9), r"must hold an array of real numbers .* Got x \(9, 2\) <U1"),
        (POINTS[:2], "must have at least 3 points and 1 feature. Got 2 points"),
        (POINTS * 1j, r"must hold an array of real numbers"),
    ],
    ids=["1-D", "text", "two points", "complex"],
)
def test_a_single_array(array: np.ndarray, message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", array)
    result = call("run", "--arrays", tmp_path / "x.npy", "--measures", "id_twonn", "-q", "-o", tmp_path / "out")
    check_refused(result, message, tmp_path / "out")


def test_a_pickle_and_a_truncated_file(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}] * 5, dtype=object))
    whole = layers(tmp_path).read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    np.save(tmp_path / "half.npy", POINTS)
    (tmp_path / "half.npy").write_bytes((tmp_path / "half.npy").read_bytes()[:500])
    for name, message in (
        ("x.npy", "pickled"),
        ("cut.npz", "truncated or damaged"),
        ("half.npy", "truncated or damaged"),
    ):
        for words in (("run", "--arrays", tmp_path / name), ("import-arrays", tmp_path / name)):
            check_refused(
                call(*words, "-q", "-o", tmp_path / "out"), f"{name} cannot be read.*{message}", tmp_path / "out"
            )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--measures", "id_twonm"], "measure of the table of measures must be one of .*Did you mean 'id_twonn'"),
        (["--measures", "id_twonn(estimtor=mle)"], "id_twonn has no option 'estimtor'.*Did you mean 'estimator'"),
        (["--measures", "id_twonn(estimator=mlee)"], "estimator of id_twonn must be one of .*Did you mean 'mle'"),
        (["--measures", "id_twonn(fraction=1.5)"], r"fraction of id_twonn must be a number in \(0, 1\]. Got 1.5"),
        (["--measures", "id_twonn("], "measures must be written as id_twonn or id_twonn"),
        (
            ["--measures", "overlap_labels(k=60)", "--label", "kind"],
            "needs 60 neighbours of each point; 60 examples have 59",
        ),
        (["--measures", "overlap_neighbors(k=many)"], "k of overlap_neighbors must be an int. Got .many."),
        (["--measures", "overlap_labels(k=0)", "--label", "kind"], r"k of overlap_labels must be an int .*Got 0"),
        (["--measures", "overlap_labels(k=5)", "--label", "kindd"], "reads column 'kindd'.*Did you mean 'kind'"),
        (["--layers", "layerl"], "'layerl' matches none of layer0, layer1, layer2.*Did you mean 'layer"),
        (["--profiles", "nxt"], "profiles of Plan must be one of .*Did you mean 'next'"),
        (["--threads", "0", "--measures", "id_twonn"], "threads of run must be an int of at least 1. Got 0"),
    ],
)
def test_a_plan_that_cannot_be(words: list[str], message: str, tmp_path: Path) -> None:
    check_refused(
        call("run", "--arrays", layers(tmp_path), *words, "-q", "-o", tmp_path / "out"), message, tmp_path / "out"
    )


def test_labels_of_another_length_and_models_of_other_examples(tmp_path: Path) -> None:
    file = layers(tmp_path)
    np.save(tmp_path / "kinds.npy", np.arange(N + 1))
    np.save(tmp_path / "b.npy", POINTS[:-2])
    out = tmp_path / "out"
    result = call("run", "--arrays", file, "--labels-from", tmp_path / "kinds.npy", "-q", "-o", out)
    check_refused(
        result, r"column 'kinds' of run must have shape \(60,\), one entry for each example. Got \(61,\)", out
    )
    result = call("import-arrays", file, "--labels-from", tmp_path / "kinds.npy", "-q", "-o", out)
    check_refused(result, r"column 'kinds' of import_arrays must have shape \(60,\)", out)
    result = call("run", "--arrays", f"a={file}", "--arrays", f"b={tmp_path / 'b.npy'}", "-q", "-o", out)
    check_refused(result, r"must describe the same examples, row by row. Got 60 and 58 rows", out)


@pytest.mark.parametrize(
    ("what", "row", "message"),
    [
        ("indices", [0, 1, 9], r"indices of .* must lie in \[0, 4\] \(n - 1\). Got 9 in row 0, column 2"),
        ("indices", [0, -1, 2], r"indices of .* must lie in \[0, 4\] \(n - 1\). Got -1 in row 0, column 1"),
        ("indices", [0, 2, 2], r"indices of .* must not repeat in a row. Row 0 is \[0, 2, 2\]"),
        ("dist", [0, 2.0, 1.0], r"distances of .* must not decrease along a row. Row 0 goes from 2.0 to 1.0"),
        ("dist", [0, -1.0, 1.0], r"distances of .* must not be negative. Got -1.0 in row 0, column 1"),
        ("dist", [0, np.nan, 1.0], r"distances of .* must be finite. Got nan at index \(0, 1\)"),
    ],
)
def test_neighbour_files_that_are_no_graph(what: str, row: list[float], message: str, tmp_path: Path) -> None:
    graph = rs.knn_graph(np.arange(5.0)[:, None] ** 2, 2)
    files = {
        "indices": np.column_stack([np.arange(5), graph.indices]),
        "dist": np.column_stack([np.zeros(5), graph.distances]),
    }
    files[what][0] = row
    (tmp_path / "files").mkdir()
    for name, array in files.items():
        np.save(tmp_path / "files" / f"layer3_post_mlp_{name}.npy", array)
    for words in (("import-arrays", tmp_path / "files"), ("run", tmp_path / "files")):
        check_refused(
            call(*words, "-q", "-o", tmp_path / "out"), f"layer3_post_mlp_{what}.npy.*{message}", tmp_path / "out"
        )


def test_identical_points_have_a_graph_and_no_dimension(tmp_path: Path) -> None:
    same = np.ones((N, 3))
    assert rs.knn_graph(same, 5).distances.max() == 0
    with pytest.raises(DegenerateDataError, match="All 60 rows are identical"):
        rs.id_twonn(same)
    np.save(tmp_path / "x.npy", same)
    words = ("run", "--arrays", tmp_path / "x.npy", "-q", "-o", tmp_path / "out")
    nothing = call(*words, "--measures", "id_twonn")
    assert (nothing.exit_code, "id_twonn has no value" in nothing.stderr) == (1, True)
    np.save(tmp_path / "kind.npy", np.arange(N) % 2)
    kept = call(*words, "--measures", "id_twonn, overlap_labels(k=5)", "--labels-from", tmp_path / "kind.npy")
    assert kept.exit_code == 0
    assert "id_twonn has no value" in kept.stderr
    assert [record.info.name for record in rs.load_results(tmp_path / "out")] == ["overlap_labels"]


def test_folders_that_hold_something_else_are_left_alone(tmp_path: Path) -> None:
    file = layers(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    before = tree(tmp_path)
    for words in (
        ("run", "--arrays", file, "--measures", "id_twonn"),
        ("import-arrays", file),
        ("export-arrays", tmp_path),
    ):
        result = call(*words, *(["-q"] if words[0] != "export-arrays" else []), "-o", tmp_path / "mine")
        assert result.exit_code == 1
        assert re.search(r"mine (is not empty|holds)|must be new or empty. (Got )?.*mine", result.stderr), result.stderr
    assert tree(tmp_path) == before


def test_columns_that_are_not_there_or_not_alone(tmp_path: Path) -> None:
    file = layers(tmp_path)
    (tmp_path / "table.csv").write_text("genre,year\n" + "a,1\n" * N)
    words = ("run", "--arrays", file, "-q", "-o", tmp_path / "out", "--labels-from")
    for entry, message in (
        (tmp_path / "no.csv", "a path of columns must be a file that exists. Got .*no.csv"),
        (f"{tmp_path / 'table.csv'}:gen", "has no column 'gen'. It has genre, year. Did you mean 'genre'"),
        (tmp_path / "table.csv", "must say which column holds the labels: genre, year"),
        (f"x={tmp_path / 'table.csv'}", "has several columns: genre, year. Name one: x="),
    ):
        check_refused(call(*words, entry), message, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[source", "cannot be read as TOML"),
        ("[plan]\nmeasures = ['id_twonn']\n", r"must have a table \[source\] with arrays"),
        ("[source]\narays = 'x.npy'\n", r"\[source\] .*"),
        ("[source]\narrays = 'no.npy'\n", "must be a file or folder that exists"),
        (
            "[source]\narrays = 'layers.npz'\n[plan]\nmeasure = ['id_twonn']\n",
            "Plan has no option 'measure'.*'measures'",
        ),
    ],
)
def test_study_files(text: str, message: str, tmp_path: Path) -> None:
    layers(tmp_path)
    (tmp_path / "study.toml").write_text(text)
    check_refused(call("run", tmp_path / "study.toml", "-q", "-o", tmp_path / "out"), message, tmp_path / "out")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--arrays", ""), "arrays must be paths of layers, or NAME=PATH. Got ''"),
        (("",), "a study must be a study.toml, a folder, a store or layers that exist. Got ''"),
        (("--arrays", "{arrays}", "--layers", ""), "--layers must name at least one. Got ''"),
        (("--arrays", "{arrays}", "--layers", " , "), "--layers must name at least one. Got ' , '"),
        (("--arrays", "{arrays}", "--profiles", ""), "--profiles must name at least one. Got ''"),
        (("--arrays", "{arrays}", "--preprocess", ""), "--preprocess must name at least one. Got ''"),
        (("--arrays", "{arrays}", "--measures", ""), "measures of Plan must name at least one measure"),
        (("--arrays", "{arrays}", "--label", ""), "the plan reads column ''"),
        (("--arrays", "{arrays}", "--value", ""), "the plan reads column ''"),
        (("--arrays", "{arrays}", "--groups", ""), "the plan reads column ''"),
        (("--arrays", "{arrays}", "--by", ""), "the plan reads column ''"),
        (("--arrays", "{arrays}", "--labels-from", ""), "a path of columns must be a file that exists. Got ''"),
        (("--arrays", "{arrays}", "--threads", "0"), "threads of run must be an int of at least 1. Got 0"),
        (("--model", "", "--data", "{data}"), r"model must be a name or a path. Got \[''\]"),
        (("--model", "m", "--data", ""), r"data must be a name or a path. Got \[''\]"),
        (
            ("--model", "m", "--data", "{data}", "--limit", "0"),
            "limit of a study of models must be an int of at least 1. Got 0",
        ),
        (("--model", "m", "--data", "{data}", "--balance", "0"), "balance .* must be an int of at least 1. Got 0"),
        (
            ("--model", "m", "--data", "{data}", "--max-length", "0"),
            "max_length .* must be an int of at least 1. Got 0",
        ),
        (
            ("--model", "m", "--data", "{data}", "--batch-size", "0"),
            "batch_size .* must be an int of at least 1. Got 0",
        ),
        (("--model", "m", "--data", "{data}", "--revision", ""), r"revision must be a name or a path. Got \[''\]"),
        (("--model", "m", "--data", "{data}", "--text", ""), "has no column ''"),
        (("--model", "m", "--data", "{data}", "--kind", ""), "kind of the examples must be one of"),
        (
            ("--model", "m", "--data", "{data}", "--split", ""),
            "split of the examples is for data sets and folders. Got ''",
        ),
        (("--model", "m", "--data", "{data}", "--rows", ""), "cannot be read|must be row numbers"),
        (("--model", "m", "--data", "{data}", "--separator", ""), "separator must be text between two cells"),
        (("--model", "m", "--data", "{data}", "--encoding", ""), "encoding must be the name of a text encoding"),
        (("--model", "m", "--data", "{data}", "--id-column", ""), "id_column must be a column of"),
    ],
)
def test_zeros_and_empty_words_are_answers(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,kind\n" + "a b,1\nc d,2\n" * 30)
    places = {"{arrays}": layers(tmp_path), "{data}": tmp_path / "d.csv"}
    named = [places.get(word, word) for word in words]
    for command in ("run",) if "--model" not in words or "--revision" in words else ("run", "extract"):
        out = tmp_path / "out"
        check_refused(
            call(
                command,
                *named,
                *(["--measures", "id_twonn"] if command == "run" and "--measures" not in words else []),
                "-q",
                "-o",
                out,
            ),
            message,
            out,
        )


def test_a_table_that_does_not_fit_is_named_by_its_line(tmp_path: Path) -> None:
    file = layers(tmp_path)
    (tmp_path / "t.csv").write_text("genre,year\n" + "a,1\n" * 5 + "b\n" + "a,1\n" * (N - 6))
    words = ("run", "--arrays", file, "-q", "-o", tmp_path / "out", "--labels-from", f"{tmp_path / 't.csv'}:genre")
    check_refused(
        call(*words), r"t.csv cannot be read as a table: line 7 has 1 cells, and the header 2", tmp_path / "out"
    )


def test_no_message_shows_what_numpy_calls_its_numbers(tmp_path: Path) -> None:
    table = {"text": ["a", "", "c"], "label": np.array([1, 2, 2])}
    said = []
    for source, options in (
        (table, {}),
        ({**table, "text": ["a", "b", "c"]}, {"label": "label", "balance": 2}),
        ({**table, "text": ["a", "b", "c"], "label": [None, 1, 2]}, {"label": "label"}),
        ({**table, "text": [np.int64(3), "b", "c"]}, {}),
        (["a", "b"], {"limit": np.int64(0)}),
        (["a", "b"], {"rows": np.array([5])}),
    ):
        frame = pd.DataFrame(source) if isinstance(source, dict) else source
        with pytest.raises((InputError, InputTypeError)) as caught:
            rs.examples.read_examples(frame, **options)
        said.append(str(caught.value))
    with pytest.raises(InputError) as caught:
        rs.Trajectory([(np.float64(3), {}), (np.int64(2), {})])
    said.append(str(caught.value))
    assert not [words for words in said if "np." in words or "int64(" in words]


# ---- a full disk


class FullDisk:
    """Lets so many files be moved into place, then says that there is no space left."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, real: Any) -> Any:
        def replace(source: Any, target: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(source, target)

        return replace


@pytest.mark.parametrize("after", [0, 1, 4, 12])
def test_a_full_disk_is_told_and_what_is_there_is_whole(after: int, tmp_path: Path) -> None:
    file = layers(tmp_path)
    words = ("run", "--arrays", file, "--measures", "id_twonn", "--threads", 1, "-q", "-o", tmp_path / "out")
    with pytest.MonkeyPatch.context() as patch:
        full = FullDisk(after)
        patch.setattr(Path, "replace", full(Path.replace))
        result = call(*words)
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert not list(tmp_path.rglob("*.part"))
    assert call(*words).exit_code == 0  # the same command goes on once there is room
    assert len(rs.load_results(tmp_path / "out")) == 3


def test_an_import_on_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = layers(tmp_path)
    monkeypatch.setattr(Path, "replace", FullDisk(3)(Path.replace))
    result = call("import-arrays", file, "-q", "-o", tmp_path / "out")
    check_refused(result, "No space left on device", tmp_path / "out")


def test_the_errors_are_also_those_of_the_library(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs 60 neighbours"):
        rs.run({"a": POINTS}, rs.Plan(measures=[("id_gride", {"max_rank": 60})]), folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        rs.run({"a": POINTS}, rs.Plan(measures=["id_twonn"]), folder=tmp_path / "file" / "out")
