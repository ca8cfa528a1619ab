"""Workers of dask that die over a unit, again and again: that unit fails by its name, and all others go on.

Dask gives up a task that was on several workers when these died, be it only in wait, and does not say whose doing it was. A
scheduler that behaves so stands in for it here, since real ones take seconds to start a worker anew.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import distributed
import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import SchedulerError
from repscape.machine import Traffic, unpacked
from repscape.results import Place
from repscape.study import _far_dask
from repscape.study._cluster_dask import Cluster
from repscape.study._far import FarTask
from repscape.study._tasks import Need
from repscape.study._unit import Block, Call, Comparison, LayerTask, Limits, PairTask, Side, UnitResult
from repscape.study.reading import Representation

X = np.random.default_rng(0).normal(size=(40, 4))
PLAN = rs.Plan(measures=["id_twonn", "id_mle", "sim_cka"])


def side(name: str) -> Side:
    return Side(Representation(Place("", LayerInfo(name, 0, 0.0)), X), name)


def call(number: int) -> Call:
    return Call(PLAN.items[number], None, {}, {})


def units(task: Any) -> Iterable[str]:
    """What is in a task, in words."""
    if isinstance(task, PairTask):
        return [pair.key for pair in task.pairs]
    graph = [] if not task.graph else [task.graph if task.block is None else f"block {task.block.start}"]
    return [*graph, *(key for key, _ in task.calls)]


class Future:
    def __init__(self, work: Callable[[], bytes]) -> None:
        self.status, self._error, self._content = "finished", None, b""
        try:
            self._content = work()
        except distributed.KilledWorker as error:
            self.status, self._error = "error", error  # type: ignore[assignment]
        except ConnectionError:
            self.status = "lost"

    def result(self) -> bytes:
        return self._content

    def exception(self) -> Any:
        return self._error

    def add_done_callback(self, tell: Callable[[Any], None]) -> None:
        tell(self)

    def cancel(self) -> None:
        pass


class Client:
    """Computes at once; what holds a deadly unit costs all workers, and what waits beside it is given up as well."""

    scheduler = SimpleNamespace(address="tcp://there:1")
    status = "running"

    def __init__(self, deadly: str, *, closes: str = "") -> None:
        self.deadly, self.closes = deadly, closes
        self.beside: list[str] = []

    def submit(self, function: Any, content: bytes, asked_by: int, **_: Any) -> Future:
        task = unpacked(content)[1]
        inside = list(units(task))

        def work() -> bytes:
            if self.closes in inside:
                raise ConnectionError
            if self.deadly in inside or (self.deadly in self.beside and len(inside) > 1):
                self.beside = inside
                raise distributed.KilledWorker("task", SimpleNamespace(address="tcp://there:2"), 3)
            self.beside = inside
            return bytes(function(content, asked_by))

        return Future(work)


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = SimpleNamespace(memory_manager=SimpleNamespace(memory_limit=None))
    monkeypatch.setattr(distributed, "get_worker", lambda: worker)


def answers(client: Client, tasks: list[Any]) -> list[UnitResult]:
    cluster = Cluster(client, {"a": 1, "b": 1}, Traffic())
    return list(cluster.work(deque(FarTask(task) for task in tasks)))


def layer(name: str, **more: Any) -> LayerTask:
    calls = ((f"{name} twonn", call(0)), (f"{name} mle", call(1)))
    whole = LayerTask(side(name), Limits(1, 1 << 30), f"{name} graph", Need(distinct=30, distinct_wanted=30), calls)
    return replace(whole, **more)


def pairs() -> PairTask:
    keys = ("p", "q", "r")
    return PairTask(
        call(2), {0: side("a"), 1: side("b")}, tuple(Comparison(key, 0, 1, True) for key in keys), Limits(1, 1 << 30)
    )


@pytest.mark.parametrize(
    ("deadly", "failed"),
    [
        ("a twonn", {"a twonn"}),
        ("b mle", {"b mle"}),
        ("q", {"q"}),
        ("a graph", {"a graph", "a twonn", "a mle"}),
    ],
)
def test_only_the_unit_that_costs_workers_fails(deadly: str, failed: set[str]) -> None:
    found = answers(Client(deadly), [layer("a"), layer("b"), pairs()])
    held = {answer.key: answer for result in found for answer in result.answers}
    assert {key for key, answer in held.items() if answer.status == "failed"} == failed
    assert len(held) == 9
    assert "the workers that tried it were lost: killed, as dask says" in held[deadly].why
    assert sum(len(result.answers) for result in found) == 9


def test_a_deadly_block_fails_its_graph(tmp_path: Path) -> None:
    blocks = [Block("a graph", 0, 40, 5, start, start + 20) for start in (0, 20)]
    cut = [layer("a", calls=(), cut=True, block=block) for block in blocks]
    (found, *_) = [result for result in answers(Client("block 20"), cut[1:]) if result.answers]
    assert (found.kind, found.keys, found.status) == ("graph", ("a graph",), "failed")


@pytest.mark.parametrize("phase", ["a graph", "b twonn", "q"])
def test_a_scheduler_that_goes_is_said_in_every_phase(phase: str) -> None:
    tasks = [layer("a", calls=()), layer("b", graph="", calls=layer("b").calls), pairs()]
    cluster = Cluster(Client("", closes=phase), {"a": 1, "b": 1}, Traffic())
    with pytest.raises(
        SchedulerError, match=r"the dask scheduler at tcp://there:1 was lost\. What was finished is kept"
    ):
        list(cluster.work(deque(FarTask(task) for task in tasks)))


@pytest.mark.filterwarnings("always:heard there")
def test_what_another_process_says_comes_back() -> None:
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("repscape").addHandler(handler)

    class Elsewhere(Client):
        def submit(self, function: Any, content: bytes, asked_by: int, **more: Any) -> Future:
            return super().submit(function, content, -1, **more)

    class Talk:
        alone, done = False, False

        def call(self) -> Any:
            return None if self.done else (talk, SimpleNamespace(graph="", block=None, calls=()))

        def take(self, part: Any) -> Any:
            self.done = True
            return part

    handler_before = len(logging.getLogger("repscape").handlers)
    with pytest.warns(UserWarning, match="heard there") as heard:
        found = list(Cluster(Elsewhere(""), {"a": 1}, Traffic()).work(deque([Talk()])))
    logging.getLogger("repscape").removeHandler(handler)
    assert found == [os.getpid()]
    assert [str(one.message) for one in heard] == ["heard there"]
    assert "said there" in told
    assert len(logging.getLogger("repscape").handlers) == handler_before - 1
    assert _far_dask._alone().acquire(timeout=1)
    _far_dask._alone().release()


def talk(_: Any) -> Iterable[int]:
    warnings.warn("heard there", UserWarning, stacklevel=1)
    logging.getLogger("repscape").info("said there")
    yield os.getpid()
