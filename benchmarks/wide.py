"""Wide layers along few axes, beside all their features: `python benchmarks/wide.py [N]`, 60,000 rows by default, k = 30.

The same call in turns: as it comes, and with the choice of axes switched off. Processor seconds of all threads, and what the
certificate says; the neighbours must be the same. Reads $REPSCAPE_DATA for the pictures. Prints rows for benchmarks/README.md.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs
from repscape.graph import _choose_axes

K = 30
Rows = Callable[[int, np.random.Generator], Any]


def pictures(n: int, rng: np.random.Generator) -> Any:
    """CIFAR-10 test images as pixels, each many times: shifted by up to 4 pixels, and every other one mirrored. d = 3,072."""
    held = np.load(Path(os.environ["REPSCAPE_DATA"]) / "cifar10_test_5k_jpeg.npz", allow_pickle=False)
    images = held["images"]
    out = np.empty((n, images[0].size), np.float32)
    for row in range(n):
        padded = np.pad(images[row % len(images)], ((4, 4), (4, 4), (0, 0)), mode="reflect")
        down, right = rng.integers(0, 9, 2)
        crop = padded[down : down + 32, right : right + 32]
        out[row] = (crop[:, ::-1] if row // len(images) % 2 else crop).ravel()
    return out


def like_a_language_model(n: int, rng: np.random.Generator) -> Any:
    """Spread falling as the rank to the power -.6 along turned axes, and three features of 20 times the largest. d = 4,096."""
    d = 4096
    spread = (np.arange(1, d + 1) ** -0.6).astype(np.float32)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0].astype(np.float32)
    out = (rng.normal(size=(n, d)).astype(np.float32) * spread) @ turn
    out[:, :3] += 20 * rng.normal(size=(n, 3)).astype(np.float32)
    return out


def even(n: int, rng: np.random.Generator) -> Any:
    """The same spread along all axes. d = 4,096."""
    return rng.normal(size=(n, 4096)).astype(np.float32)


@contextmanager
def all_features() -> Iterator[None]:
    """Leave no choice of axes."""
    kept, _choose_axes.WORTH_AXES = _choose_axes.WORTH_AXES, np.inf
    try:
        yield
    finally:
        _choose_axes.WORTH_AXES = kept


def timed(X: Any) -> tuple[Any, float, float]:
    """Return the graph, processor seconds, seconds by the clock."""
    begun, clock = time.process_time(), time.perf_counter()
    graph = rs.knn_graph(X, K)
    return graph, time.process_time() - begun, time.perf_counter() - clock


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    rs.knn_graph(np.random.default_rng(0).normal(size=(20_000, 600)).astype(np.float32), K)  # compiles, imports torch
    for make in (pictures, like_a_language_model, even):
        X = make(n, np.random.default_rng(0))
        graph, spent, clock = timed(X)
        with all_features():
            other, usual, usual_clock = timed(X)
        assert np.array_equal(graph.indices, other.indices)
        ways = [max(one.certificate, key=one.certificate.__getitem__) for one in (graph, other)]
        print(
            f"| {make.__name__.replace('_', ' ')} | {n:,} x {X.shape[1]:,} | {ways[1]}, {usual:.0f} s ({usual_clock:.0f}) | "
            f"{ways[0]}, {spent:.0f} s ({clock:.0f}) | {usual / spent:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
