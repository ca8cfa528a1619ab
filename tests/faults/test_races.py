"""In small what `make races` does by the hundred: two writers at once, a kill, files cut short."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.machine import UNFINISHED, remove_left, write_whole
from repscape.store import StoreWriter, look_at_groups, read_arrays, write_arrays
from repscape.study import Running, remove_from_study
from repscape.study._run import run_into
from repscape.study._settle import Order
from tests.cli.helpers import call, without_drawing
from tests.faults.forked import Ground
from tests.faults.kills import Trial
from tests.faults.races import ADD, race
from tests.faults.truncations import FOLDER, cut_study

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="commands are forked here, which Windows cannot")
MORE = "health_spectrum"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Studies of arrays, in a process that has done once what is forked from it."""
    home = tmp_path_factory.mktemp("raced")
    made = Ground(home, texts=False)
    made.copy("arrays", "raced")
    with without_drawing():
        assert call(*ADD(made)).exit_code == 0
    return made


@pytest.mark.parametrize("pair", ["run, run --no-wait", "add a model, add another"])
def test_two_writers_at_once(pair: str, ground: Ground) -> None:
    found = race(ground, pair, count=1)
    assert (found["races"], found["said"]) == (1, [])


def test_who_tidies_up_leaves_what_is_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is drawn without the folder's lock: whoever took the lock then removed the page under the other's hands."""
    left, honest = tmp_path / f".report.html-0{UNFINISHED}", os.fsync
    left.write_bytes(b"left by a run that was killed")
    (tmp_path / f".link{UNFINISHED}").symlink_to(tmp_path / "elsewhere")

    def tidied_meanwhile(descriptor: int) -> None:
        for file in tmp_path.glob(f".*{UNFINISHED}"):
            remove_left(file)
        honest(descriptor)

    monkeypatch.setattr(os, "fsync", tidied_meanwhile)
    write_whole(tmp_path / "report.html", b"page")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"report.html": b"page"}


def test_writers_of_one_group_take_turns(tmp_path: Path) -> None:
    """Each clears away what no longer counts: at once, one took the other's for that."""
    failed: list[BaseException] = []

    def write(which: int) -> None:
        try:
            for turn in range(15):
                write_arrays(tmp_path / "a.zarr", "map", {"xy": np.full(9, which * 100 + turn)}, sync=False)
        except BaseException as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(which,)) for which in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if (tmp_path / "a.zarr").is_dir() and "map" in look_at_groups(tmp_path / "a.zarr")[0]:
            arrays, _ = read_arrays(tmp_path / "a.zarr", "map")
            assert len(set(arrays["xy"].tolist())) == 1
    for writer in writers:
        writer.join()
    assert not failed
    assert read_arrays(tmp_path / "a.zarr", "map")[0]["xy"][0] % 100 == 14
    (group,) = (path for path in (tmp_path / "a.zarr").iterdir() if path.name != "zarr.json")
    assert len([path for path in group.iterdir() if path.is_dir()]) == 1


def test_a_race_that_loses_something_is_found(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repscape.study._settle.together", lambda earlier, new: [new])
    monkeypatch.setattr("repscape.study._expand.Contents.joined", lambda self, earlier: self, raising=False)
    found = race(ground, "add, add another", count=1)
    assert "is gone" in str(found["said"])


def test_a_killed_command_ends_when_it_is_run_again(ground: Ground) -> None:
    trial, draw = Trial(ground, "add"), random.Random(0)
    assert trial.killed(draw) == ""


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("study.toml", 0.0),
        ("study.toml", 0.4),
        ("graphs.zarr/*/zarr.json", 0.5),
        ("graphs.zarr/zarr.json", 0.5),
        ("results.zarr/zarr.json", 0.5),
        ("journal/*.unit", 0.5),
    ],
)
def test_a_file_that_was_cut_short_is_mended_or_named(pattern: str, kept: float, ground: Ground) -> None:
    ground.clear(FOLDER)
    folder = ground.copy("arrays", FOLDER)
    file = sorted(folder.glob(pattern))[0]
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content))])
    assert cut_study(ground, "arrays", str(file.relative_to(folder))) == ""


def test_what_was_added_while_remove_waited_stays(ground: Ground) -> None:
    ground.clear(FOLDER)
    folder = ground.copy("arrays", FOLDER)
    waits: list[str] = []
    how = Running(wait=True, tell=waits.append, progress=False)

    def remove() -> None:
        remove_from_study(folder, measures=[{"name": "sim_cka"}], how=how)

    waiting = threading.Thread(target=remove)
    study = rs.open_study(folder)
    with study.folder.writing():
        waiting.start()
        until = time.monotonic() + 10
        while not waits and time.monotonic() < until:
            time.sleep(0.01)
        run_into(study.folder, Order(study.source(), rs.Plan(measures=[MORE])), how.means)
    waiting.join()
    assert waits
    assert {record.info.name for record in rs.load_results(folder)} == {"id_twonn", "overlap_labels", MORE}


def test_stores_with_names_that_begin_alike_leave_each_other_alone(tmp_path: Path) -> None:
    unfinished = tmp_path / ".run-2-0123456789ab.new"
    own = tmp_path / ".run-0123456789ab.new"
    unfinished.mkdir()
    own.mkdir()
    layer = LayerInfo("a", 0, 0.0)
    StoreWriter.create(tmp_path / "run", {layer: (2, "float32")}, rows=1).close()
    assert (unfinished.exists(), own.exists()) == (True, False)


def test_a_group_that_was_cut_short_is_written_anew(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_arrays(tmp_path / "z", name, {"x": np.arange(3)})
    (torn,) = (home for home in (tmp_path / "z").iterdir() if home.name.startswith("a-"))
    (torn / "zarr.json").write_text("{")
    names, found = look_at_groups(tmp_path / "z")
    assert (names, list(found)) == (("b",), [torn])
    write_arrays(tmp_path / "z", "a", {"x": np.arange(4)})
    assert read_arrays(tmp_path / "z", "a")[0]["x"].tolist() == [0, 1, 2, 3]
