"""Manners: threads are bounded, Ctrl-C is heard within a second, errors come out, memory is asked for first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from threadpoolctl import threadpool_info

from repscape.errors import InputError, MemoryBudgetError
from repscape.graph import _knn, _memory, knn_graph
from repscape.machine import _crew
from tests.graph.point_sets import gaussian


def blas_threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.mark.parametrize("name", _crew.LIMITS)
def test_environment_bounds_threads(name, monkeypatch):
    for other in _crew.LIMITS:
        monkeypatch.delenv(other, raising=False)
    cores = len(os.sched_getaffinity(0))
    assert _crew.thread_count(None, "f") == cores
    monkeypatch.setenv(name, "1")
    assert _crew.thread_count(None, "f") == 1
    monkeypatch.setenv(name, "4000")
    assert _crew.thread_count(None, "f") == cores
    assert _crew.thread_count(7, "f") == 7  # the argument is taken at its word


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2"])
def test_wrong_number_of_threads(threads):
    with pytest.raises(InputError, match="threads of knn_graph must be an int of at least 1"):
        knn_graph(gaussian(30, 2), 3, threads=threads)


def test_no_more_threads_than_asked_for_and_products_are_single_threaded():
    knn_graph(gaussian(300, 4), 3)  # compiled loops bring a BLAS of their own
    seen, blas, before = set(), set(), blas_threads()

    def look(done, total, what):
        seen.add(threading.active_count())
        blas.update(blas_threads())

    started = threading.active_count()
    knn_graph(gaussian(20_000, 48), 10, threads=2, precision="float32", progress=look)
    assert max(seen) <= started + 2
    assert blas == {1}
    assert blas_threads() == before


LATER = """
import numpy as np
from threadpoolctl import threadpool_info
from repscape.graph import knn_graph
X = np.random.default_rng(0).normal(size=(20_000, 48)).astype(np.float32)
knn_graph(X[:300], 3)
import faiss
pools, seen = lambda: [(p["filepath"], p["num_threads"]) for p in threadpool_info() if p["user_api"] == "blas"], []
before = pools()
knn_graph(X, 10, threads=2, precision="float32", progress=lambda *_: seen.extend(pools()))
assert any("faiss" in path for path, _ in seen), seen
assert {count for _, count in seen} == {1}, seen
assert pools() == before
"""


def test_a_blas_that_was_loaded_after_the_first_graph_is_single_threaded_too():
    found = subprocess.run([sys.executable, "-c", LATER], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_limits_of_graphs_at_the_same_time_do_not_mix():
    before = blas_threads()
    X = gaussian(3000, 32)
    jobs = [threading.Thread(target=knn_graph, args=(X, 5), kwargs={"threads": 1}) for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert blas_threads() == before


def test_progress_ends_at_the_total():
    calls = []
    knn_graph(gaussian(2000, 16), 5, progress=lambda *call: calls.append(call))
    steps = {what: (done, total) for done, total, what in calls if "compiling" not in what}
    assert {"float32", "exact distances"} <= set(steps)
    assert all(done == total for done, total in steps.values())


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_progress_may_stop_the_work(metric):
    def stop(done, total, what):
        if what in ("float32", "direct"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        knn_graph(gaussian(6000, 32), 5, metric=metric, progress=stop)
    assert all("repscape" not in thread.name for thread in threading.enumerate())
    assert knn_graph(gaussian(100, 4), 2).n == 100


@pytest.fixture
def listening():
    """Hear Ctrl-C, also where the tests were started in the background and told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("metric", ["euclidean", "chebyshev"])
def test_ctrl_c_is_heard_within_a_second(metric):
    X = gaussian(30_000, 256)
    knn_graph(X[:300], 5, metric=metric)
    sent = []

    def press():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.5, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        knn_graph(X, 50, metric=metric, precision="float64", threads=2)
    assert time.monotonic() - sent[0] < 1.0
    timer.join()


def test_an_error_in_a_thread_comes_out():
    def fail(item, _):
        if item == 3:
            raise ZeroDivisionError(item)

    with pytest.raises(ZeroDivisionError, match="3"):
        _crew.Crew(2).map(fail, range(50), what="x")


def test_every_item_is_done_once():
    done = []
    _crew.Crew(4).map(lambda item, _: done.append(item), range(500), what="x")
    assert sorted(done) == list(range(500))


def test_memory_is_refused_before_it_is_taken(monkeypatch):
    monkeypatch.setattr(_knn, "memory_available", lambda: 1 << 20)
    with pytest.raises(MemoryBudgetError, match=r"knn_graph would need at least .* GiB .* are free"):
        knn_graph(gaussian(5000, 16), 100)


def test_memory_of_a_layer_fits_the_plan():
    n, d, k = 90_000, 512, 100
    budget = _memory.plan(
        n=n, d=d, queries=n, k=k, keep=k + 14, free=n * d * 8 + 20 * n * k + (512 << 20), function="f"
    )
    assert budget.part_rows >= 1024
    assert budget.part_rows % 1024 == 0


@pytest.mark.parametrize("given", [0, 2])
def test_where_the_system_gives_no_more_threads_fewer_do_the_work(given, monkeypatch):
    begin, begun, done = threading.Thread.start, [], []

    def start(thread):
        if len(begun) == given:
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    _crew.Crew(5).map(lambda item, _: done.append(item), range(40), what="x")
    assert sorted(done) == list(range(40))
    assert len(begun) == given
