"""Neighbourhood overlap: by hand, at all k, against chance, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError
from repscape.measures.uncertainty import shuffles, subsets
from repscape.measures.uncertainty._presence import presence
from repscape.measures.uncertainty._sandwich import sandwich, share_kept
from tests.reference import overlap_neighbors as reference

A = np.array([[1, 2, 3], [0, 2, 3], [1, 3, 0], [2, 1, 0]])
B = np.array([[3, 1, 2], [0, 2, 3], [1, 3, 0], [0, 1, 2]])


def graph(indices: np.ndarray) -> rs.NeighborGraph:
    return rs.NeighborGraph.from_arrays(indices=indices)


def test_by_hand() -> None:
    found = rs.overlap_neighbors(graph(A), graph(B), k=2)
    assert found.per_point.tolist() == [0.5, 1.0, 1.0, 0.5]
    assert found.value == 0.75
    assert found.chance == pytest.approx(2 / 3)
    assert found.details["by_k"].tolist() == [0.5, 0.75]
    assert found.details["adjusted"] == pytest.approx((0.75 - 2 / 3) / (1 / 3))
    assert rs.overlap_neighbors(graph(A), graph(B), k=3).value == 1.0


def test_by_k_agrees_with_each_k() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(120, 4)), rng.normal(size=(120, 4))
    Y[:, :2] = X[:, :2]
    by_k = rs.overlap_neighbors(rs.knn_graph(X, 20), rs.knn_graph(Y, 20), k=20).details["by_k"]
    np.testing.assert_allclose(by_k, [reference.slow(X, Y, None, k=k) for k in range(1, 21)])


def test_unrelated_representations_are_at_chance() -> None:
    rng = np.random.default_rng(0)
    g, h = (rs.knn_graph(rng.normal(size=(2000, 3)), 30) for _ in range(2))
    found = rs.overlap_neighbors(g, h)
    assert abs(found.value - found.chance) < 5 * found.stderr


def test_errors_by_name() -> None:
    rng = np.random.default_rng(0)
    X = rng.random((1500, 2))
    g, h = (rs.knn_graph(x, 100) for x in (X, X + rng.normal(scale=0.05, size=X.shape)))
    naive = rs.overlap_neighbors(g, h, error="naive")
    assert naive.stderr == pytest.approx(naive.per_point.std(ddof=1) / np.sqrt(1500))
    found = rs.overlap_neighbors(g, h, error="sandwich")
    variance = sandwich(found.per_point, g.indices, 10, other=h.indices) / share_kept(g.indices, 10, h.indices)
    assert found.stderr == pytest.approx(np.sqrt(variance) / 1500)
    assert found.stderr > 1.2 * naive.stderr
    assert found.replicates.shape == (100,)
    assert found.replicates.std() == pytest.approx(found.stderr, rel=0.2)
    assert rs.overlap_neighbors(g, h, error=None).stderr is None


def present_by_hand(a: np.ndarray, b: np.ndarray, k: int, drawn: np.ndarray) -> np.ndarray:
    """What each point does to the common entries of the drawn, from lists made with it and without."""

    def common(i: int, members: set[int]) -> int:
        lists = ([j for j in side[i] if j in members][:k] for side in (a, b))
        return len(set.intersection(*map(set, lists)))

    members = set(np.flatnonzero(drawn).tolist())
    found = np.array([common(i, members) for i in range(len(a))], dtype=float)
    for j in range(len(a)):
        found[j] += sum(common(i, members | {j}) - common(i, members - {j}) for i in members - {j})
    return found


def views(n: int, seed: int, *, deep: int) -> tuple[rs.NeighborGraph, rs.NeighborGraph]:
    """Graphs of two noisy views of points that crowd: every other one is ten times nearer to the centre."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 10)) * np.where(rng.random(n) < 0.5, 1.0, 0.1)[:, None]
    noise = 0.3 * np.abs(X).mean(axis=1, keepdims=True)
    return tuple(rs.knn_graph(X + noise * rng.normal(size=X.shape), deep) for _ in range(2))  # type: ignore[return-value]


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_what_a_point_does_by_being_there(k: int, share: float) -> None:
    drawn = np.random.default_rng(k).random(40) < share
    g, h = views(40, k, deep=39)
    np.testing.assert_array_equal(
        presence(g.indices, h.indices, k, drawn=drawn), present_by_hand(g.indices, h.indices, k, drawn)
    )


def test_influence_from_ten_neighbours_and_deep_graphs() -> None:
    g, h = views(500, 0, deep=60)
    found = rs.overlap_neighbors(g, h)
    assert (found.options["error"], found) == ("influence", rs.overlap_neighbors(g, h, error="influence"))
    half = np.zeros(500, dtype=bool)
    half[next(subsets(500, draws=1))] = True
    own = np.cov(*(presence(g.indices, h.indices, 15, drawn=part) / 15 for part in (half, ~half)))[0, 1]
    squares = (presence(g.indices, h.indices, 30, drawn=np.ones(500, dtype=bool)) / 30).var(ddof=1)
    assert found.stderr == pytest.approx(np.sqrt((own + (squares - own) * 0.3) / 500))
    assert found.replicates.std(ddof=1) == pytest.approx(found.stderr, rel=0.2)
    assert rs.overlap_neighbors(g, h, k=9).options["error"] == "sandwich"  # few neighbours
    assert rs.overlap_neighbors(*views(500, 0, deep=30)).options["error"] == "sandwich"  # the graphs end with them
    assert rs.overlap_neighbors(g, g).stderr == 0


def test_influence_is_near_the_spread_over_fresh_samples() -> None:
    pairs = (views(300, seed, deep=60) for seed in range(100))
    both = [[rs.overlap_neighbors(*pair, error=error) for error in ("auto", "sandwich")] for pair in pairs]
    spread = np.std([ours.value for ours, _ in both], ddof=1)
    assert np.mean([ours.stderr for ours, _ in both]) / spread == pytest.approx(1.1, abs=0.25)
    assert np.mean([other.stderr for _, other in both]) / spread > 1.5


def test_influence_asks_for_deeper_graphs() -> None:
    g, h = views(500, 0, deep=30)
    with pytest.raises(
        GraphDepthError, match="graphs that hold about 51 neighbours where k = 30. Got graphs of 30 and 30"
    ):
        rs.overlap_neighbors(g, h, error="influence")


def relabelled(indices: np.ndarray, order: np.ndarray) -> np.ndarray:
    other = np.empty_like(indices)
    other[order] = order[indices]
    return other


def test_null_renames_rows_and_entries_alike() -> None:
    rng = np.random.default_rng(0)
    a, b = (np.array([rng.permutation(np.delete(np.arange(12), i))[:4] for i in range(12)]) for _ in range(2))
    g, h = graph(a), graph(b)
    strata, families = np.arange(12) // 6, np.array([0, 1, 0, 1, 2, 2, 3, 4, 3, 4, 5, 5])
    for options in ({}, {"within": strata}, {"groups": families}, {"groups": families, "within": strata}):
        draws = 35 if len(options) == 2 else 60  # groups of two sizes in two strata can be arranged in 36 ways
        found = rs.overlap_neighbors(g, h, k=4, permutations=draws, rng=3, **options)
        orders = list(shuffles(12, draws, rng=np.random.default_rng(3), **options))
        pairs = [zip(a, relabelled(b, order), strict=True) for order in orders]
        drawn = np.array([np.mean([len({*p} & {*q}) / 4 for p, q in some]) for some in pairs])
        assert found.p_value == (1 + np.sum(drawn >= found.value - 1e-12)) / (draws + 1)
        assert found.details["null_mean"] == pytest.approx(drawn.mean())
        assert found.details["partial"] == pytest.approx((found.value - drawn.mean()) / (1 - drawn.mean()))
    assert found.options["null"] == "35 relabellings of the groups within strata"
    with pytest.raises(InputError, match=r"permutations must be at most 35: 12 examples under these groups"):
        rs.overlap_neighbors(g, h, k=4, permutations=60, groups=families, within=strata)


def test_null_rejects_as_often_as_it_says_and_within_strata_only_what_strata_do_not_explain() -> None:
    rng = np.random.default_rng(0)
    strata = np.repeat([0, 1], 30)
    plain, within = [], []
    for _ in range(300):
        X, Y = (rng.normal(size=(60, 2)) + 3 * strata[:, None] for _ in range(2))  # nothing but the strata in common
        g, h = rs.knn_graph(X, 10, threads=1), rs.knn_graph(Y, 10, threads=1)
        options = {"k": 10, "error": None, "permutations": 59, "rng": rng}
        plain.append(rs.overlap_neighbors(g, h, **options).p_value)
        within.append(rs.overlap_neighbors(g, h, within=strata, **options).p_value)
    assert np.mean(np.array(plain) <= 0.05) > 0.95
    assert 0.02 < np.mean(np.array(within) <= 0.05) < 0.09


def test_bad_input() -> None:
    rng = np.random.default_rng(0)
    g, h = rs.knn_graph(rng.normal(size=(50, 3)), 10), rs.knn_graph(rng.normal(size=(40, 3)), 10)
    with pytest.raises(InputError, match="same examples, row by row. Got 50 and 40 rows"):
        rs.overlap_neighbors(g, h, k=5)
    with pytest.raises(GraphDepthError, match=r"needs the indices of 30 neighbours .* holds 10"):
        rs.overlap_neighbors(g, g)
    with pytest.raises(InputError, match=r"k of overlap_neighbors must be an int in \[1, 49\] \(n - 1\). Got 50"):
        rs.overlap_neighbors(g, g, k=50)
    with pytest.raises(InputError, match="Got 0"):
        rs.overlap_neighbors(g, g, k=0)
    with pytest.raises(InputTypeError, match="h of overlap_neighbors must be a NeighborGraph"):
        rs.overlap_neighbors(g, rng.normal(size=(50, 3)), k=5)
    with pytest.raises(InputError, match="within of overlap_neighbors must be the same within each of the groups"):
        rs.overlap_neighbors(g, g, k=5, permutations=9, groups=np.arange(50) // 2, within=np.arange(50) % 2)
    with pytest.raises(InputError, match="leave nothing to exchange"):
        rs.overlap_neighbors(g, g, k=5, permutations=9, within=np.arange(50))
    distances_only = rs.NeighborGraph.from_arrays(distances=g.distances, self_column="none")
    with pytest.raises(GraphDepthError, match="holds distances only"):
        rs.overlap_neighbors(distances_only, g, k=5)
