"""Density peaks: the peer's own, by hand, and where it breaks: few neighbours, ties, copies."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, UnknownNameError
from repscape.graph import distinct_graph
from repscape.measures.structure import split_significance
from tests.data_files import data_file
from tests.golden.dadapy import peak_sets

PEER = np.load(peak_sets.HERE / "peaks.npz")
CONVENTIONS = {"pak": {"z": 1.65}, "16": {"z": 1.6, "density": "knn", "k": 16}}


def both(name: str, X: np.ndarray, kind: str) -> tuple[rs.measures.structure.Peaks, dict[str, np.ndarray]]:
    peaks = rs.cluster_peaks(rs.knn_graph(X, 100), id=peak_sets.DIMENSION[name], **CONVENTIONS[kind])
    return peaks, {key.split("/")[2]: PEER[key] for key in PEER.files if key.startswith(f"{name}/{kind}/")}


def same_clusters(peaks: rs.measures.structure.Peaks, peer: dict[str, np.ndarray]) -> np.ndarray:
    """Assert that centres and members are the peer's; return the peer's number of each of our peaks."""
    number = {center: place for place, center in enumerate(peer["centers"].tolist())}
    order = np.array([number[center] for center in peaks.centers.tolist()])
    assert sorted(order) == list(range(len(number)))
    np.testing.assert_array_equal(order[peaks.labels], peer["labels"])
    return order


@pytest.mark.parametrize("kind", CONVENTIONS)
@pytest.mark.parametrize("name", ["own", "blobs"])
def test_equal_to_dadapy(name: str, kind: str) -> None:
    peaks, peer = both(name, peak_sets.made(name), kind)
    order = same_clusters(peaks, peer)
    np.testing.assert_array_equal(peaks.halo, peer["halo"])
    known = ~np.isnan(peaks.saddles)
    at = np.ix_(order, order)
    within = 5e-3 if kind == "pak" else 1e-9  # the peer's PAk stops at a relative gradient of 1e-3
    np.testing.assert_allclose(peaks.saddles[known], peer["saddles"][at][known], atol=within)
    np.testing.assert_allclose(peaks.saddle_errors[known], peer["saddle_errors"][at][known], rtol=1e-9)
    np.testing.assert_array_equal(peaks.saddle_points[known], peer["points"][at][known])


@pytest.mark.parametrize("name", peak_sets.REAL)
def test_equal_to_dadapy_on_real_sets(name: str) -> None:
    """The same centres and members; densities of k neighbours to 1e-6, PAk to the peer's tolerance."""
    X = peak_sets.real(name, data_file("mnist_test_10k.npz").parent)
    for kind in CONVENTIONS:
        peaks, peer = both(name, X, kind)
        apart = np.abs(peaks.log_density[:: peak_sets.KEPT] - peer["density"])
        if (name, kind) == ("glove", "pak"):
            # In 22 dimensions the peer's damped steps stop early at 4 % of the points, up to 4.6 nats off: 53 words move.
            assert np.isin(peer["centers"], peaks.centers).sum() == 128
            assert (peaks.centers[peaks.labels] != peer["centers"][peer["labels"]]).sum() < 60
        else:
            same_clusters(peaks, peer)
        if kind == "pak":
            assert np.median(apart) < 5e-4
            assert (apart > 1e-2).mean() < 0.05
        else:
            assert apart.max() < 1e-6


def two_hills(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(size=(300, 2)), rng.normal(size=(200, 2)) + np.array([4.5, 0])])


def test_hills_saddles_and_the_tree() -> None:
    X = two_hills()
    peaks = rs.cluster_peaks(rs.knn_graph(X, 100), id=2)
    assert peaks.populations.size == 2
    assert (peaks.labels == np.repeat([0, 1], [300, 200])).mean() > 0.97
    assert peaks.heights[0] > peaks.heights[1] > peaks.saddles[0, 1] == peaks.saddles[1, 0]
    assert np.isnan(np.diag(peaks.saddles)).all()
    assert peaks.tree.tolist() == [[0.0, 1.0, peaks.saddles[0, 1], 500.0]]
    assert peaks.saddles[0, 1] == peaks.log_density[peaks.saddle_points[0, 1]]
    assert 1 < X[peaks.saddle_points[0, 1], 0] < 3.5
    expected = (peaks.heights[1] - peaks.saddles[0, 1]) / (peaks.errors[1] + peaks.saddle_errors[0, 1])
    assert peaks.significance[1] == pytest.approx(expected)
    assert peaks.significance.min() > peaks.options["z"]
    assert peaks.halo.tolist() == (peaks.log_density < peaks.saddles[0, 1]).tolist()
    held = rs.cluster_peaks(rs.knn_graph(X, 100), id=2, halo=True)
    assert held.labels.tolist() == np.where(peaks.halo, -1, peaks.labels).tolist()
    assert "Peaks(" in repr(peaks)
    assert len(repr(peaks)) < 2000


def test_a_larger_z_leaves_fewer_peaks_and_none_merges_across_a_gap() -> None:
    rng = np.random.default_rng(1)
    X = np.concatenate([rng.normal(size=(150, 3)), rng.normal(size=(150, 3)) + 100])
    graph = rs.knn_graph(X, 100)
    counts = [rs.cluster_peaks(graph, z=z).centers.size for z in (0.0, 0.5, 1.65, 5.0, 1e9)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 2
    alone = rs.cluster_peaks(graph)
    assert alone.populations.tolist() == [150, 150]
    assert np.isneginf(alone.tree[0, 2])
    assert np.isinf(alone.significance).all()


def test_the_tree_is_that_of_the_highest_passes() -> None:
    X = peak_sets.made("blobs")
    peaks = rs.cluster_peaks(rs.knn_graph(X, 100), z=1.65, id=2)
    m = peaks.centers.size
    assert peaks.tree.shape == (m - 1, 4)
    assert (np.diff(peaks.tree[:, 2]) <= 0).all()
    assert peaks.tree[-1, 3] == len(X) == peaks.populations.sum()
    # single linkage of saddles: the first row joins the pair with the highest of all
    top = np.unravel_index(np.nanargmax(peaks.saddles), peaks.saddles.shape)
    assert peaks.tree[0, :2].tolist() == sorted(map(float, top))


@pytest.mark.parametrize("k", [5, 6, 8])
def test_few_neighbours_where_the_peer_breaks(k: int) -> None:
    """It asks for neighbours of removed centres that are not in the list, and fails on an empty array."""
    X = np.random.default_rng(2).normal(size=(400, 12))
    peaks = rs.cluster_peaks(rs.knn_graph(X, k), z=1.65)
    assert peaks.populations.sum() == 400
    assert (peaks.labels[peaks.centers] == np.arange(peaks.centers.size)).all()


def test_plateaus_are_one_peak() -> None:
    grid = np.stack(np.meshgrid(np.arange(15.0), np.arange(15.0)), axis=-1).reshape(-1, 2)
    for convention in ({"z": 1.6, "density": "knn", "k": 16}, {"z": 0.0, "density": "knn", "k": 16}, {"z": 1.65}, {}):
        flat = rs.cluster_peaks(rs.knn_graph(grid, 40), id=2, **convention)
        assert flat.populations.tolist() == [225]
    hills = np.concatenate([grid, grid + np.array([40.0, 0.0])])
    two = rs.cluster_peaks(rs.knn_graph(hills, 40), id=2, z=1.6, density="knn", k=16)
    np.testing.assert_array_equal(two.labels[:225] == two.labels[0], True)
    assert two.populations.tolist() == [225, 225]


def test_a_heap_of_copies_is_one_point_however_deep_the_graph() -> None:
    heap = np.concatenate([two_hills(), np.full((60, 2), 20.0)])
    found = [rs.cluster_peaks(distinct_graph(heap, k), id=2, density="knn", k=16, z=1.6) for k in (16, 40, 100)]
    for peaks in found:
        assert (peaks.options["merged"], peaks.labels.size, peaks.populations.sum()) == (59, 560, 560)
        assert peaks.log_density[-1] == found[0].log_density[-1] < peaks.log_density[:500].min()
        assert not np.isin(peaks.centers, np.arange(500, 560)).any()
    deep = rs.cluster_peaks(rs.knn_graph(heap, 100), id=2, density="knn", k=16, z=1.6)
    np.testing.assert_array_equal(deep.labels, found[0].labels)
    with pytest.raises(GraphDepthError, match="copies fill the 40 places of the graph"):
        rs.cluster_peaks(rs.knn_graph(heap, 40), id=2)
    with pytest.raises(InputError, match="duplicates='raise' of cluster_peaks: 60 points have an identical copy"):
        rs.cluster_peaks(rs.knn_graph(heap, 100), id=2, duplicates="raise")
    with pytest.raises(DegenerateDataError, match="needs points that differ"):
        rs.cluster_peaks(rs.knn_graph(np.ones((30, 2)), 10), id=2)


@pytest.mark.parametrize("convention", [{"z": 1.6, "density": "knn", "k": 16}, {}])
def test_copying_every_row_changes_nothing(convention: dict[str, object]) -> None:
    X = two_hills()
    once = rs.cluster_peaks(rs.knn_graph(X, 33), id=2, **convention)
    thrice = rs.cluster_peaks(rs.knn_graph(np.repeat(X, 3, axis=0), 101), id=2, **convention)
    np.testing.assert_array_equal(thrice.labels, np.repeat(once.labels, 3))
    np.testing.assert_allclose(thrice.log_density, np.repeat(once.log_density, 3), atol=1e-12)
    np.testing.assert_allclose(thrice.saddles, once.saddles, atol=1e-12)
    np.testing.assert_array_equal(thrice.populations, 3 * once.populations)


def test_rounded_coordinates_keep_the_density_of_their_rows() -> None:
    X = two_hills()
    peaks = rs.cluster_peaks(distinct_graph(np.round(4 * X) / 4, 60), id=2, density="knn", k=16)
    assert peaks.options["merged"] > 150
    assert (peaks.labels == np.repeat([0, 1], [300, 200])).mean() > 0.95
    exact = rs.cluster_peaks(rs.knn_graph(X, 60), id=2, density="knn", k=16)
    assert np.corrcoef(peaks.log_density, exact.log_density)[0, 1] > 0.9


def test_the_error_of_the_dimension_is_carried_on() -> None:
    graph = rs.knn_graph(two_hills(), 60)
    plain, own = rs.cluster_peaks(graph), rs.cluster_peaks(graph, id="gride")
    np.testing.assert_array_equal(plain.labels, own.labels)
    assert plain.options["id"] == own.options["id"]
    assert (plain.id_errors == 0).all()
    assert own.id_errors.max() > 0.01
    twonn = rs.id_twonn(graph)
    named, given = (rs.cluster_peaks(graph, id=id) for id in ("twonn", twonn))
    assert (named.options["id_from"], named.options["id"]) == ("id_twonn", twonn.value)
    assert given.options["id_from"].startswith("given, with a standard error of")
    np.testing.assert_array_equal(named.id_errors, given.id_errors)
    step = 1e-4
    beside = [rs.cluster_peaks(graph, id=twonn.value + side, density="knn", k=9).log_density for side in (-step, step)]
    moved = np.abs(beside[1] - beside[0]) / (2 * step) * twonn.stderr
    fixed = rs.cluster_peaks(graph, id=twonn, density="knn", k=9)
    np.testing.assert_allclose(fixed.id_errors, moved, rtol=1e-5, atol=1e-7)


def test_order_of_points_decides_nothing() -> None:
    X = two_hills(5)
    order = np.random.default_rng(0).permutation(len(X))
    one, other = (rs.cluster_peaks(rs.knn_graph(points, 80), z=1.65, id=2) for points in (X, X[order]))
    np.testing.assert_array_equal(order[other.centers], one.centers)
    np.testing.assert_array_equal(other.labels, one.labels[order])


def test_sizes_of_neighbourhoods_as_a_density() -> None:
    graph = rs.knn_graph(two_hills(), 100)
    peaks = rs.cluster_peaks(graph, z=1.65, density="kpeaks", id=2)
    sizes = rs.density_kstar(graph, id=2).details["kstar"]
    assert peaks.log_density.tolist() == sizes.tolist()
    near = graph.indices[0, : sizes[0] - 1]
    assert peaks.stderr[0] == pytest.approx(np.sqrt(((sizes[near] - sizes[0]) ** 2.0).sum() / sizes[0]))


def test_one_normal_distribution_is_one_peak_and_its_significance_says_so() -> None:
    graph = rs.knn_graph(np.random.default_rng(3).normal(size=(1000, 5)), 100)
    worst, dimension = split_significance(graph, density="pak", k=100)
    assert rs.cluster_peaks(graph).centers.size == 1
    assert 3.5 < dimension < 5.5
    assert 0 < worst < rs.cluster_peaks(graph).options["z"]


def test_bad_input() -> None:
    graph = rs.knn_graph(two_hills(), 20)
    with pytest.raises(UnknownNameError, match="z of cluster_peaks must be one of 'auto'"):
        rs.cluster_peaks(graph, z="aut")
    with pytest.raises(InputError, match=r"z of cluster_peaks must be a number in \[0, inf\]. Got -1"):
        rs.cluster_peaks(graph, z=-1)
    with pytest.raises(UnknownNameError, match="Did you mean 'pak'"):
        rs.cluster_peaks(graph, density="pakk")
    with pytest.raises(InputError, match="z of cluster_peaks must be a number with density='kpeaks'"):
        rs.cluster_peaks(graph, density="kpeaks")
    with pytest.raises(GraphDepthError, match="needs the indices of 30 neighbours"):
        rs.cluster_peaks(graph, k=30)
    with pytest.raises(GraphDepthError, match="needs the indices of 5 neighbours"):
        rs.cluster_peaks(graph.truncate(4))
