import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError


def hills(n: int = 150) -> tuple[rs.NeighborGraph, np.ndarray]:
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [9, 0], [0, 9]])
    labels = np.repeat(np.arange(3), n)
    return rs.knn_graph(centres[labels] + rng.normal(size=(3 * n, 2)), 100), labels


def test_classes_that_are_peaks() -> None:
    graph, labels = hills()
    found = rs.peaks_agreement(graph, labels)
    assert found.value == found.details["nmi"] == found.details["purity"] == 1.0
    assert found.details["peaks"] == 3
    assert found.details["largest"] == pytest.approx(1 / 3)
    assert found.chance == 0
    assert len(set(zip(found.details["peak"], labels, strict=True))) == 3
    assert found.details["populations"].tolist() == [150, 150, 150]
    assert (found.per_point == 1).all()
    assert found.options["z_from"] == "quantile .95 of single normal distributions"


def test_labels_that_are_not_the_peaks() -> None:
    graph, labels = hills()
    shuffled = np.random.default_rng(1).permutation(labels)
    assert abs(rs.peaks_agreement(graph, shuffled).value) < 0.02
    halves = np.arange(450) % 2
    found = rs.peaks_agreement(graph, halves, score="nmi")
    assert 0 <= found.value < 0.02
    assert found.chance is None
    # two classes in one peak, by hand: of the 450 * 449 / 2 pairs
    merged = np.minimum(labels, 1)
    shares = rs.peaks_agreement(graph, np.where(np.arange(450) % 150 < 50, 3, labels)).per_point
    np.testing.assert_allclose(shares[:150], np.repeat([49 / 149, 99 / 149], [50, 100]))
    same, peaks, classes = 3 * 150 * 149 / 2, 3 * 150 * 149 / 2, (150 * 149 + 300 * 299) / 2
    expected = peaks * classes / (450 * 449 / 2)
    assert rs.peaks_agreement(graph, merged).value == pytest.approx(
        (same - expected) / ((peaks + classes) / 2 - expected)
    )


def test_one_peak_agrees_with_nothing() -> None:
    graph = rs.knn_graph(np.random.default_rng(2).normal(size=(300, 4)), 80)
    found = rs.peaks_agreement(graph, np.arange(300) % 3)
    assert (found.value, found.details["peaks"]) == (0.0, 1)


def test_the_convention_of_sixteen_neighbours() -> None:
    graph, labels = hills()
    found = rs.peaks_agreement(graph, labels, k=16, z=1.6)
    assert (found.options["density"], found.options["k"], found.options["z"]) == ("knn", 16, 1.6)
    same = rs.cluster_peaks(graph, density="knn", k=16, z=1.6)
    np.testing.assert_array_equal(found.details["peak"], same.labels)


def test_bad_input() -> None:
    graph, labels = hills(40)
    with pytest.raises(InputError, match="must hold at least 2 classes"):
        rs.peaks_agreement(graph, np.zeros(120))
    with pytest.raises(UnknownNameError, match="score of peaks_agreement"):
        rs.peaks_agreement(graph, labels, score="ar")
