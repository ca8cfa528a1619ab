"""Label overlap: by hand, weights, class fractions, excluded groups, chance and ceiling, and bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError, RepscapeWarning

LINE = np.array([0.0, 1.0, 2.1, 3.3, 4.6, 6.0])[:, None]
LABELS = np.array(["a", "a", "a", "b", "b", "a"])


def test_by_hand() -> None:
    # neighbours: 0:[1,2] 1:[0,2] 2:[1,3] 3:[2,4] 4:[3,5] 5:[4,3]
    found = rs.overlap_labels(rs.knn_graph(LINE, 2), LABELS, k=2)
    assert found.per_point.tolist() == [1, 1, 0.5, 0.5, 0.5, 0]
    assert found.value == pytest.approx(3.5 / 6)
    assert found.chance == pytest.approx((4 * 3 / 5 + 2 * 1 / 5) / 6)
    assert found.details["classes"].tolist() == ["a", "b"]
    assert found.details["by_class"].tolist() == [2.5 / 4, 0.5]
    assert found.details["ceiling"] == pytest.approx((4 * 1 + 2 * 0.5) / 6)


def test_class_weights() -> None:
    found = rs.overlap_labels(rs.knn_graph(LINE, 2), LABELS, k=2, weights="classes")
    assert found.value == pytest.approx((2.5 / 4 + 0.5) / 2)
    assert found.chance == pytest.approx((3 / 5 + 1 / 5) / 2)
    assert found.details["ceiling"] == pytest.approx((1 + 0.5) / 2)


def test_class_fraction_looks_at_more_neighbours_of_larger_classes() -> None:
    # a: int(4 * .5) = 2 neighbours, b: int(2 * .5) = 1
    found = rs.overlap_labels(rs.knn_graph(LINE, 2), LABELS, class_fraction=0.5)
    assert found.per_point.tolist() == [1, 1, 0.5, 0, 1, 0]
    assert found.options["k"] is None


def test_excluded_groups_are_never_counted_and_their_places_filled() -> None:
    groups = np.array([1, 1, 2, 2, 3, 3])
    # without the own group: 0:[2,3] 1:[2,3] 2:[1,0] 3:[4,1] 4:[3,2] 5:[3,2]
    found = rs.overlap_labels(rs.knn_graph(LINE, 5), LABELS, k=2, exclude=groups)
    assert found.per_point.tolist() == [0.5, 0.5, 1, 0.5, 0.5, 0.5]
    same = np.array([2, 2, 3, 1, 1, 3])
    assert found.chance == pytest.approx((same / 4).mean())
    assert found.details["ceiling"] == pytest.approx((np.minimum(2, same) / 2).mean())


def test_chance_is_what_shuffled_labels_give() -> None:
    rng = np.random.default_rng(0)
    g = rs.knn_graph(rng.normal(size=(400, 3)), 60)
    labels, groups = rng.choice(["x", "y", "z"], p=[0.6, 0.3, 0.1], size=400), np.arange(400) // 8
    for options in ({}, {"weights": "classes"}, {"exclude": groups}, {"exclude": groups, "weights": "classes"}):
        draws = []
        for _ in range(200):
            order = rng.permutation(50)  # whole groups move, so that their make-up stays
            rows = np.concatenate([np.arange(8) + 8 * group for group in order])
            draws.append(rs.overlap_labels(g, labels[rows], k=10, **options).value)
        chance = rs.overlap_labels(g, labels, k=10, **options).chance
        assert np.mean(draws) == pytest.approx(chance, abs=5 * np.std(draws) / np.sqrt(200))


def test_labels_of_any_kind() -> None:
    g = rs.knn_graph(LINE, 2)
    expected = rs.overlap_labels(g, LABELS, k=2)
    for labels in (LABELS == "a", LABELS.astype(object), np.where(LABELS == "a", 7, 3), list(LABELS)):
        assert rs.overlap_labels(g, labels, k=2).value == expected.value


def test_one_class_is_all_ones_and_so_is_chance() -> None:
    found = rs.overlap_labels(rs.knn_graph(LINE, 2), ["a"] * 6, k=2)
    assert (found.value, found.chance) == (1.0, 1.0)
    assert np.isnan(found.details["adjusted"])


def test_naive_errors() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, size=300)
    g = rs.knn_graph(rng.normal(size=(300, 3)), 10)
    plain = rs.overlap_labels(g, labels, k=10, error="naive")
    assert plain.stderr == pytest.approx(plain.per_point.std(ddof=1) / np.sqrt(300))
    weighted = rs.overlap_labels(g, labels, k=10, weights="classes", error="naive")
    spreads = [plain.per_point[labels == c].var(ddof=1) / (labels == c).sum() for c in range(3)]
    assert weighted.stderr == pytest.approx(np.sqrt(sum(spreads)) / 3)
    assert rs.overlap_labels(g, labels, k=10, error=None).stderr is None


def influence(X: np.ndarray, labels: np.ndarray, **options: object) -> tuple[np.ndarray, float]:
    """Return (n - 1) (value - value without i), from graphs rebuilt without each point, and the value."""
    exclude = options.pop("exclude", None)

    def value(rows: np.ndarray) -> float:
        groups = None if exclude is None else exclude[rows]
        g = rs.knn_graph(X[rows], len(rows) - 1)
        return rs.overlap_labels(g, labels[rows], exclude=groups, error=None, **options).value

    every = np.arange(len(X))
    whole = value(every)
    return np.array([(len(X) - 1) * (whole - value(np.delete(every, i))) for i in every]), whole


def surplus_by_hand(X: np.ndarray, labels: np.ndarray, *, k: int, exclude: Any = None, classes: bool = False) -> float:
    """What the squares of the influence hold too much, with sets and dictionaries."""
    n = len(X)
    groups = np.arange(n) if exclude is None else exclude
    order = rs.knn_graph(X, n - 1).indices
    ranked = [[j for j in order[i] if groups[j] != groups[i]] for i in range(n)]
    inside = [set(row[:k]) for row in ranked]
    share = np.array([np.mean([labels[i] == labels[j] for j in inside[i]]) for i in range(n)])
    alike = labels[:, None] == labels if classes else np.ones((n, n), dtype=bool)
    weight = 1 / alike.sum(axis=1)
    weight *= n / weight.sum() / k
    own = [share[row].mean() for row in alike]

    def counted(i: int, j: int) -> float:
        return weight[i] * ((labels[i] == labels[j]) - own[i])

    links = [(i, j) for i in range(n) for j in inside[i]]
    mean = [np.mean([counted(*link) for link in links if i in link]) for i in range(n)]
    level = [mean[i] - np.mean([mean[sum(link) - i] for link in links if i in link]) / 2 for i in range(n)]
    noise: dict[frozenset[int], float] = {}
    for i, j in links:
        noise[frozenset((i, j))] = noise.get(frozenset((i, j)), 0.0) + counted(i, j) - level[i] - level[j]
    nexts = [(i, ranked[i][k]) for i in range(n)]
    above = sum(k * (counted(i, j) - level[i] - level[j]) ** 2 for i, j in nexts)
    return (sum(e**2 for e in noise.values()) + above) * len(noise) / (len(noise) - n)


def test_the_error_is_the_spread_over_fresh_samples_where_labels_are_loose() -> None:
    """Squares of the influence alone come to 1.2 times the spread and more."""
    values, errors = [], []
    for run in range(150):
        rng = np.random.default_rng(run)
        X = rng.normal(size=(300, 8))
        labels = (X[:, 0] + rng.normal(size=300) > 0).astype(int)
        found = rs.overlap_labels(rs.knn_graph(X, 11), labels, k=10)
        values.append(found.value)
        errors.append(found.stderr)
    assert np.mean(errors) / np.std(values, ddof=1) == pytest.approx(1, abs=0.12)


def test_few_neighbours_leave_the_influence_as_it_is() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(60, 2)), rng.choice(["x", "y"], size=60)
    expected, _ = influence(X, labels, k=1)
    assert rs.overlap_labels(rs.knn_graph(X, 2), labels, k=1).stderr == pytest.approx(
        expected.std(ddof=1) / np.sqrt(60)
    )


@pytest.mark.parametrize("exclude", [None, np.arange(40) // 3])
def test_influence_is_what_leaving_each_point_out_changes(exclude: np.ndarray | None) -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(40, 2)), rng.choice(["x", "y", "z"], size=40)
    expected, value = influence(X, labels, k=5, exclude=exclude)
    found = rs.overlap_labels(rs.knn_graph(X, 39), labels, k=5, exclude=exclude)
    counted = expected.var(ddof=1) / 40
    surplus = surplus_by_hand(X, labels, k=5, exclude=exclude) / 40**2
    assert found.stderr == pytest.approx(np.sqrt(max(counted - surplus, counted / 3)))
    assert found.stderr < 0.9 * np.sqrt(counted)
    assert found.interval == pytest.approx((value - 1.959964 * found.stderr, value + 1.959964 * found.stderr))
    assert (found.options["error"], found.options["next_neighbor"]) == ("influence", "stored")
    assert found.replicates.shape == (100,)
    assert found == rs.overlap_labels(rs.knn_graph(X, 39), labels, k=5, exclude=exclude, error="influence")


def test_influence_with_class_weights_to_first_order() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(200, 2)), rng.choice(["x", "y", "z"], p=[0.6, 0.3, 0.1], size=200)
    labels[X[:, 0] > 0.8] = "z"
    expected, _ = influence(X, labels, k=5, weights="classes")
    found = rs.overlap_labels(rs.knn_graph(X, 199), labels, k=5, weights="classes")
    counted = expected.var(ddof=1) / 200
    surplus = surplus_by_hand(X, labels, k=5, classes=True) / 200**2
    assert found.stderr == pytest.approx(np.sqrt(counted - surplus), rel=0.03)


def test_without_the_next_neighbour_its_share_is_that_of_the_last_place() -> None:
    # 0:[1,2] 1:[0,2] 2:[1,3] 3:[2,4] 4:[3,5] 5:[4,3]; last places share the label for a: 1 1 0 0, for b: 1 0
    found = rs.overlap_labels(rs.knn_graph(LINE, 2), LABELS, k=2)
    a, b = 0.5, 0.5
    moved = [1 - a, (1 - a) * 2, (1 - a) * 2 + (0 - b), (0 - a) + (1 - b) + (0 - a), (1 - b) + (0 - a), (0 - b)]
    expected = np.array([1, 1, 0.5, 0.5, 0.5, 0]) + np.array(moved) / 2
    assert found.stderr == pytest.approx(expected.std(ddof=1) / np.sqrt(6))
    assert found.options["next_neighbor"] == "expected"


FAMILIES = np.repeat(np.arange(20), 4)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weights": "classes"},
        {"within": np.arange(80) % 3},
        {"class_fraction": 0.2},
        {"class_fraction": 0.2, "weights": "classes"},
        {"exclude": np.arange(80) // 2},
        {"groups": FAMILIES, "exclude": FAMILIES, "weights": "classes"},
        {"groups": FAMILIES, "within": np.repeat([0, 1], 40)},
        {"groups": np.minimum(FAMILIES, 17), "class_fraction": 0.2, "weights": "classes"},
    ],
)
def test_null_is_that_of_labels_shuffled_one_order_at_a_time(options: dict) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(["x", "y", "z"], p=[0.6, 0.3, 0.1], size=80)
    groups, within = options.get("groups", np.arange(80)), options.get("within", np.zeros(80))
    labels = labels[np.unique(groups, return_index=True)[1]][groups]
    g = rs.knn_graph(rng.normal(size=(80, 2)), 79)
    asked = {"k": 10, **options}
    found = rs.overlap_labels(g, labels, permutations=3000, **asked)
    measured = {name: value for name, value in asked.items() if name not in ("groups", "within")}
    firsts = np.unique(groups, return_index=True)[1]
    drawn = []
    for _ in range(400):
        of_group = labels[firsts].copy()
        for stratum in np.unique(within):
            inside = np.flatnonzero(within[firsts] == stratum)
            of_group[inside] = rng.permutation(of_group[inside])
        drawn.append(rs.overlap_labels(g, of_group[groups], error=None, **measured).value)
    sd = np.std(drawn)
    assert found.details["null_mean"] == pytest.approx(np.mean(drawn), abs=5 * sd / 20)
    assert found.details["null_sd"] == pytest.approx(sd, rel=0.2)
    assert found.p_value == pytest.approx(np.mean(np.array(drawn) >= found.value), abs=0.1)
    assert found == rs.overlap_labels(g, labels, permutations=3000, **asked)


def test_more_neighbours_than_a_byte_counts_and_more_classes_than_it_names() -> None:
    rng = np.random.default_rng(0)
    g = rs.knn_graph(rng.normal(size=(900, 2)), 700)
    for labels, k in ((np.arange(900) % 2, 700), (np.arange(900) % 300, 5)):
        found = rs.overlap_labels(g, labels, k=k, permutations=200, error=None)
        assert found.details["null_mean"] == pytest.approx(found.chance, abs=5 * found.details["null_sd"] / 14)


def rejections(draw: object, *, runs: int = 500, **options: object) -> float:
    found = (rs.overlap_labels(*draw(), k=8, error=None, permutations=99, **options) for _ in range(runs))
    return float(np.mean([one.p_value <= 0.05 for one in found]))


def test_nulls_reject_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    strata = np.repeat([0, 1], 40)

    def points() -> tuple[object, np.ndarray]:
        return rs.knn_graph(rng.normal(size=(80, 2)), 20, threads=1), rng.integers(0, 3, size=80)

    def families() -> tuple[object, np.ndarray]:
        centres = rng.normal(size=(20, 2))[FAMILIES]
        graph = rs.knn_graph(centres + 0.1 * rng.normal(size=(80, 2)), 20, threads=1)
        return graph, rng.permutation(np.arange(20) % 3)[FAMILIES]

    def confounded() -> tuple[object, np.ndarray]:
        graph = rs.knn_graph(rng.normal(size=(80, 2)) + 4 * strata[:, None], 20, threads=1)
        return graph, (rng.random(80) < np.where(strata, 0.8, 0.2)).astype(int)

    assert 0.03 < rejections(points, rng=rng) < 0.07
    assert 0.03 < rejections(families, rng=rng, groups=FAMILIES) < 0.07
    assert 0.03 < rejections(families, rng=rng, groups=FAMILIES, exclude=FAMILIES) < 0.07
    assert 0.03 < rejections(confounded, rng=rng, within=strata) < 0.07
    assert rejections(confounded, runs=50, rng=rng) > 0.9
    assert rejections(families, runs=50, rng=rng) > 0.5  # the wrong null


def test_shuffled_points_of_constant_families_are_warned_of() -> None:
    g = rs.knn_graph(np.random.default_rng(0).normal(size=(80, 2)), 20)
    labels = (np.arange(20) % 3)[FAMILIES]
    with pytest.warns(RepscapeWarning, match="Give the same column as groups="):
        rs.overlap_labels(g, labels, k=5, exclude=FAMILIES, permutations=9)


@pytest.mark.parametrize(
    ("labels", "options", "error", "message"),
    [
        (["a"] * 5, {}, InputError, r"labels of overlap_labels must have shape \(6,\).* Got \(5,\)"),
        (list("abcdef"), {}, InputError, "must be shared by some points. Got 6 different labels"),
        ([0.5, np.nan, 0.5, 1, 1, 1], {}, InputError, "finite"),
        (
            np.array(["a", None, "a", "b", "b", "b"], dtype=object),
            {},
            InputError,
            "1 missing entries, the first at index 1",
        ),
        (
            np.array(["a", 1, "a", "b", "b", "b"], dtype=object),
            {},
            InputTypeError,
            "of one kind. Got number, str mixed",
        ),
        (list("aabbbb"), {"k": 6}, InputError, r"\[1, 5\] \(n - 1\). Got 6"),
        (list("aabbbb"), {"k": 3}, GraphDepthError, "needs the indices of 3 neighbours"),
        (list("aabbbb"), {"class_fraction": 2}, InputError, r"class_fraction .* \(0, 1\]. Got 2"),
        (list("aabbbb"), {"k": 2, "weights": "class"}, ValueError, "Did you mean 'classes'"),
        (list("aabbbb"), {"k": 2, "exclude": [1] * 6}, InputError, "leaves too few neighbours: point 0 has 0 examples"),
        (list("aabbbb"), {"k": 2, "exclude": [1, 1, 1, 2, 2, 2]}, GraphDepthError, "passes over so many neighbours"),
        (
            list("aabbbb"),
            {"permutations": 9, "groups": [0, 0, 0, 1, 1, 1]},
            InputError,
            "labels .* must be the same within",
        ),
        (list("aabbbb"), {"permutations": 9, "within": [0, 0, 1, 1, 1, 1]}, InputError, "leave nothing to exchange"),
    ],
)
def test_bad_input(labels: object, options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        rs.overlap_labels(rs.knn_graph(LINE, 2), labels, **{"k": 2, **options})
