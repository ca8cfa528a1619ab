"""Every metric against scipy, and the places where the obvious formula fails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from repscape.errors import InputError
from repscape.graph import knn_graph, knn_query
from tests.graph.point_sets import gaussian

NAMES = {"cosine": "cosine", "correlation": "correlation", "manhattan": "cityblock", "chebyshev": "chebyshev"}


@pytest.mark.parametrize("metric", [*NAMES, "hamming"])
def test_against_scipy(metric):
    X = gaussian(600, 15)
    X = np.round(X) if metric == "hamming" else X
    distances = cdist(X.astype(np.float64), X.astype(np.float64), NAMES.get(metric, metric))
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1, kind="stable")[:, :12]
    graph = knn_graph(X, 12, metric=metric)
    expected = np.take_along_axis(distances, order, axis=1)
    np.testing.assert_allclose(graph.distances, expected, rtol=1e-12, atol=1e-15)
    if metric in ("cosine", "correlation", "manhattan"):  # the others are full of ties that round differently
        assert np.array_equal(graph.indices, order)
    assert (np.diff(graph.distances, axis=1) >= 0).all()
    assert graph.metric == metric


def test_ties_of_integers_are_in_the_order_of_their_index():
    X = np.random.default_rng(0).integers(0, 3, size=(300, 6))
    for metric, scipys in (("manhattan", "cityblock"), ("chebyshev", "chebyshev"), ("hamming", "hamming")):
        distances = cdist(X, X, scipys)
        np.fill_diagonal(distances, np.inf)
        order = np.argsort(np.round(distances, 9), axis=1, kind="stable")[:, :20]
        assert np.array_equal(knn_graph(X, 20, metric=metric).indices, order)


@pytest.mark.parametrize("precision", ["float32", "float64", "int8", "bf16"])
def test_cosine_of_near_duplicates_does_not_cancel(precision):
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(60, 30)), 12, axis=0)
    X += 1e-9 * rng.normal(size=X.shape)
    unit = X / np.sqrt((X * X).sum(axis=1, keepdims=True))
    graph = knn_graph(X, 11, metric="cosine", precision=precision)
    gaps = unit[:, None] - unit[graph.indices]
    np.testing.assert_allclose(graph.distances, (gaps * gaps).sum(axis=2) / 2, rtol=1e-6)
    assert (graph.distances > 0).all()
    assert (graph.indices // 12 == np.arange(len(X))[:, None] // 12).all()


def test_cosine_does_not_see_lengths():
    X = gaussian(300, 9).astype(np.float64)
    scaled = X * np.exp2(np.random.default_rng(0).integers(-300, 300, size=(300, 1)).astype(float))
    one, two = knn_graph(X, 8, metric="cosine"), knn_graph(scaled, 8, metric="cosine")
    assert np.array_equal(one.indices, two.indices)
    assert np.array_equal(one.distances, two.distances)


def test_rows_without_direction():
    X = gaussian(50, 4)
    X[17] = 0
    with pytest.raises(InputError, match="Row 17 is one"):
        knn_graph(X, 3, metric="cosine")
    X[17] = 0.1
    with pytest.raises(InputError, match="Row 17 is one"):
        knn_graph(X, 3, metric="correlation")
    assert knn_graph(X, 3, metric="cosine").k == 3


def test_given_distances(tmp_path):
    X = gaussian(400, 6)
    distances = cdist(X, X)
    expected = knn_graph(X, 9).indices
    np.save(tmp_path / "D.npy", distances)
    for given in (distances, distances.astype(np.float32), np.load(tmp_path / "D.npy", mmap_mode="r")):
        graph = knn_graph(given, 9, metric="precomputed")
        assert np.array_equal(graph.indices, expected)
    assert np.array_equal(graph.distances, np.take_along_axis(distances, expected.astype(int), axis=1))


def test_given_distances_are_checked():
    distances = cdist(gaussian(20, 3), gaussian(20, 3))
    with pytest.raises(InputError, match="must be a square matrix"):
        knn_graph(distances[:, 1:], 3, metric="precomputed")
    distances[4, 5] = -1
    with pytest.raises(InputError, match=r"no negative distance.*-1.0 at index \(4, 5\)"):
        knn_graph(distances, 3, metric="precomputed")
    with pytest.raises(InputError, match="knn_query needs points"):
        knn_query(distances, distances, 3, metric="precomputed")


def test_queries_by_metric():
    X, queries = gaussian(300, 7).astype(np.float64), gaussian(9, 7).astype(np.float64)
    for metric, scipys in NAMES.items():
        indices, distances = knn_query(X, queries, 5, metric=metric)
        expected = cdist(queries, X, scipys)
        assert np.array_equal(indices, np.argsort(expected, axis=1, kind="stable")[:, :5])
        np.testing.assert_allclose(distances, np.sort(expected, axis=1)[:, :5], rtol=1e-12, atol=1e-15)
