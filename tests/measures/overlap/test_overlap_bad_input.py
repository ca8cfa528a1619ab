"""What the overlap measures do with bad or extreme input, as docs/errors.md lists it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError
from repscape.measures import MEASURES

N, HELD = 40, 8
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, N, 3))
G, H = rs.knn_graph(X, HELD), rs.knn_graph(Y, HELD)
LABELS = np.arange(N) % 4
VALUES = X[:, 0]
PAGE = Path(__file__).parents[3] / "docs" / "errors.md"

CALLS: dict[str, Callable[..., Any]] = {
    "overlap_neighbors": lambda **o: rs.overlap_neighbors(G, H, **o),
    "overlap_labels": lambda **o: rs.overlap_labels(G, LABELS, **o),
    "overlap_values": lambda **o: rs.overlap_values(G, VALUES, **o),
    "overlap_rbo": lambda **o: rs.overlap_rbo(G, H, **o),
    "overlap_lcs": lambda **o: rs.overlap_lcs(G, H, **o),
    "overlap_edit": lambda **o: rs.overlap_edit(G, H, **o),
    "information_imbalance": lambda **o: rs.information_imbalance(G, H, **o),
}
ON_GRAPHS = [name for name in CALLS if name != "information_imbalance"]
every = pytest.mark.parametrize("name", CALLS)


def test_every_overlap_is_here() -> None:
    assert {name for name in MEASURES if name.startswith(("overlap_", "information_"))} == set(CALLS)


@every
def test_k_over_what_the_graph_holds(name: str) -> None:
    with pytest.raises(
        GraphDepthError, match=rf"{name} needs the indices of 9 neighbours of each point; the graph holds 8"
    ):
        CALLS[name](k=9)


@every
@pytest.mark.parametrize("k", [N, N + 5])
def test_k_of_n_and_more(name: str, k: int) -> None:
    with pytest.raises(InputError, match=rf"k of {name} must be an int in \[1, 39\] \(n - 1\). Got {k}"):
        CALLS[name](k=k)


@every
@pytest.mark.parametrize("k", [0, -3, 2.5, True, "5"])
def test_k_that_is_no_number_of_neighbours(name: str, k: object) -> None:
    with pytest.raises(InputError, match=rf"k of {name} must be an int"):
        CALLS[name](k=k)


@every
def test_k_of_everybody(name: str) -> None:
    full = {"g": rs.knn_graph(X, N - 1), "h": rs.knn_graph(Y, N - 1)}
    calls = {
        "overlap_neighbors": lambda: rs.overlap_neighbors(full["g"], full["h"], k=N - 1),
        "overlap_labels": lambda: rs.overlap_labels(full["g"], LABELS, k=N - 1),
        "overlap_values": lambda: rs.overlap_values(full["g"], VALUES, k=N - 1),
        "overlap_rbo": lambda: rs.overlap_rbo(full["g"], full["h"]),
        "overlap_lcs": lambda: rs.overlap_lcs(full["g"], full["h"]),
        "overlap_edit": lambda: rs.overlap_edit(full["g"], full["h"]),
        "information_imbalance": lambda: rs.information_imbalance(X, Y, k=N - 1),
    }
    found = calls[name]()
    ordered = name in ("overlap_rbo", "overlap_lcs", "overlap_edit")
    assert (0 < found.value < 1) if ordered else found.value == pytest.approx(9 / 39 if "labels" in name else 1.0)


def test_exclude_leaves_no_neighbour() -> None:
    with pytest.raises(InputError, match="exclude of overlap_labels leaves too few neighbours: point 0 has 0 examples"):
        rs.overlap_labels(G, LABELS, k=5, exclude=np.zeros(N))
    nearly_all = np.r_[np.zeros(N - 3), 1, 2, 3]
    with pytest.raises(InputError, match="point 0 has 3 examples outside its own group, 5 are wanted"):
        rs.overlap_labels(G, LABELS, k=5, exclude=nearly_all)


def test_exclude_passes_over_all_that_the_graph_holds() -> None:
    groups = np.arange(N) % 2
    with pytest.raises(
        GraphDepthError, match=r"passes over so many neighbours .* knn_graph\(X, k=24\) is always deep enough"
    ):
        rs.overlap_labels(G, LABELS, k=5, exclude=groups)


def test_constant_values() -> None:
    with pytest.raises(DegenerateDataError, match=r"values of overlap_values must differ. All 40 are 2\.5"):
        rs.overlap_values(G, np.full(N, 2.5), k=5)


def test_values_of_few_grades() -> None:
    with pytest.raises(InputError, match=r"ceiling of 0\.2\d, below 0.5. Take overlap_labels, .* or R\^2"):
        rs.overlap_values(G, np.arange(N) % 2, k=5)


def test_one_class_only_is_1_and_so_is_chance() -> None:
    found = rs.overlap_labels(G, ["a"] * N, k=5)
    assert (found.value, found.chance, found.details["ceiling"]) == (1.0, 1.0, 1.0)
    assert np.isnan(found.details["adjusted"])


def test_every_label_different() -> None:
    with pytest.raises(InputError, match="must be shared by some points. Got 40 different labels for 40 points"):
        rs.overlap_labels(G, np.arange(N), k=5)


def test_classes_smaller_than_k_lower_the_ceiling() -> None:
    labels = np.r_[np.zeros(3), np.ones(1), np.full(N - 4, 2)]
    found = rs.overlap_labels(G, labels, k=5)
    assert found.details["ceiling"] == pytest.approx((3 * 2 / 5 + 1 * 0 + (N - 4)) / N)
    assert found.value <= found.details["ceiling"]
    assert found.per_point[:3].max() <= 2 / 5
    assert found.per_point[3] == 0


def test_identical_points_are_neighbours_by_index() -> None:
    same = rs.knn_graph(np.ones((N, 2)), 5)
    assert rs.overlap_neighbors(same, same, k=5).value == 1
    assert rs.overlap_rbo(same, same).value == pytest.approx(1)
    assert rs.information_imbalance(np.ones((N, 2)), np.ones((N, 2))).value == pytest.approx(2 / N)


@every
def test_nothing_to_exchange(name: str) -> None:
    asked = {"k": 5, "permutations": 9, "within": np.arange(N)}
    points = np.eye(N)  # relabelled examples have other ranks, which graphs do not hold
    call = (lambda **o: rs.information_imbalance(points, points, **o)) if name not in ON_GRAPHS else CALLS[name]
    with pytest.raises(InputError, match="to exchange"):
        call(**asked)


def test_the_page_lists_each_case() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert set(CALLS) <= set(re.findall(r"`(\w+)`", page))
    cases = (
        "more neighbours than the graph holds",
        "leaves no neighbour",
        "all values equal",
        "one class only",
        "every label different",
        "fewer members than k",
        "identical rows",
        "nothing to exchange",
    )
    for case in cases:
        assert case in page, case
