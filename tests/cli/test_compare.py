"""`repscape compare`: matches of layers on the terminal, as JSON, and as a study."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.findings import best_matches
from tests.cli.helpers import call


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Two models of the same examples: the layers of the second are those of the first the other way round, turned."""
    rng = np.random.default_rng(0)
    deep = {f"h{i}": rng.normal(size=(120, 6)) @ np.diag([1.0] * (6 - i) + [4.0] * i) for i in range(3)}
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    np.savez(tmp_path / "deep.npz", **deep)
    np.savez(tmp_path / "turned.npz", **{f"t{i}": deep[f"h{2 - i}"] @ turn for i in range(3)})
    return tmp_path / "deep.npz", tmp_path / "turned.npz"


def test_every_layer_finds_its_match(sides: tuple[Path, Path]) -> None:
    done = call("compare", *sides, "-q")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split("  ")[0] == "layer of deep"
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["h0", "t2", "1.000"], ["h1", "t1", "1.000"], ["h2", "t0", "1.000"],
    ]  # fmt: skip
    assert "sim_cka" in done.stdout
    assert "Chance is 0.252." in done.stdout  # 30 of 119


def test_where_nothing_can_be_said_it_says_so(sides: tuple[Path, Path]) -> None:
    rows = np.random.default_rng(0).normal(size=(6, 4))
    for path, seed in zip(sides, (1, 2), strict=True):  # copies of six rows, and no relation between the two
        np.savez(path, h=rows[np.random.default_rng(seed).integers(6, size=120)])
    lines = call("compare", *sides, "-q", "--measures", "overlap_neighbors").stdout.splitlines()
    assert lines[1].endswith("cannot say")
    assert lines[2].startswith(
        "Called: overlap_neighbors(permutations=200). Cannot say: ties, broken by index on both sides"
    )
    assert "whether that is beyond chance cannot be said: ties" in lines[5]
    few = call("compare", *sides, "-q", "--measures", "sim_cka", "--permutations", 15).stdout
    assert "Cannot say: 15 relabellings give no p below 0.062." in few
    assert "no, p" not in few


def test_names_measures_and_json(sides: tuple[Path, Path]) -> None:
    done = call("compare", f"a={sides[0]}", f"b={sides[1]}", "--measures", "sim_procrustes", "--json", "-q")
    told = json.loads(done.stdout)
    assert [(row["model"], row["layer"], row["other_layer"]) for row in told["best"]] == [
        ("a", "h0", "t2"), ("a", "h1", "t1"), ("a", "h2", "t0"),
    ]  # fmt: skip
    assert len(told["pairs"]) == 9
    assert all(abs(row["value"]) < 1e-6 for row in told["best"])  # an angle: smaller is more alike


def test_a_study_is_kept_where_asked(sides: tuple[Path, Path], tmp_path: Path) -> None:
    done = call("compare", *sides, "-o", tmp_path / "kept", "-q")
    assert done.exit_code == 0
    assert (tmp_path / "kept" / "report.html").is_file()
    assert any((tmp_path / "kept" / "figures").iterdir())
    assert len(rs.load_results(tmp_path / "kept").select("sim_cka")) == 9


def test_other_examples_are_refused(sides: tuple[Path, Path], tmp_path: Path) -> None:
    np.savez(tmp_path / "short.npz", only=np.random.default_rng(0).normal(size=(90, 4)))
    done = call("compare", sides[0], tmp_path / "short.npz", "-q")
    assert (done.exit_code, "120" in done.stderr, "90" in done.stderr) == (1, True, True)


def test_without_two_models_there_is_no_match() -> None:
    results = rs.run({"a": np.random.default_rng(0).normal(size=(50, 3))}, rs.Plan(measures=["id_twonn"]))
    with pytest.raises(InputError, match=r"results of best_matches must compare layers of two models"):
        best_matches(results)


def test_help_names_every_protocol():
    from repscape.study import PROTOCOLS

    said = call("compare", "--help").stdout
    assert [name for name in PROTOCOLS if name not in said] == []
