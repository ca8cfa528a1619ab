"""Units in other processes and on a dask scheduler: the same to the bit, whoever is lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, SchedulerError
from repscape.results import Place
from repscape.study import _cluster_dask, _far_dask
from repscape.study._far import FarTask
from repscape.study._graphs import GraphNames
from repscape.study._tasks import Need
from repscape.study._unit import Answer, Call, LayerTask, Limits, Side, UnitResult
from repscape.study.reading import Representation

N = 60
X = np.random.default_rng(0).normal(size=(N, 4))
LAYERS = {"a": X, "b": np.tanh(2 * X), "c": X[:, :3]}
LABELS = {"kind": X[:, 0] > 0}
PLAN = rs.Plan(measures=["id_twonn", "overlap_labels(k=5)", "overlap_neighbors(k=5)", "sim_cka"], labels="kind")
SCRIPT = """
import logging, os, pathlib, sys, warnings
import numpy as np, repscape as rs
from tests.study import deadly

print("begun")
flags = pathlib.Path(os.environ["DEADLY"])
told = []
handler = logging.Handler()
handler.emit = lambda record: told.append(record.getMessage())
logging.getLogger("repscape").addHandler(handler)
logging.getLogger("repscape").setLevel(logging.INFO)
X = np.random.default_rng(0).normal(size=(60, 4))
Y = np.tanh(2 * X)
own = [rs.Measure("one", fn=deadly.one), rs.Measure("two", fn=deadly.two, arity=2)]
plan = rs.Plan(measures=[*own, "id_twonn", "sim_cka"], profiles=["next"])
ticks = []
there = rs.run(
    {"a": deadly.DeadlyPoints(X, flags / "graph"), "b": Y},
    plan,
    folder=flags.parent / "study",
    scheduler="processes:1",
    progress=lambda *all: ticks.append(all),
)
print(sorted(flag.name for flag in flags.iterdir()))
print(there.records == rs.run({"a": X, "b": Y}, plan).records, "warned" in str(there.warnings))
print([done for done, _, _ in ticks] == list(range(1, 9)))
print("3 lost" in told[-1] and told[-1].startswith("worker processes: 7 tasks"), told)
try:
    rs.run({"a": X, "b": Y}, rs.Plan(measures=[rs.Measure("mine", fn=lambda X: 1.0)]), scheduler="processes:1")
except rs.errors.InputError as error:
    print(error)
"""


def test_lost_workers_cost_what_they_had_in_hand(tmp_path: Path) -> None:
    """From standard input, which no other process can import, with a worker killed in each phase."""
    (tmp_path / "flags").mkdir()
    done = subprocess.run(
        [sys.executable, "-"],
        input=SCRIPT,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DEADLY": str(tmp_path / "flags")},
    )
    begun, flags, same, ticks, traffic, refused = done.stdout.splitlines()
    assert (begun, flags, same) == ("begun", "['graph', 'one', 'two']", "True True")
    assert ticks == "True"
    assert traffic.startswith("True"), traffic
    assert refused.startswith(
        "the measure 'mine' cannot be computed by scheduler='processes:1': <lambda> is defined in the"
    )
    assert refused.endswith("give the Measure no lambda; or leave scheduler out.")


def far(calls: str = "pq") -> FarTask:
    """A task with a graph and measures that nobody computes."""
    place = Place("", LayerInfo("a", 0, 0.0))
    item = PLAN.items[0]
    asked = tuple((key, Call(item, None, {}, {})) for key in calls)
    return FarTask(LayerTask(Side(Representation(place, X), "a"), Limits(1, 1), "g", Need(), asked))


def test_a_unit_that_costs_one_worker_after_the_other_is_given_up() -> None:
    job = far()
    assert list(job.lost("ended by SIGKILL")) == []
    given = list(job.lost("ended by SIGKILL"))
    assert [(r.kind, r.status) for r in given] == [("graph", "failed"), ("measure", "failed"), ("measure", "failed")]
    assert given[0].error == "2 workers were lost over it, the last ended by SIGKILL; memory may have run out"
    assert given[1].error.startswith("its graph failed: 2 workers")
    assert job.call() is None
    job = far()
    job.take(UnitResult("graph", "a", "graph", (Answer("g", "done"),), graph={"names": {"full": "g|full|3"}}))
    job.take(UnitResult("measure", "a", "id_twonn", (Answer("p", "done"),)))
    assert list(job.lost("x")) == []
    job.take(UnitResult("measure", "a", "id_twonn", (Answer("q", "done"),)))
    assert job.call() is None
    assert job.left is not None
    assert job.left.side.graphs == GraphNames("g|full|3")


# ---- a dask scheduler


def test_a_dask_scheduler_gives_the_same(cluster: Any, tmp_path: Path) -> None:
    here = rs.run(LAYERS, PLAN, columns=LABELS, folder=tmp_path / "here")
    ticks: list[tuple[int, int, str]] = []

    def stop(*all: Any) -> None:
        ticks.append(all)
        if len(ticks) == 4:
            raise KeyboardInterrupt

    with pytest.raises(rs.errors.StudyInterrupted):
        rs.run(
            LAYERS, PLAN, columns=LABELS, folder=tmp_path / "there", scheduler=cluster.scheduler_address, progress=stop
        )
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        there = rs.run(LAYERS, PLAN, columns=LABELS, folder=tmp_path / "there", scheduler=client)
        assert client.status == "running"
    assert there.records == here.records
    assert len(ticks) == 4


def test_what_a_dask_scheduler_may_not_be(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cluster_dask, "CONNECT", 0.2)
    with pytest.raises(SchedulerError, match="there is no dask scheduler at tcp://127.0.0.1:1"):
        rs.run(LAYERS, PLAN, columns=LABELS, scheduler="tcp://127.0.0.1:1")
    monkeypatch.undo()
    with pytest.raises(InputError, match="scheduler of run must be None"):
        rs.run(LAYERS, PLAN, columns=LABELS, scheduler="127.0.0.1:8786")
    monkeypatch.setattr(_cluster_dask, "sees", lambda folder: False)
    with pytest.raises(InputError, match="must lie where every dask worker sees it"):
        rs.run(LAYERS, PLAN, columns=LABELS, scheduler=cluster.scheduler_address, folder=tmp_path / "s")
    other = {"versions": {"repscape": "9"}, "threads": 1, "memory": 0}
    monkeypatch.setattr(
        _cluster_dask, "about", lambda also, dask_worker=None: other if dask_worker else _far_dask.about()
    )
    with pytest.raises(InputError, match=r"has repscape 9 \(here"):
        rs.run(LAYERS, PLAN, columns=LABELS, scheduler=cluster.scheduler_address)


def test_a_lost_dask_scheduler_leaves_what_was_finished(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lost = distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    ticks = []

    def close(*all: Any) -> None:
        ticks.append(all)
        if len(ticks) == 6:
            lost.close()

    with pytest.raises(SchedulerError, match="the same command goes on from there"):
        rs.run(LAYERS, PLAN, columns=LABELS, folder=tmp_path / "s", scheduler=lost.scheduler_address, progress=close)
    assert len(rs.load_results(tmp_path / "s")) >= 4
    here = rs.run(LAYERS, PLAN, columns=LABELS, folder=tmp_path / "s")
    assert here.records == rs.run(LAYERS, PLAN, columns=LABELS).records
