"""The topography of peaks, through what it draws."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, InputTypeError
from repscape.figures import Dots, Segments, draw_peak_flow, draw_peaks


def hills() -> tuple[rs.measures.structure.Peaks, np.ndarray]:
    kinds = np.repeat([0, 1, 2], 60)
    X = np.array([[0, 0], [4, 0], [40, 40]])[kinds] + np.random.default_rng(0).normal(size=(180, 2))
    return rs.cluster_peaks(rs.knn_graph(X, 50), z=1.0, id=2), np.array(["cat", "dog", "owl"])[kinds]


def test_branches_meet_at_the_passes_and_dots_stand_at_the_peaks() -> None:
    peaks, labels = hills()
    (panel,) = draw_peaks(peaks, labels=labels, painter=lambda spec: spec).panels
    (dots,) = (mark for mark in panel.marks if isinstance(mark, Dots))
    assert sorted(dots.y) == sorted(peaks.heights)
    joined, apart, stalks = (mark.ends for mark in panel.marks if isinstance(mark, Segments))
    passes = peaks.tree[np.isfinite(peaks.tree[:, 2]), 2]
    level = joined[joined[:, 0, 1] == joined[:, 1, 1]]
    assert sorted(level[:, 0, 1]) == pytest.approx(sorted(passes))
    assert apart[:, :, 1].min() < joined[:, :, 1].min()  # no pass is known: below all others
    assert len(stalks) == peaks.heights.size
    names = " ".join(said for _, said in panel.x.ticks)
    assert all(name in names for name in ("cat", "dog", "owl"))
    assert any("owl 100%" in word for word in dots.words)
    assert "in the halo" in panel.note


def test_one_peak_and_layers_side_by_side() -> None:
    peaks, _ = hills()
    alone = rs.cluster_peaks(rs.knn_graph(np.random.default_rng(1).normal(size=(80, 2)), 30), id=2)
    spec = draw_peaks({"h.0": alone, "h.1": peaks}, painter=lambda spec: spec)
    assert [panel.title for panel in spec.panels] == ["h.0", "h.1"]
    assert draw_peaks(alone).axes[0].get_ylabel() == "log density"


def test_bad_input() -> None:
    peaks, labels = hills()
    with pytest.raises(InputError, match="one layer at least"):
        draw_peaks({})
    with pytest.raises(InputError, match=r"labels of draw_peaks must have shape \(180,\)"):
        draw_peaks(peaks, labels=labels[:5])


def test_branches_that_no_pass_joins_meet_nowhere_and_the_note_says_so() -> None:
    peaks, _ = hills()
    spec = draw_peaks(peaks, painter=lambda spec: spec)
    _, apart, _ = (mark.ends for mark in spec.panels[0].marks if isinstance(mark, Segments))
    assert (apart[:, 0, 0] == apart[:, 1, 0]).all()  # upright, each once
    assert len(np.unique(apart[:, 0, 0])) == len(apart)
    assert spec.panels[0].note.endswith("dashed: no pass to another peak is known")


@pytest.mark.parametrize("given", ["x", 3, None, {"a": 3}])
def test_what_is_no_peaks_is_named(given: object) -> None:
    for draw in (draw_peaks, draw_peak_flow):
        with pytest.raises(InputTypeError, match=f"peaks of {draw.__name__} must be .*Peaks"):
            draw(given)
