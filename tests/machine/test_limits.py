"""Limits of the libraries below: held while somebody is at work, given back by whoever is last."""

from __future__ import annotations

import threading

import pytest
import torch
from threadpoolctl import threadpool_info

from repscape.machine import (
    Budget,
    Crew,
    in_threads,
    library_threads,
    single_threaded_products,
    single_threaded_torch,
    single_torch_thread,
)


def threads_of(kind):
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == kind]


@pytest.fixture
def three_torch_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_torch_threads")
def test_torch_gets_back_what_it_had():
    with single_threaded_torch():
        assert torch.get_num_threads() == 1
        with single_threaded_torch():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_torch_threads")
def test_torch_gets_back_what_it_had_after_an_error():
    with pytest.raises(ZeroDivisionError), single_threaded_torch():
        raise ZeroDivisionError
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_torch_threads")
def test_the_first_to_leave_does_not_free_torch_for_the_others():
    entered, left = threading.Event(), threading.Event()
    seen = []

    def other():
        with single_threaded_torch():
            entered.set()
            left.wait(5)
            seen.append(torch.get_num_threads())

    thread = threading.Thread(target=other)
    with single_threaded_torch():
        thread.start()
        entered.wait(5)
    left.set()
    thread.join()
    assert seen == [1]


@pytest.mark.usefixtures("three_torch_threads")
def test_threads_of_a_crew_hold_torch_and_the_caller_gets_it_back():
    seen = []

    def task(_, room):
        seen.append(torch.get_num_threads())

    with single_threaded_products():
        Crew(2).map(task, range(8), what="x", workspace=single_torch_thread)
    assert seen == [1] * 8
    assert torch.get_num_threads() == 3


def test_tasks_share_the_cores_with_their_products():
    before, seen = threads_of("blas"), []
    in_threads([lambda: seen.append(max(threads_of("blas")))] * 2, 2)
    assert seen == [1, 1]
    assert threads_of("blas") == before
    in_threads([lambda: seen.append(threads_of("blas"))], 2)  # one task alone keeps what there is
    assert seen[2] == before


def test_tasks_that_have_not_begun_are_not_run_after_an_error():
    run = []

    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_threads([fail, *[lambda: run.append(1)] * 2000], 2)
    assert len(run) < 2000
    with pytest.raises(ZeroDivisionError):
        in_threads([fail, lambda: run.append(2)], 1)
    assert 2 not in run


def test_every_library_can_be_held():
    before = threads_of("openmp"), threads_of("blas")
    with library_threads(1):
        assert set(threads_of("openmp")) | set(threads_of("blas")) == {1}
    with library_threads(None):
        assert (threads_of("openmp"), threads_of("blas")) == before
    assert (threads_of("openmp"), threads_of("blas")) == before


def test_a_budget_is_shared():
    budget = Budget(threads=8, memory=1000)
    assert budget.workers(3, largest=1) == 3
    assert budget.workers(30, largest=1) == 8
    assert budget.workers(30, largest=300) == 3
    assert budget.workers(30, largest=5000) == 1
    assert budget.each(3) == 2
    assert budget.each(20) == 1
    assert Budget.of(5, 77, "f") == Budget(5, 77)
    assert Budget.of(1, None, "f").memory > 1 << 20
