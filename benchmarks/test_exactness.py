"""Every row of every hard set of points against a full sort in float64, each candidate precision forced.

The oracle shares nothing with the engine: it takes every pair's difference in float64, adds up the squares in whatever order
the compiler likes, and sorts. So two neighbours may stand the other way round where their squared distances differ by less
than d 2^-52 relative, and nowhere else. With benchmarks off the same comparisons run on fewer points.
"""

from __future__ import annotations

import sys

import numba
import numpy as np
import pytest

from repscape.graph import knn_graph
from tests.graph import activations
from tests.graph.point_sets import SETS, gaussian

PRECISIONS = ("float32", "float64", "int8", "bf16")
K = 20
WIDTHS = (3, 16, 64, 128, 512, 2048)


@numba.njit(parallel=True, fastmath={"reassoc", "contract"}, cache=True)
def full_sort(X, k, indices, squares):
    """Fill (n, k) indices and squared distances, ordered by (squared distance, index); rows are shared among the cores."""
    n, d = X.shape
    for block in numba.prange((n + 15) // 16):
        start, stop = block * 16, min(n, block * 16 + 16)
        square = np.empty((stop - start, n))
        for first in range(0, n, 64):
            for j in range(first, min(n, first + 64)):
                for i in range(start, stop):
                    total = 0.0
                    for c in range(d):
                        gap = X[i, c] - X[j, c]
                        total += gap * gap
                    square[i - start, j] = total
        for i in range(start, stop):
            row = square[i - start]
            row[i] = np.inf
            order = np.argsort(row, kind="mergesort")[:k]  # stable: ties stay in the order of the index
            indices[i], squares[i] = order, row[order]


def compare(X, graph, expected, squares):
    """Say how many places hold another neighbour than the oracle's, all of them within rounding; refuse any other."""
    np.testing.assert_allclose(graph.distances, np.sqrt(squares), rtol=1e-12, atol=0)
    ours = np.sort(graph.indices, axis=1)
    assert (ours[:, 1:] != ours[:, :-1]).all()
    places = np.argwhere(graph.indices != expected)
    X = np.asarray(X, dtype=np.float64)
    for row, place in places:
        gap = X[graph.indices[row, place]] - X[row]
        np.testing.assert_allclose(gap @ gap, squares[row, place], rtol=X.shape[1] * 2.0**-52, atol=0)
    return len(places)


def check(benchmark, X, caplog):
    """Compare every row at each precision, and keep the share that the first precision certified."""
    wide = np.ascontiguousarray(X, dtype=np.float64)
    expected, squares = np.empty((len(X), K), np.int64), np.empty((len(X), K))
    benchmark.pedantic(full_sort, args=(wide, K, expected, squares), rounds=1, iterations=1)
    certified = {}
    for precision in PRECISIONS:
        graph = knn_graph(X, K, precision=precision)
        swapped = compare(X, graph, expected, squares)
        certified[precision] = graph.certificate.get(precision, 0.0)
        benchmark.extra_info[precision] = f"{certified[precision]:.4%} certified, {swapped} places within rounding"
    print(f"n = {X.shape[0]}, d = {X.shape[1]}: {dict(benchmark.extra_info)}", file=sys.stderr)
    assert not any(record.levelname == "WARNING" for record in caplog.records)  # no honest product is suspected
    return certified


@pytest.fixture
def full(request):
    """Whether benchmarks are switched on."""
    return bool(request.config.getoption("benchmark_enable"))


@pytest.mark.benchmark(group="exactness: hard sets")
@pytest.mark.parametrize("name", SETS)
def test_hard_sets(benchmark, full, name, caplog):
    certified = check(benchmark, SETS[name](12_600 if full else 700), caplog)
    assert certified.keys() == set(PRECISIONS)


@pytest.mark.benchmark(group="exactness: Gaussian points")
@pytest.mark.parametrize("d", WIDTHS)
def test_gaussian(benchmark, full, d, caplog):
    certified = check(benchmark, gaussian(12_600 if full else 400, d), caplog)
    assert min(certified[name] for name in ("float32", "float64")) >= 0.99
    if full and d <= 512:
        assert min(certified.values()) >= 0.99


@pytest.mark.benchmark(group="exactness: activations")
@pytest.mark.parametrize("which", ["tokens", "places"])
def test_activations(benchmark, full, which, caplog):
    few = {"tokens": {"reviews": 12}, "places": {"every": 480}}
    X = getattr(activations, which)(**({} if full else few[which]))
    certified = check(benchmark, X, caplog)
    if full:
        assert len(X) >= 12_000
        assert min(certified.values()) >= 0.99
