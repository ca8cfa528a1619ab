"""The device path, tested and timed: exact against the processor's engine, and beside torch's own cdist and topk.

`benchmarks/gpu.sh` runs it where there is a GPU, in under eight minutes; `--device cpu --small` rehearses it anywhere. Times
are of the whole call, the transfer of the points included; each is the second of two, since the first one compiles.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from repscape.graph import _exact, _points
from repscape.graph._device_torch import solve
from repscape.graph._exact import Problem
from repscape.machine import Crew, single_threaded_products, thread_count

GRID = [
    (20_000, 64, 30),
    (20_000, 768, 30),
    (100_000, 64, 30),
    (100_000, 768, 30),
    (100_000, 768, 100),
    (300_000, 384, 30),
]
SMALL = [(1_000, 16, 5), (3_000, 64, 10)]
LIMIT = 420.0  # seconds: what is left of the grid then is left out, and said


def points(n: int, d: int) -> np.ndarray:
    """A curved sheet of ten dimensions with noise, some rows twice and some nearly so."""
    rng = np.random.default_rng(0)
    sheet = rng.normal(size=(n, 10)).astype(np.float32)
    X = np.tanh(sheet @ rng.normal(size=(10, d)).astype(np.float32) / 3) + 0.01 * rng.normal(size=(n, d)).astype(
        np.float32
    )
    X[1 : n // 50 : 2] = X[: n // 50 - 1 : 2]
    X[n // 50 : n // 25] = X[n // 25 : n // 25 * 2 - n // 50] + np.float32(1e-6)
    return np.ascontiguousarray(X)


def problem(X: np.ndarray, k: int, rows: np.ndarray | None = None) -> Problem:
    held = _points.read(X, "X", "gpu")
    asked = held if rows is None else held.take(rows)
    own = np.arange(held.n) if rows is None else rows
    return Problem(held, asked, own, k, Crew(thread_count(None, "gpu")), 1 << 16)


def ours(X: np.ndarray, k: int, device: str, precision: str) -> tuple[Any, dict[str, int]]:
    asked = problem(X, k)
    with single_threaded_products():
        return solve(asked, _exact.frame_of(asked), device=device, precision=precision)


def theirs(X: np.ndarray, k: int, device: str) -> np.ndarray:
    """Squared distances by torch.cdist and topk, in blocks: not certified, and not in float64."""
    there = torch.from_numpy(X).to(device)
    found = []
    for start in range(0, len(X), 4096):
        near = torch.cdist(there[start : start + 4096], there)
        found.append(torch.topk(near, k + 1, largest=False).indices.cpu())
    return torch.cat(found).numpy()


def seconds(device: str, work: Callable[[], Any]) -> tuple[float, Any]:
    for _ in range(2):
        start = time.perf_counter()
        found = work()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
    return time.perf_counter() - start, found


def wrong(X: np.ndarray, k: int, found: Any, rows: np.ndarray) -> int:
    """Rows whose neighbours are not those of float64 differences, index by index."""
    asked = problem(X, k, rows)
    with single_threaded_products():
        (values, ids), _ = _exact.solve(asked, None, [])
    mine = found[1][rows]
    return int(((mine != ids) & ~np.isclose(found[0][rows], values, rtol=1e-11, atol=0)).any(axis=1).sum())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    began, broken = time.perf_counter(), 0
    what = torch.cuda.get_device_name(asked.device) if asked.device.startswith("cuda") else "torch on the processor"
    print(f"{what}; torch {torch.__version__}\n")
    heads = (
        "n",
        "d",
        "k",
        "precision",
        "certified there",
        "rows wrong",
        "seconds",
        "cdist + topk: seconds",
        "it misses",
    )
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for n, d, k in SMALL if asked.small else GRID:
        if time.perf_counter() - began > LIMIT:
            print(f"| {n:,} | {d} | {k} | left out: time is up | | | | | |")
            continue
        X = points(n, d)
        rows = np.sort(np.random.default_rng(1).choice(n, min(n, 500), replace=False))
        beside, other = seconds(asked.device, lambda X=X, k=k: theirs(X, k, asked.device))
        for precision in ("bf16", "float32"):
            took, (found, certified) = seconds(
                asked.device, lambda X=X, k=k, precision=precision: ours(X, k, asked.device, precision)
            )
            bad = wrong(X, k, found, rows)
            broken += bad
            missed = 1 - np.mean([np.isin(found[1][row], other[row]).mean() for row in rows])
            share = certified.get(precision, 0) / n
            cells = (f"{n:,}", d, k, precision, f"{share:.2%}", f"{bad} of {len(rows)}", f"{took:.2f}")
            print(f"| {' | '.join(map(str, cells))} | {beside:.2f} | {missed:.2%} |", flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s in all; {'EXACT' if not broken else f'{broken} ROWS WRONG'}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
