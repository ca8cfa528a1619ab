"""Clusters and their centroids, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from repscape.figures import draw_clusters

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(40, 2))


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


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
