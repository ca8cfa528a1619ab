"""Real activations, one knot of 240 and many zeros among them, and raw images full of ties."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.graph import knn_graph
from tests.data_files import data_file
from tests.graph import activations
from tests.graph.graph_oracle import assert_exact


@pytest.fixture(scope="module")
def tokens():
    return activations.tokens()


@pytest.fixture(scope="module")
def places():
    return activations.places()


@pytest.mark.parametrize("precision", ["float32", "int8", "bf16"])
@pytest.mark.parametrize("which", ["tokens", "places"])
def test_activations(which, precision, request):
    X = request.getfixturevalue(which)
    rows = np.random.default_rng(0).choice(len(X), 40, replace=False)
    graph = knn_graph(X, 30, precision=precision)
    assert len(X) >= 12_000
    assert_exact(X, graph.indices[rows], graph.distances[rows], rows=rows)
    assert graph.certificate[precision] >= 0.99


def test_raw_images():
    with np.load(data_file("mnist_test_10k.npz")) as data:
        X = data["images"].reshape(10_000, -1)
    rows = np.random.default_rng(0).choice(len(X), 40, replace=False)
    graph = knn_graph(X, 30)
    assert_exact(X, graph.indices[rows], graph.distances[rows], rows=rows)
    assert graph.certificate["float32"] >= 0.99
