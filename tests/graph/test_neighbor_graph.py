from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from repscape.errors import GraphDepthError, InputError, InputTypeError
from repscape.graph import NeighborGraph, knn_graph


@pytest.fixture
def graph():
    return knn_graph(np.random.default_rng(0).normal(size=(30, 4)), 6)


def test_shape_and_types(graph):
    assert (graph.n, graph.k, graph.rows, graph.metric) == (30, 6, 30, "euclidean")
    assert (graph.indices.dtype, graph.distances.dtype) == (np.int32, np.float64)
    assert sum(graph.certificate.values()) == 1


def test_it_cannot_be_changed(graph):
    with pytest.raises(dataclasses.FrozenInstanceError):
        graph.metric = "cosine"
    with pytest.raises(ValueError, match="read-only"):
        graph.indices[0, 0] = 3
    with pytest.raises(ValueError, match="read-only"):
        graph.distances[0, 0] = 3


def test_truncate_keeps_the_nearest(graph):
    cut = graph.truncate(2)
    assert np.array_equal(cut.indices, graph.indices[:, :2])
    assert np.array_equal(cut.distances, graph.distances[:, :2])
    assert (cut.k, cut.metric, dict(cut.certificate)) == (2, graph.metric, dict(graph.certificate))
    assert graph.truncate(6) is graph


def test_truncate_refuses_what_is_not_stored(graph):
    with pytest.raises(GraphDepthError, match=r"7 neighbours of each point; the graph holds 6.*k=7"):
        graph.truncate(7)
    with pytest.raises(InputError, match="k of NeighborGraph.truncate must be an int of at least 1"):
        graph.truncate(0)


def test_require_names_what_is_missing():
    graph = NeighborGraph.from_arrays(distances=np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 2.0]]))
    graph.require("f", k=1, what=("distances",))
    with pytest.raises(GraphDepthError, match="f needs the indices of the neighbours. This graph holds distances only"):
        graph.require("f", what=("indices",))


def test_truncate_of_half_a_graph():
    graph = NeighborGraph.from_arrays(indices=np.array([[1, 2], [0, 2], [1, 0]]))
    assert graph.truncate(1).distances is None
    assert graph.truncate(1).indices.tolist() == [[1], [0], [1]]


RIGHT = np.array([[1, 2], [0, 2], [1, 0]], dtype=np.int32)


@pytest.mark.parametrize("wrong", [3, -1, 2**31 - 1, -(2**31), 16777216])
def test_indices_out_of_range_make_no_graph(wrong):
    indices = RIGHT.copy()
    indices[1, 1] = wrong
    with pytest.raises(InputError, match=rf"indices of NeighborGraph must lie in \[0, 2\].*Got {wrong} at \(1, 1\)"):
        NeighborGraph(indices=indices, distances=None)


def test_indices_in_the_byte_order_of_another_machine_make_no_graph():
    turned = RIGHT.byteswap()
    with pytest.raises(InputError, match="indices of NeighborGraph must lie in"):
        NeighborGraph(indices=turned, distances=None)
    with pytest.raises(InputTypeError, match="integers of this machine. Got >i4"):
        NeighborGraph(indices=RIGHT.astype(">i4"), distances=None)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"indices": RIGHT.astype(float)}, "integers of this machine. Got float64"),
        ({"indices": RIGHT.tolist()}, "integers of this machine. Got list"),
        ({"indices": RIGHT[0]}, r"must have 2 axes. Got shape \(2,\)"),
        ({"indices": RIGHT, "distances": np.ones((4, 2))}, "Got 3 and 4 rows"),
        (
            {"indices": RIGHT, "members": np.array([0, 1, 3])},
            r"members of NeighborGraph must lie in .* Got 3 at \(2,\)",
        ),
        ({"indices": RIGHT, "members": np.array([0, -1, 2])}, "members of NeighborGraph must lie in"),
        ({"indices": RIGHT, "members": np.array([[0, 1, 2]])}, "members of NeighborGraph must have 1 axes"),
        (
            {"distances": np.array([[1.0, np.nan]] * 3)},
            r"distances of NeighborGraph must be at least 0. Got nan at \(0, 1\)",
        ),
        ({"distances": np.array([[-1.0, 2.0]] * 3)}, "distances of NeighborGraph must be at least 0. Got -1.0"),
    ],
)
def test_arrays_that_cannot_be_a_graph(arrays, message):
    with pytest.raises((InputError, InputTypeError), match=message):
        NeighborGraph(**{"indices": None, "distances": None, **arrays})


def test_replacing_checks_again(graph):
    with pytest.raises(InputError, match="members of NeighborGraph must lie in"):
        dataclasses.replace(graph, members=np.array([30]))
