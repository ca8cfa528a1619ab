"""Rows that differ by rounding alone: how near that is, and who belongs to whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import repscape as rs
from repscape.errors import DegenerateDataError
from repscape.graph import distinct_graph, knn_graph, read_points
from repscape.graph._rounding import rounding_bound, rows_within, separated_bound


def cloud(n: int = 300, d: int = 20, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def rounded(points: np.ndarray, times: float = 1.0, seed: int = 1) -> np.ndarray:
    """The same rows with every entry moved by a rounding or so of the row's length."""
    noise = np.random.default_rng(seed).uniform(-1, 1, points.shape)
    length = np.linalg.norm(points, axis=1, keepdims=True) / np.sqrt(points.shape[1])
    return (points + times * np.finfo(points.dtype).eps * length * noise).astype(points.dtype)


def groups_by_hand(points: np.ndarray, bound: float) -> list[int]:
    first = [-1] * len(points)
    for row in range(len(points)):
        if first[row] < 0:
            for other in range(row, len(points)):
                if first[other] < 0 and np.linalg.norm(points[other] - points[row]) <= bound:
                    first[other] = row
    return first


@pytest.mark.parametrize(
    ("dtype", "eps", "roundings"),
    [
        (np.float16, 2.0**-10, 2),
        (np.float32, 2.0**-23, 64),
        (np.float64, 2.0**-52, 64),
        (np.int64, 0, 0),
        (np.uint8, 0, 0),
    ],
)
def test_the_bound_is_so_many_roundings_of_a_usual_row(dtype: type, eps: float, roundings: int) -> None:
    points = (100 * np.abs(cloud()) + np.random.default_rng(0).random((300, 1)) * 1e-3).astype(dtype)
    usual = np.median(np.linalg.norm(points.astype(np.float64), axis=1))
    assert rounding_bound(points) == pytest.approx(roundings * eps * usual, rel=1e-12)


def test_doubles_that_are_floats_round_like_floats() -> None:
    points = cloud()
    assert (
        rounding_bound(points.astype(np.float64))
        == rounding_bound(points)
        > 1e8 * rounding_bound(points + 1e-12) / 2**29
    )
    assert rounding_bound(points.astype(np.float64) / 3) < 1e-8 * rounding_bound(points)


def test_lazy_rows_and_tensors_have_the_bound_of_arrays(tmp_path) -> None:
    import torch

    points = cloud()
    np.save(tmp_path / "points.npy", points)
    for source in (np.load(tmp_path / "points.npy", mmap_mode="r"), torch.from_numpy(points), points.tolist()):
        assert rounding_bound(source) == pytest.approx(rounding_bound(points), rel=1e-6)
    half = torch.from_numpy(points).to(torch.bfloat16)
    assert rounding_bound(half) == pytest.approx(2 * 2.0**-7 * np.median(np.linalg.norm(points, axis=1)), rel=1e-2)


def test_points_as_dense_as_their_rounding_are_not_merged() -> None:
    line = np.sort(np.random.default_rng(0).random(20_000)).astype(np.float32)[:, None]
    graph = knn_graph(line, 4)
    assert graph.copy_bound == 0
    assert distinct_graph(line, 2, rounding=True).n == np.unique(line).size
    assert knn_graph(cloud(), 4).copy_bound == rounding_bound(cloud())


def test_the_usual_neighbour_decides_and_not_the_copies() -> None:
    distances = np.array([[1e-9, 5.0], [1e-9, 6.0], [0.0, 4.0]])
    assert separated_bound(1e-6, distances) == 1e-6
    assert separated_bound(0.06, distances) == 0
    assert separated_bound(1e-6, distances[:, :1]) == 0  # nothing else is known
    assert separated_bound(0.0, distances) == 0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(1, 4), st.integers(0, 3))
def test_groups_are_rows_within_the_bound_of_their_first(places: list[int], bound: int, seed: int) -> None:
    points = np.random.default_rng(seed).permutation(np.array(places, dtype=np.float64))[:, None] * np.ones((1, 3))
    reach = bound * np.sqrt(3) + 1e-9
    found = rows_within(read_points(points, "X", "test", least=1), np.arange(len(points)), reach)
    assert found.tolist() == groups_by_hand(points, reach)


def test_a_chain_is_no_group() -> None:
    points = np.array([[0.0, 0.0], [0.9, 0.0], [1.8, 0.0], [9.0, 0.0], [1.0, 0.0]])
    found = rows_within(read_points(points, "X", "test"), np.arange(5), 1.0)
    assert found.tolist() == [0, 0, 2, 3, 0]


def test_all_copies_of_one_row_are_found_at_once() -> None:
    points = np.concatenate([cloud(5), np.repeat(cloud(1, seed=9), 30_000, axis=0)])
    found = rows_within(read_points(points, "X", "test"), np.arange(len(points)), 1e-5)
    assert found.tolist() == [0, 1, 2, 3, 4, *[5] * 30_000]


def test_a_graph_of_points_that_differ() -> None:
    points = cloud()
    mixed = np.concatenate([points, rounded(points[:60]), points[:10], rounded(points[:5], seed=2)])
    order = np.random.default_rng(3).permutation(len(mixed))
    graph = distinct_graph(mixed[order], 20, rounding=True)
    assert (graph.n, graph.rows) == (300, 375)
    assert graph.near_copies == len(np.unique(mixed, axis=0)) - 300
    first = np.array(groups_by_hand(mixed[order].astype(np.float64), graph.copy_bound))
    expected = np.unique(first, return_inverse=True)[1]
    np.testing.assert_array_equal(graph.members, expected)
    np.testing.assert_allclose(graph.distances, knn_graph(mixed[order][np.unique(first)], 20).distances, rtol=1e-12)


def test_no_graph_merges_rows_by_itself() -> None:
    mixed = np.concatenate([cloud(), rounded(cloud()[:60])])
    graph = knn_graph(mixed, 5)
    assert (graph.n, graph.near_copies, graph.members) == (360, 0, None)
    assert 0 < graph.distances[0, 0] <= graph.copy_bound
    assert distinct_graph(mixed, 5).n == 360
    assert knn_graph(mixed, 5, metric="cosine").copy_bound == 0
    assert graph.truncate(2).copy_bound == graph.copy_bound


def test_two_points_and_their_copies_are_too_few() -> None:
    two = cloud(2)
    points = np.concatenate([two, *(rounded(two, seed=seed) for seed in range(20))])
    with pytest.raises(
        DegenerateDataError, match=r"at least 3 points that differ by more than rounding. Got 2 in 42 rows"
    ):
        distinct_graph(points, 41, rounding=True)
    with pytest.raises(DegenerateDataError):
        rs.id_twonn(points)
