"""Plain density peaks by hand, and names of peaks."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, InputTypeError

LINE = np.array([0.0, 1, 2, 2.5, 3, 4, 20, 21, 21.5, 22])[:, None]


def test_by_hand_on_a_line() -> None:
    found = rs.cluster_plain_peaks(LINE, peaks=2, k=2, id=1)
    spacing = np.array([2.0, 1, 1, 0.5, 1, 1.5, 1.5, 1, 0.5, 1])  # to the second neighbour
    np.testing.assert_allclose(found.log_density, np.log(2 / (2 * spacing * 10)))
    assert found.centers.tolist() == [3, 8]  # 3 and 8 are equally dense: the earlier counts as the denser
    assert found.above.tolist() == [1, 3, 3, -1, 3, 4, 7, 8, 3, 8]
    np.testing.assert_allclose(found.distances, [1, 1.5, 0.5, 1.05 * 19, 0.5, 1, 1, 0.5, 19, 0.5])
    assert found.labels.tolist() == [0] * 6 + [1] * 4
    np.testing.assert_allclose(found.score, found.distances * np.exp(found.log_density))


def test_cuts_of_the_decision_graph() -> None:
    cut = rs.cluster_plain_peaks(LINE, least_distance=5.0, k=2, id=1)
    assert cut.centers.tolist() == [3, 8]
    dense = rs.cluster_plain_peaks(LINE, least_density=10.0, k=2, id=1)
    assert dense.centers.tolist() == [3]  # nothing is so dense: the densest point is left


def test_denser_points_beyond_the_stored_neighbours_are_found() -> None:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(300, 3)), rng.normal(size=(150, 3)) + np.array([9, 0, 0])])
    found = rs.cluster_plain_peaks(X, peaks=2)
    assert np.bincount(found.labels).tolist() == [300, 150]
    height = found.log_density
    for point in rng.choice(450, 40, replace=False).tolist():
        denser = np.flatnonzero((height > height[point]) | ((height == height[point]) & (np.arange(450) < point)))
        if denser.size:
            apart = np.sqrt(((X[denser] - X[point]) ** 2).sum(axis=1))
            assert found.distances[point] == pytest.approx(apart.min())
            assert found.above[point] == denser[apart.argmin()]


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"takes either peaks, or least_density and least_distance. Got neither"):
        rs.cluster_plain_peaks(LINE)
    with pytest.raises(InputError, match="Got both"):
        rs.cluster_plain_peaks(LINE, peaks=2, least_distance=1.0)
    with pytest.raises(InputError, match=r"peaks of cluster_plain_peaks must be an int in \[1, 10\]"):
        rs.cluster_plain_peaks(LINE, peaks=11)


def test_names_by_label_and_by_word() -> None:
    X = np.random.default_rng(1).normal(size=(300, 2)) + np.repeat([[0, 0], [12, 12]], [200, 100], axis=0)
    peaks = rs.cluster_peaks(rs.knn_graph(X, 60))
    kinds = np.repeat(["cat", "dog"], [200, 100])
    kinds[:20] = "owl"
    assert sorted(rs.peak_names(peaks, labels=kinds)) == ["cat 90%", "dog 100%"]
    words = np.array([f"w{i}" for i in range(300)])
    for peak, name in enumerate(rs.peak_names(peaks, words=words, most=2)):
        own = np.flatnonzero(peaks.labels == peak)
        best = own[np.argsort(-peaks.log_density[own], kind="stable")[:2]]
        assert name == ", ".join(words[best])
    assert rs.peak_names(peaks) == ("0", "1")
    with pytest.raises(InputError, match="takes labels or words. Got both"):
        rs.peak_names(peaks, labels=kinds, words=words)
    with pytest.raises(InputTypeError, match="must be what rs.cluster_peaks returned"):
        rs.peak_names(kinds)  # type: ignore[arg-type]
