"""Neighbourhood overlap of all pairs of layers, from stored graphs, against the same thing with Python sets.

With benchmarking off (`make test`) these run once on a small input; `make bench` runs them at full size.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

import repscape as rs

SMALL, FULL = (300, 3, 2, 10), (5000, 33, 12, 10)


def graphs(n: int, layers: int, k: int, seed: int) -> dict[str, rs.NeighborGraph]:
    """Return a stack of graphs whose neighbourhoods drift from layer to layer, without measuring any distance."""
    rng = np.random.default_rng(seed)
    offsets = rng.permutation(np.arange(1, n))[: 2 * k]
    made = {}
    for layer in range(layers):
        taken = np.sort(rng.permutation(2 * k)[:k])
        made[f"{layer}"] = rs.NeighborGraph.from_arrays(
            indices=(np.arange(n)[:, None] + offsets[taken]) % n, self_column="none"
        )
    return made


def by_sets(g: rs.NeighborGraph, h: rs.NeighborGraph) -> float:
    """The plain way."""
    assert g.indices is not None
    assert h.indices is not None
    pairs = zip(g.indices.tolist(), h.indices.tolist(), strict=True)
    return float(np.mean([len(set(a) & set(b)) / len(a) for a, b in pairs]))


def test_all_pairs_of_two_models(benchmark: Any, request: pytest.FixtureRequest) -> None:
    full = request.config.getoption("--benchmark-enable") or request.config.getoption("--benchmark-only")
    n, deep, shallow, k = FULL if full else SMALL
    source = {"deep": graphs(n, deep, k, 0), "shallow": graphs(n, shallow, k, 0)}
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": k})], profiles=["models"])
    results = benchmark.pedantic(lambda: rs.run(source, plan), rounds=3, warmup_rounds=1)
    assert len(results) == deep * shallow
    some = results.records[:: max(1, len(results) // 4)]
    start = time.perf_counter()
    expected = [by_sets(source["deep"][r.place.layer.name], source["shallow"][r.other.layer.name]) for r in some]
    plain = (time.perf_counter() - start) / len(some) * len(results)
    assert [r.result.value for r in some] == pytest.approx(expected)
    if benchmark.stats is not None:
        benchmark.extra_info["times faster than Python sets"] = round(plain / benchmark.stats.stats.min, 1)
