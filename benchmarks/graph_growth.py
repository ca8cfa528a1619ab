"""Measure how the seconds of knn_graph grow with n and d, beside the floor; write the table and the figure of README.md.

    python benchmarks/graph_growth.py --out benchmarks

The floor is the time that the products alone would take: 2 n^2 d operations, at the rate measured on this machine for tiles
of the same width, all threads at work, in the precision that knn_graph chose. Each pair of points is multiplied only once,
so a ratio of 0.5 would be perfect.
"""

from __future__ import annotations

import argparse
import json
import platform
import threading
import time
from pathlib import Path

import numpy as np

from repscape.graph import _choose, knn_graph
from repscape.graph._certify import Encoded, Frame
from repscape.graph._screen import TILE
from repscape.machine import single_threaded_products, thread_count

BY_N = (5_000, 10_000, 20_000, 40_000, 60_000, 90_000)
BY_D = (16, 64, 256, 1024, 4096)
WIDTH, SIZE, K = 512, 60_000, 50


def product_rate(name: str, d: int, threads: int) -> float:
    """Operations per second of all threads on single tiles, the best of several turns."""
    products = _choose.NumpyProducts(name, d) if name.startswith("float") else _choose._short(name, d)
    block = np.random.default_rng(0).normal(size=(TILE, d)).astype(np.float32)
    encoded = Encoded.of(block, Frame(np.zeros(d), 0.125), products)
    turns = max(2, int(4e10 / (2 * TILE * TILE * d)))

    def work() -> None:
        room = products.tile(TILE)
        for _ in range(turns):
            products.multiply(encoded, encoded, room)

    best = np.inf
    with single_threaded_products():
        for _ in range(3):
            workers = [threading.Thread(target=work) for _ in range(threads)]
            start = time.perf_counter()
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            best = min(best, time.perf_counter() - start)
    return threads * turns * 2 * TILE * TILE * d / best


def measure(n: int, d: int, repeats: int) -> dict[str, float | int | str]:
    """Seconds (best of the repeats), certificate and floor for n Gaussian points of d features."""
    threads = thread_count(None, "graph_growth")
    X = np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        graph = knn_graph(X, K)
        seconds.append(time.perf_counter() - start)
    first = next(iter(graph.certificate))
    floor = 2 * n * n * d / product_rate(first, d, threads)
    return {
        "n": n, "d": d, "precision": first, "certified": graph.certificate[first],
        "seconds": min(seconds), "floor": floor, "ratio": min(seconds) / floor,
    }  # fmt: skip


def table(rows: list[dict[str, float | int | str]]) -> str:
    """The rows as markdown."""
    lines = ["| n | d | products | certified first | seconds | floor | ratio |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {r['n']:,} | {r['d']:,} | {r['precision']} | {100 * float(r['certified']):.2f} % "
        f"| {r['seconds']:.2f} | {r['floor']:.2f} | {r['ratio']:.2f} |"
        for r in rows
    ]
    return "\n".join(lines)


def draw(rows: list[dict[str, float | int | str]], path: Path) -> None:
    """Seconds and floor against n and against d."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    by_n = sorted((r for r in rows if r["d"] == WIDTH), key=lambda r: r["n"])
    by_d = sorted((r for r in rows if r["n"] == SIZE), key=lambda r: r["d"])
    for axis, part, name in ((axes[0], by_n, "n"), (axes[1], by_d, "d")):
        axis.loglog([r[name] for r in part], [r["seconds"] for r in part], "o-", color="#0072B2", label="knn_graph")
        axis.loglog([r[name] for r in part], [r["floor"] for r in part], "s--", color="#D55E00", label="products alone")
        axis.set_xlabel({"n": f"points (d = {WIDTH})", "d": f"features (n = {SIZE:,})"}[name])
        axis.set_ylabel("seconds")
    axes[0].legend(frameon=False)
    figure.savefig(path, dpi=140)


def main() -> None:
    """Measure, write growth.json, growth.md and growth.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--by-n", type=int, nargs="*", default=BY_N)
    parser.add_argument("--by-d", type=int, nargs="*", default=BY_D)
    options = parser.parse_args()
    knn_graph(np.random.default_rng(0).normal(size=(3000, 16)).astype(np.float32), 5)  # compiled or loaded
    sizes = [(n, WIDTH) for n in options.by_n] + [(SIZE, d) for d in options.by_d]
    rows = []
    for n, d in sizes:
        rows.append(measure(n, d, options.repeats))
        print(rows[-1], flush=True)
        head = f"{platform.processor() or platform.machine()}, {thread_count(None, 'graph_growth')} threads\n\n"
        (options.out / "growth.md").write_text(head + table(rows) + "\n")
        (options.out / "growth.json").write_text(json.dumps(rows, indent=1) + "\n")
    draw(rows, options.out / "growth.png")


if __name__ == "__main__":
    main()
