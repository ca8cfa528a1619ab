"""Information imbalance: the lecture's cases, both directions, points and graphs, its error by brute force, bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError
from repscape.measures.overlap import _imbalance_null
from tests.reference import information_imbalance as reference
from tests.reference.ordered_lists import NEAREST_FIRST, SWAPS, lists


def pair(n: int, *, noise: float = 0.3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X[:, :2] + noise * rng.normal(size=(n, 2))


@pytest.mark.parametrize(("swap", "rank"), [("near", 2), ("far", 1), ("ends", 7)])
def test_the_lectures_three_cases(swap: str, rank: int) -> None:
    found = rs.information_imbalance(lists(NEAREST_FIRST), lists(SWAPS[swap]))
    assert found.per_point[0] * 8 / 2 == rank
    assert (found.per_point[1:] * 8 / 2).tolist() == [1.0] * 7


def test_both_directions() -> None:
    X, Y = pair(150)
    for k in (1, 5):
        there, back = rs.information_imbalance(X, Y, k=k), rs.information_imbalance(Y, X, k=k)
        assert there.value == pytest.approx(reference.slow(X, Y, None, k=k))
        assert there.details["reverse"] == back.value
        assert there.details["reverse_stderr"] == back.stderr
        assert there.value < back.value  # three coordinates tell of two, not the other way round


@pytest.mark.parametrize("k", [1, 4])
def test_equal_representations_are_best(k: int) -> None:
    X, _ = pair(100)
    found = rs.information_imbalance(X, 3 * X, k=k)
    assert found.value == pytest.approx((k + 1) / 100)
    assert found.details["best"] == (k + 1) / 100


def test_independent_representations_are_at_1() -> None:
    rng = np.random.default_rng(0)
    found = rs.information_imbalance(*rng.normal(size=(2, 1500, 3)))
    assert found.chance == 1
    assert abs(found.value - 1) < 3 * found.stderr


def test_graphs_give_what_points_give() -> None:
    X, Y = pair(80)
    g, h = rs.knn_graph(X, 79), rs.knn_graph(Y, 79)
    points = rs.information_imbalance(X, Y, k=3, error="jackknife")
    for first, second in ((g, h), (X, h), (g, Y)):
        found = rs.information_imbalance(first, second, k=3)
        assert found == points


def test_a_rank_that_is_not_known_is_never_made_up() -> None:
    X, Y = pair(80, noise=2.0)
    shallow = rs.knn_graph(Y, 10)
    with pytest.raises(GraphDepthError, match=r"does not hold all 1 nearest .* knn_graph\(Y, k=79\)"):
        rs.information_imbalance(X, shallow)
    found = rs.information_imbalance(shallow, X)  # the other way round all ranks are known, the reverse is not
    assert found.value == rs.information_imbalance(Y, X).value
    assert np.isnan(found.details["reverse"])


def test_a_graph_just_deep_enough() -> None:
    X, Y = pair(60)
    near = rs.knn_graph(X, 1).indices[:, 0]
    order = rs.knn_graph(Y, 59).indices
    deepest = max(int(np.flatnonzero(order[i] == near[i])[0]) + 1 for i in range(60))
    expected = rs.information_imbalance(X, Y).value
    assert rs.information_imbalance(rs.knn_graph(X, 1), rs.knn_graph(Y, deepest)).value == expected
    with pytest.raises(GraphDepthError):
        rs.information_imbalance(X, rs.knn_graph(Y, deepest - 1))


@pytest.mark.parametrize("k", [1, 3])
def test_jackknife_by_leaving_out_each_point(k: int) -> None:
    X, Y = pair(50)
    without = [
        rs.information_imbalance(np.delete(X, i, 0), np.delete(Y, i, 0), k=k, error=None).value for i in range(50)
    ]
    expected = np.sqrt(49 / 50 * ((without - np.mean(without)) ** 2).sum())
    found = rs.information_imbalance(X, Y, k=k, error="jackknife")
    assert found.stderr == pytest.approx(expected)
    assert found.options["error"] == "jackknife"


def test_errors_stand_by_the_spread_over_samples() -> None:
    errors = ["auto"] * 12 + [None] * 28  # they differ little; how far the values spread takes more samples
    found = [rs.information_imbalance(*pair(200, seed=seed), k=2, error=error) for seed, error in enumerate(errors)]
    spread = np.std([one.value for one in found], ddof=1)
    assert 0.75 < np.mean([one.stderr for one in found[:12]]) / spread < 1.25
    twice = [rs.information_imbalance(*pair(200, seed=seed), k=2, error="jackknife").stderr for seed in range(4)]
    assert 0.9 < np.mean(twice) / spread < 2.0


def test_nulls_and_errors_count_groups_and_strata() -> None:
    rng = np.random.default_rng(0)
    thing = np.repeat(np.arange(30), 4)
    copies = [rng.normal(size=(30, 3))[thing] + 0.01 * rng.normal(size=(120, 3)) for _ in range(2)]
    single = rs.information_imbalance(*copies, permutations=39)
    whole = rs.information_imbalance(*copies, permutations=39, groups=thing)
    assert single.p_value == 1 / 40  # near copies are near each other in both: a true null is rejected
    assert whole.p_value > 0.1
    assert whole.options["null"] == "39 relabellings of the groups"
    assert whole.options["error"] == "jackknife over groups"
    stratum = np.repeat([0, 1], 60)
    apart = [stratum[:, None] * 9 + rng.normal(size=(120, 3)) for _ in range(2)]
    assert rs.information_imbalance(*apart, permutations=39).p_value == 1 / 40
    assert rs.information_imbalance(*apart, permutations=39, within=stratum).p_value >= 0.1


def test_the_null_by_hand() -> None:
    X, Y = pair(40)
    orders = [np.random.default_rng(3).permutation(40)]
    found = rs.information_imbalance(X, Y, permutations=1, rng=3, error=None)
    moved = Y[np.argsort(np.argsort(orders[0]))]
    assert found.details["null_mean"] == pytest.approx(rs.information_imbalance(X, moved, error=None).value)


def test_ranks_of_ties_by_blocks_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(30, 3)), rng.integers(0, 3, size=(30, 3))
    monkeypatch.setattr(_imbalance_null, "HELD", 30 * 7)
    found = rs.information_imbalance(X, Y, k=2, permutations=5, rng=1, error=None)
    nearest, others = rs.knn_graph(X, 2).indices, rs.knn_graph(Y, 29).indices
    generator = np.random.default_rng(1)
    for value in found.null:
        # Lists go by index where distances are equal, so that names are changed and points are not moved.
        order = generator.permutation(30)
        places = [
            [1 + others[order[i]].tolist().index(order[j]) for j in row] for i, row in enumerate(nearest.tolist())
        ]
        assert value == pytest.approx(2 / 30 * np.mean(places))


def test_ties_and_copies() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.integers(0, 4, size=(90, 3)), rng.integers(0, 3, size=(90, 3))
    for k in (1, 6):
        assert rs.information_imbalance(X, Y, k=k).value == pytest.approx(reference.slow(X, Y, None, k=k))


def test_k_of_all_others_leaves_nothing_to_tell() -> None:
    X, Y = pair(40)
    found = rs.information_imbalance(X, Y, k=39)
    assert found.value == pytest.approx(1.0)
    assert found.stderr is None  # no neighbour is left to take the place of one


def test_bad_input() -> None:
    X, Y = pair(40)
    with pytest.raises(InputError, match="X_or_g and Y of information_imbalance must describe the same examples"):
        rs.information_imbalance(X, Y[:30])
    with pytest.raises(InputError, match=r"k of information_imbalance must be an int in \[1, 39\] \(n - 1\). Got 40"):
        rs.information_imbalance(X, Y, k=40)
    with pytest.raises(InputError, match="Y of information_imbalance must be 2-D"):
        rs.information_imbalance(X, Y[:, 0])
    with pytest.raises(GraphDepthError, match="needs the indices of 5 neighbours"):
        rs.information_imbalance(rs.knn_graph(X, 4), Y, k=5)
    with pytest.raises(GraphDepthError, match="error='jackknife' .* looks up neighbour 5"):
        rs.information_imbalance(rs.knn_graph(X, 4), Y, k=4, error="jackknife")
    assert rs.information_imbalance(rs.knn_graph(X, 4), Y, k=4).stderr is None
    with pytest.raises(InputError, match="needs points on both sides"):
        rs.information_imbalance(rs.knn_graph(X, 4), Y, error="subsample")
    with pytest.raises(InputError, match="at least 52 examples. Got 40"):
        rs.information_imbalance(X, Y, k=10, error="subsample")
