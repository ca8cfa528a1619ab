"""Many graphs in one call: the same as one by one, whatever the sets are made of."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscape import knn_graphs
from repscape.errors import InputError, InputTypeError, MemoryBudgetError, UnknownNameError
from repscape.graph import _many, knn_graph
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import SETS, gaussian


def assert_same(graph, X, k, **options):
    one = knn_graph(X, k, **options)
    np.testing.assert_array_equal(graph.indices, one.indices)
    np.testing.assert_allclose(graph.distances, one.distances, rtol=1e-12, atol=0)
    assert (graph.metric, graph.indices.dtype, graph.distances.dtype) == (one.metric, np.int32, np.float64)


def test_an_array_of_sets():
    Xs = np.random.default_rng(0).normal(size=(40, 60, 5)).astype(np.float32)
    before = Xs.copy()
    graphs = knn_graphs(Xs, 7)
    assert len(graphs) == 40
    for graph, X in zip(graphs, Xs, strict=True):
        assert_same(graph, X, 7)
        assert graph.certificate == {"direct": 1.0}
    np.testing.assert_array_equal(Xs, before)


def test_sets_of_many_sizes_types_and_orders():
    rng = np.random.default_rng(1)
    Xs = [
        rng.normal(size=(n, d)).astype(kind)
        for n, d, kind in ((3, 1, "f4"), (4, 300, "f2"), (57, 3, "f8"), (300, 17, "f4"), (130, 2, "i4"))
    ]
    Xs += [
        np.asfortranarray(Xs[2]),
        Xs[3][::-2],
        torch.from_numpy(Xs[3]),
        torch.from_numpy(Xs[0]).bfloat16(),
        [[0], [1], [3]],
    ]
    for graph, X in zip(knn_graphs(Xs, 2), Xs, strict=True):
        assert_same(graph, X, 2)


@pytest.mark.parametrize("name", SETS)
def test_hard_points(name):
    X = np.asarray(SETS[name](210))
    graph = knn_graphs([X, X[:50]], 8)[0]
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("metric", ["cosine", "correlation", "manhattan", "chebyshev", "hamming"])
def test_other_metrics(metric):
    rng = np.random.default_rng(2)
    Xs = [rng.integers(0, 3, size=(n, 6)) + rng.normal(size=(n, 6)) * (metric != "hamming") for n in (30, 41)]
    for graph, X in zip(knn_graphs(Xs, 9, metric=metric), Xs, strict=True):
        assert_same(graph, X, 9, metric=metric)


def test_large_sets_go_the_usual_way(monkeypatch):
    monkeypatch.setattr(_many, "SMALL", 100 * 100 * 4)
    Xs = [gaussian(90, 4), gaussian(400, 4), gaussian(100, 4), gaussian(101, 4)]
    graphs = knn_graphs(Xs, 5)
    assert ["direct" in graph.certificate for graph in graphs] == [True, False, True, False]
    for graph, X in zip(graphs, Xs, strict=True):
        assert_same(graph, X, 5)


def test_a_precision_that_was_asked_for_is_used():
    graphs = knn_graphs([gaussian(90, 4)] * 2, 5, precision="float64")
    assert all(graph.certificate == {"float64": 1.0} for graph in graphs)


def test_threads_change_nothing():
    Xs = np.random.default_rng(3).normal(size=(60, 200, 64))
    for one, two in zip(knn_graphs(Xs, 5, threads=1), knn_graphs(Xs, 5, threads=3), strict=True):
        np.testing.assert_array_equal(one.indices, two.indices)
        np.testing.assert_array_equal(one.distances, two.distances)


def test_progress_counts_graphs():
    calls = []
    knn_graphs(np.random.default_rng(0).normal(size=(12, 30, 2)), 3, progress=lambda *call: calls.append(call))
    assert calls[-1] == (12, 12, "graphs")


def test_no_sets_give_no_graphs():
    assert knn_graphs([], 3) == []
    assert knn_graphs(np.empty((0, 10, 2)), 3) == []


GOOD = np.arange(10.0)[:, None]


@pytest.mark.parametrize(
    ("Xs", "k", "message"),
    [
        (GOOD, 2, r"Xs of knn_graphs must be \(b, n, d\), or a list.*Got shape \(10, 1\); knn_graph builds one graph"),
        ([GOOD, GOOD[:, 0]], 2, r"Xs\[1\] of knn_graphs must be 2-D"),
        ([GOOD, GOOD[:2]], 1, r"Xs\[1\] of knn_graphs must have at least 3 points"),
        ([GOOD, GOOD[:4]], 4, r"k of knn_graphs must be an int in \[1, 3\] \(n - 1 of the smallest set\). Got 4"),
        ([GOOD], 0, "k of knn_graphs must be an int"),
        ([GOOD], 2.5, "k of knn_graphs must be an int"),
        (
            [GOOD, np.where(GOOD == 3, np.nan, GOOD)],
            2,
            r"Xs\[1\] of knn_graphs must be finite. Got nan at index \(3, 0\)",
        ),
        ([GOOD, GOOD.astype(str)], 2, r"Xs\[1\] of knn_graphs must hold real numbers"),
        ({"a": GOOD}, 2, "Got dict"),
        ("abc", 2, "Got str"),
        (3, 2, "Got int"),
    ],
)
def test_bad_sets_are_named(Xs, k, message):
    with pytest.raises((InputError, InputTypeError), match=message):
        knn_graphs(Xs, k)


def test_a_row_without_direction_is_named():
    with pytest.raises(InputError, match=r"Xs\[1\] of knn_graphs: .*Row 0 is one"):
        knn_graphs([GOOD + 1, GOOD], 2, metric="cosine")


def test_bad_options():
    with pytest.raises(UnknownNameError, match="metric of knn_graphs"):
        knn_graphs([GOOD], 2, metric="euclid")
    with pytest.raises(UnknownNameError, match="precision of knn_graphs"):
        knn_graphs([GOOD], 2, precision="fast")
    with pytest.raises(InputError, match="metric='precomputed' is for knn_graph: knn_graphs needs points"):
        knn_graphs([GOOD], 2, metric="precomputed")
    with pytest.raises(InputError, match="threads of knn_graphs"):
        knn_graphs([GOOD], 2, threads=0)


def test_memory_is_refused_before_it_is_taken(monkeypatch):
    monkeypatch.setattr(_many, "memory_available", lambda: 500)
    with pytest.raises(MemoryBudgetError, match=r"knn_graphs would need .* GiB for 3 graphs of 2 neighbours"):
        knn_graphs([GOOD] * 3, 2)
