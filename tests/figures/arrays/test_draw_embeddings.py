"""Embeddings by layer, through what they draw."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from repscape.errors import InputError
from repscape.figures import draw_clusters, draw_embeddings
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
