"""Ranks of given neighbours against sorting all distances, where products are safe and where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError
from repscape.graph import knn_graph, listed_ranks, neighbor_ranks

RNG = np.random.default_rng(0)
SETS = {
    "gaussian": RNG.normal(size=(300, 5)),
    "several tiles": RNG.normal(size=(1100, 6)).astype(np.float32),
    "ties": RNG.integers(0, 3, size=(200, 4)),
    "far from 0": RNG.normal(size=(200, 5)) + 1e7,
    "one wide direction": np.column_stack([RNG.normal(size=(200, 3)) * 1e-6, RNG.normal(size=200) * 1e6]),
    "huge": RNG.normal(size=(120, 4)) * 1e120,
    "squares vanish": RNG.normal(size=(120, 4)) * 1e-170,
    "all equal": np.ones((60, 3)),
}


def others(n: int, m: int) -> np.ndarray:
    """Return m random other points for each."""
    rng = np.random.default_rng(n)
    return np.array([rng.permutation(np.delete(np.arange(n), i))[:m] for i in range(n)])


@pytest.mark.parametrize("name", SETS)
def test_against_sorting(name: str) -> None:
    X = SETS[name]
    given = others(len(X), 4)
    ranks, passed = neighbor_ranks(X, given, function="test")
    full = np.asarray(X, dtype=np.float64)
    nearer = np.zeros_like(passed)
    for i in range(len(X)):
        squared = ((full - full[i]) ** 2).sum(axis=1)
        order = [j for j in np.lexsort((np.arange(len(X)), squared)) if j != i]
        for r, j in enumerate(given[i]):
            place = order.index(j)
            assert ranks[i, r] == place + 1
            nearer[order[:place], r] += 1
    np.testing.assert_array_equal(passed, nearer)


def test_ranks_of_a_graphs_own_neighbours_count_up() -> None:
    X = SETS["several tiles"]
    ranks, _ = neighbor_ranks(X, knn_graph(X, 20).indices, function="test")
    assert (ranks == np.arange(1, 21)).all()


def test_threads_change_nothing() -> None:
    X = SETS["several tiles"]
    given = others(len(X), 2)
    one, three = (neighbor_ranks(X, given, function="test", threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one[0], three[0])
    np.testing.assert_array_equal(one[1], three[1])


def test_lists_know_what_they_hold() -> None:
    X = SETS["gaussian"]
    given = others(300, 3)
    ranks, passed = neighbor_ranks(X, given, function="test")
    listed, over = listed_ranks(knn_graph(X, 299), given)
    np.testing.assert_array_equal(listed, ranks)
    np.testing.assert_array_equal(over, passed)
    shallow, _ = listed_ranks(knn_graph(X, 40), given)
    np.testing.assert_array_equal(shallow, np.where(ranks <= 40, ranks, 0))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.full((50, 2), 50), r"must lie in \[0, 49\]. They go from 50 to 50"),
        (np.full((50, 2), -1), r"must lie in \[0, 49\]"),
        (np.zeros((49, 2), int), r"integers of shape \(50, m\). Got int64 of shape \(49, 2\)"),
        (np.zeros((50, 2)), "Got float64"),
    ],
)
def test_indices_that_would_lead_out_of_bounds(given, message):
    X = RNG.normal(size=(50, 3))
    with pytest.raises(InputError, match=message):
        neighbor_ranks(X, given, function="test")
    with pytest.raises(InputError, match=message):
        listed_ranks(knn_graph(X, 5), given)
