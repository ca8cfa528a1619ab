"""Streams of points between the peaks of layers, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.figures import Names, Trace, draw_embeddings, draw_peak_flow, draw_peaks

KIND = np.repeat(["cat", "dog", "owl"], [60, 50, 40])


def layers() -> dict[str, rs.measures.structure.Peaks]:
    noise = np.random.default_rng(0).normal(size=(150, 2))
    apart = noise + np.repeat([[0, 0], [9, 0], [40, 40]], [60, 50, 40], axis=0)
    return {name: rs.cluster_peaks(rs.knn_graph(X, 40), z=2.5, id=2) for name, X in (("h.0", noise), ("h.1", apart))}


def test_stacks_and_streams_hold_every_point_once() -> None:
    spec = draw_peak_flow(layers(), labels=KIND, painter=lambda spec: spec)
    (panel,) = spec.panels
    bands = [mark for mark in panel.marks if isinstance(mark, Trace)]
    stacks = [mark for mark in bands if mark.band == 1.0]
    streams = [mark for mark in bands if mark.band < 1.0]
    for at, shares in ((0, [1.0]), (1, [40 / 150, 50 / 150, 60 / 150])):
        own = [mark.high[0] - mark.low[0] for mark in stacks if mark.x.mean() == pytest.approx(at)]
        assert sorted(own) == pytest.approx(shares)
    assert sorted(mark.high[-1] - mark.low[-1] for mark in streams) == pytest.approx([40 / 150, 50 / 150, 60 / 150])
    assert sum(mark.high[0] - mark.low[0] for mark in streams) == pytest.approx(1.0)
    (names,) = (mark for mark in panel.marks if isinstance(mark, Names))
    assert set(names.texts) == {"cat 40%", "cat 100%", "dog 100%", "owl 100%"}
    assert [entry.label for entry in spec.legend.entries] == ["cat", "dog", "owl"]
    assert any(word == "cat 40% to owl 100%\n26.7% of the points" for mark in streams for word in mark.words)


def test_small_peaks_are_one_grey_stack() -> None:
    rng = np.random.default_rng(1)
    centres = 50 * np.arange(14)[:, None] * np.ones(2)
    kinds = np.repeat(np.arange(14), np.r_[np.full(12, 20), 12, 12])
    many = rs.cluster_peaks(rs.knn_graph(centres[kinds] + rng.normal(size=(kinds.size, 2)), 10), z=1.65, id=2)
    assert many.heights.size >= 14
    spec = draw_peak_flow({"a": many, "b": many}, painter=lambda spec: spec)
    words = {word for mark in spec.panels[0].marks if isinstance(mark, Trace) for word in mark.words}
    assert any(word.startswith(f"{many.heights.size - 12} smaller\n") for word in words)
    assert spec.legend is None


def test_peaks_are_named_by_words() -> None:
    words = np.array([f"w{i}" for i in range(150)])
    peaks = layers()["h.1"]
    (panel,) = draw_peaks(peaks, words=words, painter=lambda spec: spec).panels
    assert {said for _, said in panel.x.ticks} == set(rs.peak_names(peaks, words=words))


def test_values_of_each_layer_share_one_bar() -> None:
    planes = {"a": np.random.default_rng(0).normal(size=(9, 2)), "b": np.random.default_rng(1).normal(size=(9, 2))}
    spec = draw_embeddings(planes, values={"a": np.arange(9.0), "b": np.arange(9.0) + 5}, painter=lambda spec: spec)
    assert spec.bar.limits == (0.0, 13.0)
    assert [panel.marks[0].values.tolist() for panel in spec.panels] == [[*range(9)], [*range(5, 14)]]
    with pytest.raises(InputError, match="values of draw_embeddings must be of every layer. 'b' has none"):
        draw_embeddings(planes, values={"a": np.arange(9.0)})


def test_bad_input() -> None:
    held = layers()
    with pytest.raises(InputError, match="two layers at least. Got 1"):
        draw_peak_flow({"h.0": held["h.0"]})
    other = rs.cluster_peaks(rs.knn_graph(np.random.default_rng(0).normal(size=(80, 2)), 30), id=2)
    with pytest.raises(InputError, match="80"):
        draw_peak_flow({"h.0": held["h.0"], "x": other})
