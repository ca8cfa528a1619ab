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
SMALL_STACK, FULL_STACK = (300, 3, 20), (10_000, 25, 100)
PERMUTATIONS = 1000


def is_full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--benchmark-enable") or request.config.getoption("--benchmark-only"))


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
    n, deep, shallow, k = FULL if is_full(request) else SMALL
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


def test_all_pairs_of_layers_at_all_k_with_errors(benchmark: Any, request: pytest.FixtureRequest) -> None:
    """At most 5 s on two cores; the plain way is Python sets at the largest k alone, without errors, timed on two pairs."""
    n, layers, k = FULL_STACK if is_full(request) else SMALL_STACK
    source = graphs(n, layers, k, 0)
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": k})], profiles=["pairs"])
    results = benchmark.pedantic(lambda: rs.run(source, plan), rounds=3, warmup_rounds=1)
    some = [r for r in results if r.place.layer.name != r.other.layer.name][:: max(1, len(results) // 2)]
    assert all(r.result.stderr is not None and r.result.details["by_k"].shape == (k,) for r in some)
    start = time.perf_counter()
    expected = [by_sets(source[r.place.layer.name], source[r.other.layer.name]) for r in some]
    pairs = layers * (layers - 1) / 2
    plain = (time.perf_counter() - start) / len(some) * pairs
    assert [r.result.value for r in some] == pytest.approx(expected)
    if benchmark.stats is not None:
        benchmark.extra_info["times faster than Python sets"] = round(plain / benchmark.stats.stats.min, 1)


@pytest.mark.parametrize("k", [30, 100])
def test_labels_of_all_layers_with_errors_and_permutations(
    benchmark: Any, request: pytest.FixtureRequest, k: int
) -> None:
    """At most 5 s on two cores; the peer's way is numpy, labels[indices] == labels, timed on five shuffles of one layer."""
    n, layers, stored = FULL_STACK if is_full(request) else SMALL_STACK
    k, permutations = (k, PERMUTATIONS) if is_full(request) else (stored, 20)
    source = graphs(n, layers, stored, 0)
    labels = np.random.default_rng(0).integers(0, 10, size=n)
    plan = rs.Plan(measures=[("overlap_labels", {"k": k, "permutations": permutations})], labels="label")
    results = benchmark.pedantic(lambda: rs.run(source, plan, columns={"label": labels}), rounds=3, warmup_rounds=1)
    assert all(r.result.stderr > 0 and r.result.p_value > 0 for r in results)
    first = next(iter(source.values()))
    assert first.indices is not None
    indices = first.indices[:, :k]
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    for _ in range(5):
        mixed = rng.permutation(labels)
        (mixed[indices] == mixed[:, None]).mean()
    plain = (time.perf_counter() - start) / 5 * permutations * layers
    assert results.records[0].result.value == pytest.approx((labels[indices] == labels[:, None]).mean())
    if benchmark.stats is not None:
        benchmark.extra_info["times faster than numpy"] = round(plain / benchmark.stats.stats.min, 1)
