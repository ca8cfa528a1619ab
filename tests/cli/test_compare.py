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


@pytest.fixture
def copies(tmp_path: Path) -> tuple[Path, Path]:
    """Two models that have nothing in common, of 40 families of three near-copies each."""
    rng = np.random.default_rng(0)
    family = np.repeat(np.arange(40), 3)
    for name in "ab":
        layers = {f"h{i}": rng.normal(size=(40, 30))[family] + 0.3 * rng.normal(size=(120, 30)) for i in range(2)}
        np.savez(tmp_path / f"{name}.npz", **layers, family=family.astype(str), block=(family // 20).astype(str))
    return tmp_path / "a.npz", tmp_path / "b.npz"


def test_groups_and_strata_reach_every_measure(copies: tuple[Path, Path]) -> None:
    done = call("compare", *copies, "-q", "--groups", "family", "--within", "block", "--permutations", "39", "--json")
    called = {row["variant"] for row in json.loads(done.stdout)["pairs"]}
    assert len(called) == 2
    assert all("groups='family'" in one and "within='block'" in one for one in called)
    frame = json.loads(done.stdout)["pairs"]
    assert all("groups within strata" in json.loads(row["options"])["null"] for row in frame)


def test_few_examples_are_compared_by_fewer_neighbours(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in "ab":
        np.savez(tmp_path / f"{name}.npz", only=rng.normal(size=(12, 4)))
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    usual = call("compare", *paths, "-q", "--permutations", "19")
    assert "overlap_neighbors(k=5" in usual.stdout
    assert "k=5 neighbours in place of 30" in usual.stderr
    asked = call("compare", *paths, "-q", "--measures", "overlap_neighbors, sim_cka", "--permutations", "19")
    assert (asked.exit_code, "sim_cka" in asked.stdout) == (0, True)
    assert "overlap_neighbors(k=5)" in asked.stderr


def test_what_no_relabelling_changes_is_compared_without(sides: tuple[Path, Path]) -> None:
    done = call("compare", *sides, "-q", "--measures", "sim_magnitude(error=none), sim_cka", "--permutations", "19")
    assert done.exit_code == 0
    assert "sim_cka(permutations=19)" in done.stdout
    assert "ask with" not in done.stdout
    assert "no relabelling changes it" in done.stdout


def test_a_best_beside_failed_pairs_is_not_sure(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(120, 10))
    np.savez(tmp_path / "big.npz", emb=rows[:, :4], out=rows)
    np.savez(tmp_path / "small.npz", first=rows[:, :2], last=rng.normal(size=(120, 200)))
    paths = [tmp_path / "big.npz", tmp_path / "small.npz"]
    with pytest.warns(rs.errors.RepscapeWarning, match="failed"):
        found = rs.run({"big": str(paths[0]), "small": str(paths[1])}, rs.Plan(["sim_cca"], profiles=["models"]))
    assert best_matches(found)[["unknown", "sure"]].values.tolist() == [[("last",), False], [("last",), False]]
    assert any("emb with last" in one.text for one in found.conclusions())
    found.save(tmp_path / "kept")
    assert best_matches(rs.load_results(tmp_path / "kept"))["sure"].tolist() == [False, False]


def test_one_direction_is_judged_and_the_page_explains_its_columns(sides: tuple[Path, Path], tmp_path: Path) -> None:
    asked = ("--measures", "information_imbalance(error=none)", "--permutations", "19")
    done = call("compare", *sides, "-q", *asked, "-o", tmp_path / "kept")
    assert "Judged from deep to turned alone" in done.stdout
    page = (tmp_path / "kept" / "report.html").read_text(encoding="utf-8")
    for said in ("must pass", "p among all", "calibrated among all", "The other direction was not relabelled"):
        assert said in page
