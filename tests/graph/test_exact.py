"""Exactness: whatever the points and the precision, the answer is the one of a full sort in float64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repscape.graph import knn_graph, knn_query
from tests.graph.graph_oracle import Answer, assert_exact
from tests.graph.point_sets import SETS, clusters_of_all_scales, gaussian, manifold

PRECISIONS = ("float32", "float64", "int8", "bf16")


# ---- points whose right answer serves every precision


@pytest.fixture(scope="module", params=SETS)
def hard(request):
    X = SETS[request.param](1300)  # tiles have 128 rows at this size: 11 blocks of points
    return X, Answer(X, 10)


@pytest.fixture(scope="module", params=[1, 257, 2048])
def wide(request):
    X = gaussian(400, request.param)
    return X, Answer(X, 7)


@pytest.fixture(scope="module")
def large():
    X = gaussian(8_300, 8)  # the largest tiles, of 1,024 rows, from 8,192 points on two threads
    return X, Answer(X, 20)


@pytest.fixture(
    scope="module",
    params=[lambda n: gaussian(n, 96), lambda n: manifold(n, noise=0.02), clusters_of_all_scales],
    ids=["gaussian-96", "noisy-manifold", "clusters"],
)
def drawn(request):
    X = request.param(8_400)
    rows = np.random.default_rng(0).choice(len(X), 150, replace=False)
    return X, rows, Answer(X, 15, rows=rows)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_row_of_hard_points_is_exact(hard, precision):
    X, right = hard
    graph = knn_graph(X, 10, precision=precision, threads=2)
    right.check(graph.indices, graph.distances)
    assert sum(graph.certificate.values()) == pytest.approx(1)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_widths(wide, precision):
    X, right = wide
    graph = knn_graph(X, 7, precision=precision)
    right.check(graph.indices, graph.distances)


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_large_tiles_every_row(large, precision):
    X, right = large
    graph = knn_graph(X, 20, precision=precision, threads=2)
    right.check(graph.indices, graph.distances)
    assert graph.certificate[precision] > 0.99


@pytest.mark.parametrize("precision", PRECISIONS)
def test_large_tiles_drawn_rows(drawn, precision):
    X, rows, right = drawn
    graph = knn_graph(X, 15, precision=precision, threads=2)
    right.check(graph.indices[rows], graph.distances[rows])


def test_head_start_of_short_products_at_full_size():
    X = gaussian(17_000, 40)  # from 8 * 2048 points on, floors are set from a sample first
    rows = np.random.default_rng(0).choice(len(X), 300, replace=False)
    graph = knn_graph(X, 15, precision="int8", threads=2)
    assert_exact(X, graph.indices[rows], graph.distances[rows], rows=rows)
    assert graph.certificate["int8"] >= 0.99


@pytest.mark.parametrize("k", [1, 5, 298, 299])
def test_from_one_neighbor_to_all(k):
    X = gaussian(300, 6)
    graph = knn_graph(X, k)
    assert_exact(X, graph.indices, graph.distances)


@given(
    n=st.integers(3, 90),
    d=st.integers(1, 9),
    k=st.integers(1, 40),
    step=st.sampled_from([0.0, 1e-9, 0.1, 1.0]),
    spread=st.sampled_from([1e-6, 1.0, 1e6]),
    shift=st.sampled_from([0.0, 1e4, -1e8]),
    precision=st.sampled_from(PRECISIONS),
    single=st.booleans(),
    seed=st.integers(0, 2**20),
)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_drawn_points(n, d, k, step, spread, shift, precision, single, seed):
    X = np.random.default_rng(seed).normal(size=(n, d)) * spread
    X = (np.round(X / step) * step if step else X) + shift
    X = X.astype(np.float32) if single else X
    graph = knn_graph(X, min(k, n - 1), precision=precision)
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_queries(precision):
    X, queries = gaussian(1500, 30), gaussian(270, 30) * 1.5
    indices, distances = knn_query(X, queries, 12, precision=precision)
    assert_exact(X, indices, distances, queries=queries)


def test_a_query_that_is_a_point_finds_it():
    X = gaussian(200, 5)
    indices, distances = knn_query(X, X[17:18], 1)
    assert (indices.tolist(), distances.tolist()) == ([[17]], [[0.0]])


def test_far_queries_are_exact():
    X = gaussian(600, 8)
    queries = X[:20] * 1e7
    indices, distances = knn_query(X, queries, 5)
    assert_exact(X, indices, distances, queries=queries)


def test_by_hand():
    graph = knn_graph(np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [0.0, -1.0]]), 3)
    assert graph.indices.tolist() == [[2, 3, 1], [2, 0, 3], [0, 3, 1], [0, 2, 1]]
    assert graph.distances[0].tolist() == [1.0, 1.0, 5.0]  # a tie, in the order of the indices


def test_copies_beyond_k_come_in_the_order_of_their_index():
    X = np.repeat(gaussian(6, 50), 100, axis=0)
    graph = knn_graph(X, 30)
    first = graph.indices[:100]
    assert first[0].tolist() == list(range(1, 31))
    assert first[50].tolist() == list(range(30))
    assert not graph.distances.any()


def test_thread_count_does_not_show():
    X = gaussian(3000, 20)
    one, two = (knn_graph(X, 9, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.indices, two.indices)
    assert np.array_equal(one.distances, two.distances)
