"""Label overlap: by hand, weights, class fractions, excluded groups, chance and ceiling, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError, InputError, InputTypeError

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
    plain = rs.overlap_labels(g, labels, k=10)
    assert plain.stderr == pytest.approx(plain.per_point.std(ddof=1) / np.sqrt(300))
    weighted = rs.overlap_labels(g, labels, k=10, weights="classes")
    spreads = [plain.per_point[labels == c].var(ddof=1) / (labels == c).sum() for c in range(3)]
    assert weighted.stderr == pytest.approx(np.sqrt(sum(spreads)) / 3)
    assert rs.overlap_labels(g, labels, k=10, error=None).stderr is None


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
    ],
)
def test_bad_input(labels: object, options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        rs.overlap_labels(rs.knn_graph(LINE, 2), labels, **{"k": 2, **options})
