"""Errors over groups: of samples made of near-copies, every stated error is that of samples of whole groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import repscape as rs

GROUPS, SIZE, D, DRAWS = 60, 4, 5, 60


def draw(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points in near-copies, and whose copy each is."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(GROUPS), SIZE)
    scale = np.array([2.0, 1.5, 1.0, 1.0, 0.7])
    return (rng.normal(size=(GROUPS, D)) * scale + 0.5)[group] + 0.15 * rng.normal(size=(GROUPS * SIZE, D)), group


def first_share(X: np.ndarray, **given: Any) -> Any:
    curve = rs.health_spectrum(X, components=1, **given)
    return rs.Estimate(value=curve.values[0], n=curve.n, stderr=curve.stderr[0])


def concentration(X: np.ndarray, **given: Any) -> Any:
    return rs.health_concentration(X, error="influence", **given)


def category(X: np.ndarray, *, groups: np.ndarray | None = None) -> Any:
    half = (np.arange(len(X)) // SIZE) % 2  # a category of its own for every other group
    moved = X + np.where(half == 1, 3.0, 1.5)[:, None] * np.array([1, 1, 0.2, 0.2, 1])
    return rs.select_category(moved, half, families=groups, permutations=0)


MEASURES: dict[str, tuple[Callable[..., Any], float]] = {
    "id_pca": (rs.id_pca, 0.75),
    "id_correlation": (rs.id_correlation, 1.1),
    "health_anisotropy": (rs.health_anisotropy, 0.75),
    "health_concentration": (concentration, 0.75),
    "health_rogue": (rs.health_rogue, 0.75),
    "health_spectrum": (first_share, 0.75),
    "select_category": (category, 0.75),
}


@pytest.mark.parametrize("name", MEASURES)
def test_the_error_is_that_of_samples_of_whole_groups(name: str) -> None:
    measure, single_at_most = MEASURES[name]
    values, whole, single = [], [], []
    for seed in range(DRAWS):
        X, group = draw(seed)
        found = measure(X, groups=group)
        values.append(found.value)
        whole.append(found.stderr)
        single.append(measure(X).stderr)
    assert measure(X).value == values[-1]  # groups change no value
    spread = np.std(values, ddof=1)
    assert 0.75 < np.median(whole) / spread < 1.35
    assert np.median(single) / spread < single_at_most


def test_hubs_by_groups_and_what_has_no_groups() -> None:
    X, group = draw(0)
    graph = rs.knn_graph(X, 40)
    found = rs.health_hubness(graph, groups=group, error="jackknife")
    assert found.options["error"] == "jackknife of groups"
    assert found.value == rs.health_hubness(graph).value
    alone = rs.health_hubness(graph, groups=np.arange(group.size), error="jackknife")
    assert 0.5 < alone.stderr / rs.health_hubness(graph, error="jackknife").stderr < 2
    with pytest.raises(rs.errors.GraphDepthError, match="the error over groups of health_hubness"):
        rs.health_hubness(rs.knn_graph(X, 10), groups=group, error="jackknife")
    with pytest.raises(rs.errors.InputError, match="takes points for single ones"):
        rs.health_hubness(graph, groups=group, error="naive")
    with pytest.raises(rs.errors.InputError, match="groups of id_pca go with criterion='participation'"):
        rs.id_pca(X, groups=group, criterion="kaiser")
    with pytest.raises(rs.errors.InputError, match="families of select_category must be 8 at least"):
        rs.select_category(X, group % 2, families=group % 4)


def test_a_family_of_one_is_a_point() -> None:
    X = np.random.default_rng(3).normal(size=(40, 6)) + 1
    kind = np.arange(40) % 4
    alone = rs.select_category(X, kind, families=np.arange(40), permutations=0)
    assert alone.stderr == pytest.approx(rs.select_category(X, kind, permutations=0).stderr, rel=1e-12)
    by_hand = []
    family = np.arange(40) // 4
    for one in range(10):
        by_hand.append(rs.select_category(X[family != one], kind[family != one], permutations=0, error=None).value)
    expected = np.sqrt(9 / 10 * np.sum((by_hand - np.mean(by_hand)) ** 2))
    assert rs.select_category(X, kind, families=family, permutations=0).stderr == pytest.approx(expected, rel=1e-10)
