"""Overlap in order and by edits of one pair of graphs, against the textbook table in plain Python.

With benchmarking off (`make test`) these run once on a small input; `make bench` runs them at full size. Plain Python is timed
on some of the rows and scaled to all: it would take minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import repscape as rs

SMALL, FULL = (300, 10, 30), (10_000, 50, 200)


def pair(n: int, k: int) -> tuple[rs.NeighborGraph, rs.NeighborGraph]:
    """Return graphs of points and of the same points moved a little."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 8))
    return rs.knn_graph(X, k), rs.knn_graph(X + 0.2 * rng.normal(size=X.shape), k)


def plain_lcs(a: list[int], b: list[int]) -> float:
    above = [0] * (len(b) + 1)
    for x in a:
        row = [0]
        for j, y in enumerate(b, 1):
            row.append(above[j - 1] + 1 if x == y else max(above[j], row[-1]))
        above = row
    return above[-1] / len(a)


def plain_edit(a: list[int], b: list[int]) -> float:
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
        above = row
    return 1 - above[-1] / len(a)


@pytest.mark.parametrize(
    ("measure", "plain"), [(rs.overlap_lcs, plain_lcs), (rs.overlap_edit, plain_edit)], ids=["lcs", "edit"]
)
def test_one_pair(
    measure: Callable[..., Any],
    plain: Callable[[list[int], list[int]], float],
    benchmark: Any,
    request: pytest.FixtureRequest,
) -> None:
    full = request.config.getoption("--benchmark-enable") or request.config.getoption("--benchmark-only")
    n, k, part = FULL if full else SMALL
    g, h = pair(n, k)
    found = benchmark.pedantic(lambda: measure(g, h), rounds=5, warmup_rounds=1)
    rows = range(0, n, n // part)
    lists = [(g.indices[i].tolist(), h.indices[i].tolist()) for i in rows]
    start = time.perf_counter()
    expected = [plain(a, b) for a, b in lists]
    seconds = (time.perf_counter() - start) / len(lists) * n
    assert found.per_point[list(rows)].tolist() == pytest.approx(expected)
    if benchmark.stats is not None:
        benchmark.extra_info["times faster than plain Python"] = round(seconds / benchmark.stats.stats.min, 1)
        benchmark.extra_info["plain Python timed on"] = f"{len(lists)} of {n} rows"


def test_information_imbalance(benchmark: Any, request: pytest.FixtureRequest) -> None:
    """Both directions with their errors; against sorting whole rows of distances, timed on some of the rows."""
    full = request.config.getoption("--benchmark-enable") or request.config.getoption("--benchmark-only")
    n, d, part = (10_000, 512, 50) if full else (200, 16, 20)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)).astype(np.float32)
    Y = X + rng.normal(size=X.shape).astype(np.float32)
    found = benchmark.pedantic(lambda: rs.information_imbalance(X, Y), rounds=2, warmup_rounds=1)
    rows = range(0, n, n // part)
    wide = X.astype(float), Y.astype(float)
    start = time.perf_counter()
    expected = []
    for i in rows:
        first, second = (((side - side[i]) ** 2).sum(axis=1) for side in wide)
        first[i] = np.inf
        expected.append(np.flatnonzero(np.argsort(second) == first.argmin())[0] * 2 / n)
    seconds = 2 * (time.perf_counter() - start) / len(expected) * n
    assert found.per_point[list(rows)].tolist() == pytest.approx(expected)
    if benchmark.stats is not None:
        benchmark.extra_info["times faster than sorting rows"] = round(seconds / benchmark.stats.stats.min, 1)
        benchmark.extra_info["sorting timed on"] = f"{len(expected)} of {n} rows"
