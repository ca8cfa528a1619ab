"""One graph of many points by several workers of a dask scheduler: block by block, and the same to the bit."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import StoreError
from repscape.results import Place
from repscape.store import list_groups, read_arrays
from repscape.store._format import safe_name
from repscape.study import _blocks, _execute
from repscape.study._blocks import build_by_blocks, name_of
from repscape.study._folder import SHELF
from repscape.study._unit import Block, LayerTask, Limits, Side, UnitResult
from repscape.study.reading import Representation

N = 100
X = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)
X[60:80] = X[:20]  # copies: dimensions read a graph of the distinct rows, overlaps one of all
X[80] = X[81] + np.float32(1e-8)  # and near copies
PLAN = rs.Plan(measures=["id_twonn", "overlap_labels(k=5)"], labels="kind")
LABELS = {"kind": np.arange(N) % 3}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs of 64 points are large."""
    monkeypatch.setattr(_execute, "MANY_POINTS", 64)
    monkeypatch.setattr(_blocks, "ROWS", 32)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """(points, first row, row behind the last) of every block that was computed."""
    done: list[tuple[int, int, int]] = []
    honest = _blocks.knn_rows

    def noted(points: Any, k: int, **how: Any) -> Any:
        done.append((len(points), how["start"], how["stop"]))
        return honest(points, k, **how)

    monkeypatch.setattr(_blocks, "knn_rows", noted)
    return done


def graphs_in(folder: Path) -> dict[str, Any]:
    path = folder / "graphs.zarr"
    return {name: read_arrays(path, name)[0] for name in list_groups(path)}


def run(folder: Path, **how: Any) -> rs.Results:
    return rs.run({"a": X}, PLAN, columns=LABELS, folder=folder, **how)


def test_blocks_of_several_workers_are_the_graph(
    cluster: Any, tmp_path: Path, computed: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    here = run(tmp_path / "here")
    assert computed == []
    told: list[str] = []
    with caplog.at_level(logging.INFO, "repscape"):
        there = run(
            tmp_path / "there",
            scheduler=cluster.scheduler_address,
            progress=lambda done, total, what: told.append(what),
        )
    assert there.records == here.records
    whole, joined = graphs_in(tmp_path / "here"), graphs_in(tmp_path / "there")
    assert whole.keys() == joined.keys()
    for name, arrays in whole.items():
        for key, array in arrays.items():
            np.testing.assert_array_equal(joined[name][key], array)
    assert sorted(computed)[-4:] == [(N, 0, 32), (N, 32, 64), (N, 64, 96), (N, 96, N)]
    assert {rows for rows, *_ in computed} == {
        N,
        N - 20,
        N - 21,
    }  # of all rows, of distinct ones, and without near copies
    assert told.count("a: rows 0 to 31 of its graph") == 3
    assert any("4 blocks of 32 rows" in record.getMessage() for record in caplog.records)
    assert not list((tmp_path / "there").glob(".shelf*"))


def test_finished_blocks_are_not_computed_again(cluster: Any, tmp_path: Path, computed: list[Any]) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if what == "a: rows 32 to 63 of its graph":
            raise KeyboardInterrupt

    with pytest.raises(rs.errors.StudyInterrupted):
        run(tmp_path / "s", scheduler=cluster.scheduler_address, progress=stop)
    path = tmp_path / "s" / "graphs.zarr"
    kept = [name for name in list_groups(path) if _blocks.MARK in name]
    assert len(kept) >= 2
    damaged = next(file for file in path.rglob("0000/c/0/0"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    starts = {int(name.rpartition("|")[2]) for name in kept}
    harmed = [name for name in kept if _blocks_of(path, name) in damaged.parents]
    left = tmp_path / "s" / f"{SHELF}left"  # of a process that was killed
    left.mkdir()
    before = len(computed)
    results = run(tmp_path / "s", scheduler=cluster.scheduler_address)
    assert results.records == rs.run({"a": X}, PLAN, columns=LABELS).records
    again = {start for points, start, _ in computed[before:] if points == N}
    assert len(harmed) == 1
    assert again & starts == {int(harmed[0].rpartition("|")[2])}
    assert not left.exists()


def _blocks_of(path: Path, name: str) -> Path:
    return path / safe_name(name)


def test_a_block_that_fails_takes_its_graph_alone(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = _blocks.knn_rows

    def broken(points: Any, k: int, **how: Any) -> Any:
        if how["start"] == 32:
            raise MemoryError("no room")
        return honest(points, k, **how)

    monkeypatch.setattr(_blocks, "knn_rows", broken)
    plan = rs.Plan(measures=["id_twonn", "id_pca"])
    with pytest.warns(rs.errors.RepscapeWarning, match="MemoryError: no room"):
        results = rs.run({"a": X}, plan, folder=tmp_path / "s", scheduler=cluster.scheduler_address)
    assert [record.info.name for record in results] == ["id_pca"]
    assert any("its graph failed: MemoryError: no room" in str(one) for one in results.failed), results.failed


def test_one_graph_for_each_worker_is_not_cut(cluster: Any, tmp_path: Path, computed: list[Any]) -> None:
    layers = {"a": X, "b": X[:, :3]}
    there = rs.run(layers, PLAN, columns=LABELS, folder=tmp_path / "s", scheduler=cluster.scheduler_address)
    assert computed == []
    assert there.records == rs.run(layers, PLAN, columns=LABELS).records


def test_blocks_that_do_not_stay_are_said(tmp_path: Path) -> None:
    block = Block("g", 0, 100, 5, 32, 64)
    assert name_of(block) == "g|rows|0|100|5|32"
    result = UnitResult("graph", "a", "graph", (), misses=(block,))
    task = LayerTask(
        Side(Representation(Place("", LayerInfo("a", 0, 0.0)), X), "a"), Limits(1, 1, tmp_path), "g", cut=True
    )
    with pytest.raises(StoreError, match="rows 32 to 63 of a graph were written and cannot be read back"):
        build_by_blocks([task], lambda tasks: (one for one in [result]))
