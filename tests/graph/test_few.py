"""Few points of many features: every row is exact and certified by its first products, whatever the points."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from repscape.graph import _few, _kernels_few, _knn, knn_graph, knn_graphs
from repscape.graph._audit import POISON
from repscape.graph._candidates_numpy import NumpyProducts
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import SETS, gaussian
from tests.graph.test_audit import LIES, Liar


@pytest.fixture(autouse=True)
def every_width_and_all_threads(monkeypatch):
    monkeypatch.setattr(_few, "FEATURES", 1)
    monkeypatch.setattr(_knn, "ALONE", 0)  # else small work has one thread


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", SETS)
def test_every_row_of_hard_points_is_exact(name, precision, threads, monkeypatch):
    monkeypatch.setenv(POISON, "1")
    X = SETS[name](500)
    graph = knn_graph(X, 10, precision=precision, threads=threads)
    assert_exact(X, graph.indices, graph.distances)
    assert graph.certificate.get(precision, 0) == (0 if name in ("all equal", "tiny", "huge") else 1)


def rows_close_together_far_from_zero(n):
    """1e-3 apart at a norm of 1e3: searches by float32 products returned wrong distances."""
    rng = np.random.default_rng(3)
    far = rng.normal(size=160)
    return 1e3 * far / np.linalg.norm(far) + 1e-3 * rng.normal(size=(n, 160)) / 160**0.5


def copies_beyond_k(n):
    return np.repeat(gaussian(n // 50, 140), 50, axis=0)


def norms_that_cancel(n):
    """Distances of 1 between rows of norm 1e5, in float32: nothing is left of |a|^2 + |b|^2 - 2ab."""
    rng = np.random.default_rng(4)
    directions = rng.normal(size=(2, 150))
    return (1e5 * directions[rng.integers(0, 2, n)] / 150**0.5 + rng.normal(size=(n, 150)) / 150**0.5).astype("f4")


FAILURES = [rows_close_together_far_from_zero, copies_beyond_k, norms_that_cancel]


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("make", FAILURES)
def test_public_failures_of_others(make, kind):
    X = make(300).astype(kind)
    for k in (1, 20, 60):
        graph = knn_graph(X, k, threads=2)
        assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("precision", ["float32", "float64", "int8", "bf16"])
@pytest.mark.parametrize("make", FAILURES)
def test_public_failures_of_others_in_tiles(make, precision, monkeypatch):
    monkeypatch.setattr(_few, "POINTS", 0)
    X = make(600)
    graph = knn_graph(X, 20, precision=precision, threads=2)
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("n", [3, 4, 5, 17, 255, 257])
def test_from_one_neighbor_to_all(n):
    X = gaussian(n, 130)
    for k in {1, 2, n - 1}:
        graph = knn_graph(X, k, threads=2)
        assert_exact(X, graph.indices, graph.distances)
        assert graph.certificate == {"float32": 1.0}


def test_threads_do_not_change_a_bit():
    X = gaussian(700, 200)
    one, two, four = (knn_graph(X, 30, threads=threads) for threads in (1, 2, 4))
    for other in (two, four):
        np.testing.assert_array_equal(one.indices, other.indices)
        np.testing.assert_array_equal(one.distances, other.distances)


def test_many_wide_sets_are_the_graphs_of_each(monkeypatch):
    monkeypatch.setattr("repscape.graph._many.SMALL", 0)
    Xs = [gaussian(n, d) for n, d in ((60, 300), (200, 128), (131, 500))]
    for graph, X in zip(knn_graphs(Xs, 12, threads=2), Xs, strict=True):
        assert_exact(X, graph.indices, graph.distances)
        assert graph.certificate == {"float32": 1.0}
    np.testing.assert_array_equal(
        knn_graphs([Xs[0]], 5, metric="cosine")[0].indices, knn_graph(Xs[0], 5, metric="cosine").indices
    )


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_caught_and_the_rows_are_right(lie, monkeypatch, caplog):
    caplog.set_level(logging.WARNING, logger="repscape")
    X = gaussian(300, 150)
    monkeypatch.setattr(NumpyProducts, "multiply", Liar(NumpyProducts.multiply, LIES[lie]).as_method())
    graph = knn_graph(X, 10, precision="float32", threads=2)
    assert "missed their error bound" in caplog.text
    assert graph.certificate["float32"] == 0
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("lie", ["not numbers", "far away", "very near", "zeros"])
def test_a_lie_of_one_precision_leaves_the_next_no_limit_that_is_none(lie, monkeypatch):
    """The rows that broken products leave open go on with what was found for them, which must not be left-over memory."""
    liar, honest = Liar(NumpyProducts.multiply, LIES[lie]).as_method(), NumpyProducts.multiply

    def multiply(self, a, b, room):
        return (liar if self.name == "float32" else honest)(self, a, b, room)

    monkeypatch.setattr(NumpyProducts, "multiply", multiply)
    X = gaussian(300, 150)
    np.zeros((300, 10)).fill(0.0)  # zeros to be left over
    graph = knn_graph(X, 10, precision="float32", threads=1)
    assert graph.certificate == {"float32": 0.0, "direct": 1.0}
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("known", [0, 4])
def test_scores_that_are_no_numbers_leave_no_index_unwritten(known):
    """Such rows have fewer than k compared pairs: reading on among the unwritten ones ended the whole process."""
    n, k = 40, 5
    X, bias = gaussian(n, 130), np.zeros(n, np.float32)
    square = np.full((n, n), np.nan, np.float32)
    square[:, :known] = -1.0
    marks, squares = np.zeros((n, n), np.uint8), np.empty((n, n))
    values, ids = np.full((n, k), -1.0), np.full((n, k), -1, np.int32)
    _kernels_few.mark_nearest.py_func(square, bias, 0, n, k, marks)
    marks[:known] = 0  # what a row marks at its mirror image: leave fewer than k
    for loop in (_kernels_few.settle, _kernels_few.settle.py_func):
        assert loop(X, square, bias, marks, squares, 0, n, 1.0, values, ids) >= n - known
    assert (ids == -1).all()
