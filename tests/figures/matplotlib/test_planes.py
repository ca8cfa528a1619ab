"""Planes: embeddings by layer, clusters and their centroids, second-level RSA, through what they draw."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from scipy.spatial.distance import squareform

import repscape as rs
from repscape.errors import InputError
from repscape.figures import Drawing, draw_clusters, draw_embeddings, draw_second_level, save_drawings
from repscape.figures._look import PALETTE

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(40, 2))


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_every_point_of_every_layer_is_drawn_in_the_look_of_its_label():
    labels = np.array(["cat", "dog"])[np.arange(40) % 2]
    figure = draw_embeddings({"h.0": PLANE, "h.1": PLANE**3}, labels=labels, name="kind", axes="PCA")
    for ax, points in zip(figure.axes, (PLANE, PLANE**3), strict=True):
        for one, kind, colour in zip(ax.collections, ("cat", "dog"), PALETTE, strict=False):
            np.testing.assert_array_equal(one.get_offsets(), points[labels == kind])
            assert to_hex(one.get_facecolor()[0]) == colour
    assert legend_of(figure) == ["cat", "dog"]
    assert figure.legends[0].get_title().get_text() == "kind"
    assert figure.axes[0].get_xlabel() == "PCA 1"


def test_sixteen_labels_are_told_apart_and_more_become_others():
    looks = set()
    for kinds in (16, 23):
        labels = np.minimum(np.arange(400) % 40, kinds - 1)
        figure = draw_embeddings({"h": RNG.normal(size=(400, 2))}, labels=labels)
        drawn = figure.axes[0].collections
        assert sum(len(one.get_offsets()) for one in drawn) == 400
        looks = {(to_hex(one.get_facecolor()[0]), one.get_paths()[0].vertices.tobytes()) for one in drawn}
        assert len(looks) == 16
    assert legend_of(figure)[0] == "8 others"
    assert len(legend_of(figure)) == 16
    assert "22" in legend_of(figure), "the most frequent label keeps its own look"


def test_values_get_a_colour_bar_and_no_legend():
    figure = draw_embeddings({"h.0": PLANE, "h.1": PLANE}, values=np.arange(40), name="luminance")
    assert not figure.legends
    assert figure.axes[-1].get_ylabel() == "luminance"
    np.testing.assert_array_equal(figure.axes[0].collections[0].get_array(), np.arange(40))
    assert figure.axes[0].collections[0].norm is figure.axes[1].collections[0].norm


def test_what_is_no_plane_is_refused():
    with pytest.raises(InputError, match=r"plane 'h' .* \(n, 2\).* Got \(40, 3\)"):
        draw_embeddings({"h": RNG.normal(size=(40, 3))})
    with pytest.raises(InputError, match="labels or values"):
        draw_embeddings({"h": PLANE}, labels=np.arange(40), values=np.arange(40))
    with pytest.raises(InputError, match="1 to 24 layers. Got 25"):
        draw_embeddings({str(i): PLANE for i in range(25)})
    with pytest.raises(InputError, match="40 and 39 rows"):
        draw_embeddings({"a": PLANE, "b": PLANE[:39]})
    with pytest.raises(InputError, match="same names. Got a and b"):
        draw_clusters({"a": PLANE}, {"b": np.zeros(40, int)})


def test_lines_lead_from_every_clustered_point_to_its_centroid():
    points = np.array([[0.0, 0], [2, 0], [1, 3], [9, 9], [11, 9], [5, 5]])
    code = np.array([0, 0, 0, 1, 1, -1])
    names = list("abcdef")
    figure = draw_clusters({"wiki": points}, {"wiki": code}, names=names, radius=2.0)
    ax = figure.axes[0]
    spokes = [segment for one in ax.collections if isinstance(one, LineCollection) for segment in one.get_segments()]
    ends = {(tuple(start), tuple(end)) for start, end in spokes}
    middle = {0: (1.0, 1.0), 1: (10.0, 9.0)}
    assert ends == {
        (tuple(point), middle[cluster]) for point, cluster in zip(points, code, strict=True) if cluster >= 0
    }
    crosses = ax.collections[0]
    np.testing.assert_array_equal(crosses.get_offsets(), [[5, 5]])
    assert [text.get_text() for text in ax.texts] == ["2", *names]
    assert legend_of(figure) == ["cluster 0", "cluster 1", "in no cluster"]
    ruler = ax.lines[-1].get_xdata()
    assert ruler[1] - ruler[0] == pytest.approx(2.0)


def test_a_plane_without_any_cluster_is_drawn():
    figure = draw_clusters({"a": PLANE}, {"a": np.full(40, -1)})
    assert legend_of(figure) == ["in no cluster"]
    assert len(figure.axes[0].collections[0].get_offsets()) == 40


def test_names_do_not_cover_each_other_where_there_is_room():
    figure = draw_clusters({"a": PLANE[:20] * 9}, {"a": np.zeros(20, int)}, names=[f"word{i}" for i in range(20)])
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    crossing = sum(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert crossing <= 2


def test_second_level_lays_layers_out_by_their_distances():
    layers = {f"{model} {i}": RNG.normal(size=(20, 5)) for model in ("small", "large") for i in range(3)}
    names, distances = rs.second_level_rdm(layers)
    figure = draw_second_level(names, distances, models=[name.split()[0] for name in names])
    ax = figure.axes[0]
    expected = rs.embed(squareform(distances), method="mds", metric="precomputed")
    np.testing.assert_allclose(np.concatenate([line.get_xydata() for line in ax.lines]), expected, atol=1e-12)
    assert sorted(text.get_text() for text in ax.texts) == sorted(names)
    assert legend_of(figure) == ["small", "large"]
    assert "r = " in ax.get_title(loc="left")
    with pytest.raises(InputError, match="distances and names"):
        draw_second_level(names[:-1], distances)


def test_drawings_are_written_in_every_format(tmp_path):
    drawing = Drawing("plane", draw_embeddings({"h": PLANE}), "A plane.")
    files = save_drawings([drawing], tmp_path)
    assert [file.name for file in files] == ["plane.png", "plane.svg", "plane.pdf"]
    assert all(file.stat().st_size > 1000 for file in files)
