from __future__ import annotations

import numpy as np
import pytest

from repscape.graph import _duplicates, _points, distinct_graph, distinct_rows, knn_graph
from tests.graph.graph_oracle import assert_exact


def test_by_hand():
    rows, members = distinct_rows(np.array([[1, 2], [3, 4], [1, 2], [5, 6], [3, 4]]))
    assert (rows.tolist(), members.tolist()) == ([0, 1, 3], [0, 1, 0, 2, 1])
    assert rows.dtype == members.dtype == np.int64


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8])
def test_against_unique(dtype):
    X = np.random.default_rng(0).integers(0, 3, size=(3000, 6)).astype(dtype)
    rows, members = distinct_rows(X)
    expected, first = np.unique(X, axis=0, return_index=True)
    assert len(rows) == len(expected)
    assert rows.tolist() == sorted(first.tolist())
    assert np.array_equal(X[rows][members], X)


def test_negative_zero_equals_zero():
    rows, members = distinct_rows(np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 2.0]]))
    assert (rows.tolist(), members.tolist()) == ([0, 2], [0, 0, 1])


def test_the_last_bit_counts():
    rows, _ = distinct_rows(np.array([[1.0, 5.0], [np.nextafter(1.0, 2.0), 5.0]]))
    assert len(rows) == 2


def test_rows_that_share_a_hash_are_still_told_apart(monkeypatch):
    X = np.random.default_rng(0).integers(0, 2, size=(60, 3))
    expected = distinct_rows(X)
    monkeypatch.setattr(_duplicates, "_hashes", lambda points: np.zeros(points.n, np.uint64))
    rows, members = distinct_rows(X)
    assert np.array_equal(rows, expected[0])
    assert np.array_equal(members, expected[1])


def test_blocks_do_not_show(monkeypatch, tmp_path):
    X = np.random.default_rng(0).integers(0, 4, size=(500, 3)).astype(np.float32)
    expected = distinct_rows(X)
    np.save(tmp_path / "X.npy", X)
    monkeypatch.setattr(_points, "BLOCK_BYTES", 7 * 12)
    for source in (X, np.load(tmp_path / "X.npy", mmap_mode="r")):
        rows, members = distinct_rows(source)
        assert np.array_equal(rows, expected[0])
        assert np.array_equal(members, expected[1])


def test_graph_of_distinct_points():
    X = np.random.default_rng(0).normal(size=(400, 5))
    copied = np.concatenate([X, X[:40], X[:7]])
    graph = distinct_graph(copied, 8, precision="float64")
    assert (graph.n, graph.rows) == (400, 447)
    assert_exact(X, graph.indices, graph.distances)
    assert graph.members[400:440].tolist() == list(range(40))


def test_without_copies_it_is_the_plain_graph():
    X = np.random.default_rng(0).normal(size=(50, 3))
    graph = distinct_graph(X, 4)
    assert graph.members is None
    assert np.array_equal(graph.indices, knn_graph(X, 4).indices)
