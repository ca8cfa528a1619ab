"""What it costs to share a study out: tasks, bytes moved and idle share with 1 and 2 processes, and what follows for more.

    python benchmarks/workers.py --layers 12 --rows 2000

A run of N workers takes about  start + tasks * task / N + busy / N + last,  where `start` is what a worker needs until it
hears, `task` what handing out costs a task, `busy` the seconds of work, and `last` the longest task, which others wait for.
`start`, `task` and `busy` come from one worker; two are predicted from them and measured. On a machine of fewer free cores
than workers, or one that others use, the measured time is longer.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import repscape as rs
from repscape.machine import Workers


def measured(count: int, layers: dict[str, np.ndarray]) -> tuple[float, str, rs.Results]:
    """Seconds of a run with so many workers (0: threads), what was said of the traffic, and the results."""
    said: list[object] = []
    real = Workers.close

    def close(self: Workers) -> None:
        real(self)
        said.append(self.traffic)

    Workers.close = close  # type: ignore[method-assign]
    try:
        start = time.perf_counter()
        plan = rs.Plan(measures=["id_twonn", "id_gride", "overlap_neighbors", "sim_cka"], profiles=["next"])
        results = rs.run(layers, plan, threads=1, scheduler=f"processes:{count}" if count else None)
        return time.perf_counter() - start, said, results  # type: ignore[return-value]
    finally:
        Workers.close = real  # type: ignore[method-assign]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--rows", type=int, default=2000)
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(asked.rows, 64)).astype(np.float32)
    layers = {f"layer {i}": np.tanh(X @ rng.normal(size=(64, 256)).astype(np.float32) / 8) for i in range(asked.layers)}
    here, _, results = measured(0, layers)
    print(f"{asked.layers} layers of {asked.rows} x 256; on one thread of this process {here:.1f} s\n")
    heads = ("workers", "seconds", "tasks", "MiB sent", "MiB shared", "MiB back", "idle", "same records")
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    found = {}
    for count in (1, 2):
        took, said, same = measured(count, layers)
        traffic = found[count] = said[0]  # type: ignore[index]
        moved = " | ".join(f"{size / 2**20:.1f}" for size in (traffic.sent, traffic.shelved, traffic.returned))
        idle = 1 - traffic.busy / traffic.held
        cells = (count, f"{took:.1f}", traffic.jobs, moved, f"{idle:.0%}", same.records == results.records)
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
        found[count] = (took, traffic)
    took, one = found[1]
    spare = took - one.busy
    start = 0.8 * spare  # until the first worker hears; the rest is handing out
    task = (spare - start) / one.jobs
    last = one.busy / one.jobs
    print(f"\nbusy {one.busy:.1f} s, start {start:.1f} s, {1000 * task:.0f} ms a task, {last:.2f} s the usual task\n")
    print("| workers | predicted | measured | speed over one |\n|---|---|---|---|")
    for count in (1, 2, 8, 64):
        said = start + (one.jobs * task + one.busy) / count + (last if count > 1 else 0)
        told = f"{found[count][0]:.1f} s" if count in found else ""
        print(f"| {count} | {said:.1f} s | {told} | {took / said:.1f} |")


if __name__ == "__main__":
    main()
