"""What it costs to share a study out: tasks, bytes moved and idle share with 1 and 2 workers, and what follows for more.

    python benchmarks/workers.py                          processes of this machine, then dask on this machine: some minutes
    python benchmarks/workers.py --layers 12 --rows 2000 --only processes

A run of N workers takes about  start + tasks * task / N + busy / N + last,  where `start` is what a worker needs until it
hears and has loaded what it needs, `task` what handing out costs a task, `busy` the seconds of work, and `last` the longest
task, which others wait for. `start` comes from a study of one small task, `task` and `busy` from one worker; two are
predicted from them and measured. On a machine of fewer free cores than workers, or one that others use, the measured time
is longer.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import repscape as rs

PLAN = rs.Plan(measures=["id_twonn", "id_gride", "overlap_neighbors", "sim_cka"], profiles=["next"])
SMALL = rs.Plan(measures=["id_twonn"])
HEADS = ("workers", "seconds", "tasks", "MiB sent", "MiB shared", "MiB back", "idle", "same records")


class Heard(logging.Handler):
    """Keeps what runs say of their traffic."""

    def __init__(self) -> None:
        super().__init__()
        self.traffic: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        if (found := getattr(record, "traffic", None)) is not None:
            self.traffic.append(found)


@dataclass(frozen=True)
class Run:
    """One run."""

    seconds: float
    traffic: Any
    results: rs.Results


def measured(layers: dict[str, np.ndarray], plan: rs.Plan, scheduler: str | None) -> Run:
    """Run a study somewhere, and hear what it cost."""
    log, heard = logging.getLogger("repscape"), Heard()
    log.addHandler(heard)
    log.setLevel(logging.INFO)
    try:
        start = time.perf_counter()
        results = rs.run(layers, plan, threads=1, scheduler=scheduler)
        took = time.perf_counter() - start
    finally:
        log.removeHandler(heard)
    return Run(took, heard.traffic[-1] if heard.traffic else None, results)


@contextlib.contextmanager
def processes(count: int) -> Iterator[str]:
    """Name so many processes of this machine; they start with the run."""
    yield f"processes:{count}"


@contextlib.contextmanager
def dask(count: int) -> Iterator[str]:
    """Start a scheduler with so many workers, each a process of one thread that has loaded nothing yet."""
    import distributed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster:
            yield cluster.scheduler_address


def table(name: str, opened: Any, layers: dict[str, np.ndarray], here: rs.Results) -> None:
    """Measure one and two workers of a kind, and put the formula beside them."""
    print(f"\n{name}\n\n| {' | '.join(HEADS)} |\n{'|---' * len(HEADS)}|")
    with opened(1) as scheduler:
        small = measured({"a": np.random.default_rng(1).normal(size=(60, 4))}, SMALL, scheduler)
    found = {}
    for count in (1, 2):
        with opened(count) as scheduler:  # anew, so that each begins with nothing loaded
            found[count] = one = measured(layers, PLAN, scheduler)
        moved = " | ".join(
            f"{size / 2**20:.1f}" for size in (one.traffic.sent, one.traffic.shelved, one.traffic.returned)
        )
        idle = max(0.0, 1 - one.traffic.busy / one.traffic.held)
        same = one.results.records == here.records
        print(f"| {count} | {one.seconds:.1f} | {one.traffic.jobs} | {moved} | {idle:.0%} | {same} |", flush=True)
    one, start = found[1], small.seconds  # of the small study nothing but the start takes time
    busy = max(0.0, one.traffic.busy - small.traffic.busy)
    task = max(0.0, one.seconds - start - busy) / one.traffic.jobs
    last = busy / one.traffic.jobs
    print(f"\nbusy {busy:.1f} s, start {start:.1f} s, {1000 * task:.0f} ms a task, {last:.2f} s the usual task\n")
    print("| workers | predicted | measured | speed over one |\n|---|---|---|---|")
    for count in (1, 2, 8, 64):
        said = start + (one.traffic.jobs * task + busy) / count + (last if count > 1 else 0)
        told = f"{found[count].seconds:.1f} s" if count in found else ""
        print(f"| {count} | {said:.1f} s | {told} | {one.seconds / said:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--only", choices=("processes", "dask"))
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(asked.rows, 64)).astype(np.float32)
    layers = {f"layer {i}": np.tanh(X @ rng.normal(size=(64, 256)).astype(np.float32) / 8) for i in range(asked.layers)}
    here = measured(layers, PLAN, None)
    print(f"{asked.layers} layers of {asked.rows} x 256; on one thread of this process {here.seconds:.1f} s")
    for name, opened in (("processes", processes), ("dask", dask)):
        if asked.only in (None, name):
            table(name, opened, layers, here.results)


if __name__ == "__main__":
    main()
