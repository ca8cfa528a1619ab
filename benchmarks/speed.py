"""Speed beside the plain numpy way, of many small graphs, and of a whole study by stages.

`python benchmarks/speed.py small many study --layers 13 --rows 10000` takes minutes on a quiet machine. Every figure is the
median of turns taken one after the other in one run, so that ratios stand on a busy machine too; seconds of processor time
(all threads) beside those of the clock.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import repscape as rs
from repscape.machine import single_threaded_products

TURNS = 9


def plain(X: Any, k: int) -> tuple[Any, Any]:
    """Neighbours as one writes them in numpy: not exact."""
    squares = (X * X).sum(axis=1)
    apart = squares[:, None] + squares - 2 * X @ X.T
    np.fill_diagonal(apart, np.inf)
    places = np.argpartition(apart, k, axis=1)[:, :k]
    values = np.take_along_axis(apart, places, axis=1)
    order = values.argsort(axis=1)
    values = np.take_along_axis(values, order, axis=1)
    return np.take_along_axis(places, order, axis=1), np.sqrt(np.maximum(values, 0))


def in_turns(ways: dict[str, Callable[[], Any]], turns: int = TURNS) -> dict[str, tuple[float, float]]:
    """Seconds by the clock and of the processor for each way, the median over turns."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, way in ways.items():
            clock, processor = time.perf_counter(), time.process_time()
            way()
            if turn:  # the first compiles
                spent[name].append((time.perf_counter() - clock, time.process_time() - processor))
    medians = {name: np.median(np.array(pairs), axis=0) for name, pairs in spent.items()}
    return {name: (float(pair[0]), float(pair[1])) for name, pair in medians.items()}


def told(title: str, found: dict[str, tuple[float, float]], base: str) -> None:
    """Print figures and their ratios to one of them."""
    print(f"\n{title}")
    for name, (clock, processor) in found.items():
        of_clock, of_processor = clock / found[base][0], processor / found[base][1]
        print(
            f"{name:30s} {clock * 1e3:9.1f} ms {of_clock:6.2f}   processor {processor * 1e3:9.1f} ms {of_processor:6.2f}"
        )


def small() -> None:
    """One graph of few points of many features, and Gride of it."""
    X = np.random.default_rng(0).normal(size=(1024, 4096)).astype(np.float32)
    graph = rs.knn_graph(X, 100)
    ways = {
        "numpy, not exact": lambda: plain(X, 100),
        "knn_graph": lambda: rs.knn_graph(X, 100),
        "id_gride with its errors": lambda: rs.id_gride(graph),
        "floor: the product alone": lambda: X @ X.T,
    }
    told("1,024 x 4,096, k = 100", in_turns(ways), "numpy, not exact")


def many() -> None:
    """Many graphs in one call."""
    rng = np.random.default_rng(0)
    for count, n, d, k in ((20, 1024, 4096, 100), (200, 200, 768, 20)):
        sets = [rng.normal(size=(n, d)).astype(np.float32) for _ in range(count)]
        ways = {
            "numpy, not exact, in a loop": lambda sets=sets, k=k: [plain(X, k) for X in sets],
            "knn_graphs": lambda sets=sets, k=k: rs.knn_graphs(sets, k),
        }
        told(f"{count} graphs of {n} x {d}, k = {k}", in_turns(ways, 3), "numpy, not exact, in a loop")


def layers_of(count: int, rows: int, features: int) -> tuple[dict[str, Any], Any]:
    """Layers that bend the same twenty directions more and more, with noise; and ten classes."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(rows, 20))
    found = {}
    for layer in range(count):
        bent = np.tanh(hidden @ rng.normal(size=(20, 100)) * (1 + layer / count) / 4)
        noise = 0.3 * rng.normal(size=(rows, features))
        found[f"layer.{layer}"] = (bent @ rng.normal(size=(100, features)) + noise).astype(np.float32)
    return found, np.argmax(hidden[:, :4], axis=1).astype(str)


def study(layers: int, rows: int, features: int) -> None:
    """A study of usual measures: the processor time of each stage, one thread."""
    points, labels = layers_of(layers, rows, features)
    measures = [
        "id_twonn", "id_gride", "id_decimation", "overlap_neighbors", "overlap_labels", "sim_cka", "probe_linear",
    ]  # fmt: skip
    plan = rs.Plan(measures=measures, labels="kind")
    rs.run({name: X[:400] for name, X in points.items()}, plan, columns={"kind": labels[:400]})  # compiles
    profile = cProfile.Profile(time.process_time)
    clock, processor = time.perf_counter(), time.process_time()
    with single_threaded_products():
        profile.enable()
        rs.run(points, plan, columns={"kind": labels})
        profile.disable()
    print(
        f"\nstudy of {layers} layers x {rows} x {features}, one thread: {time.perf_counter() - clock:.1f} s, ", end=""
    )
    whole = time.process_time() - processor
    print(f"processor {whole:.1f} s")
    names = {"build_graphs": "graphs", **{measure: measure for measure in measures}}
    for (_, _, function), (*_, spent, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if function in names:
            print(f"{names[function]:20s} {spent:7.1f} s {spent / whole:6.1%}")


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["small", "many", "study"])
    parser.add_argument("--layers", type=int, default=13)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--features", type=int, default=768)
    given = parser.parse_args()
    if "small" in given.what:
        small()
    if "many" in given.what:
        many()
    if "study" in given.what:
        study(given.layers, given.rows, given.features)


if __name__ == "__main__":
    main()
