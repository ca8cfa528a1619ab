"""Probes by layer, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.figures import draw_probes


def probe(value: float, *, metric: str = "accuracy", **details: object) -> rs.Estimate:
    return rs.Estimate(
        value=value,
        n=20,
        stderr=0.01,
        interval=(value - 0.02, value + 0.03),
        chance=0.5,
        options={"metric": metric},
        details=details,
    )


LINEAR = {"h.0": probe(0.6, selectivity=0.1, shuffled=0.52), "h.1": probe(0.8, selectivity=0.3, shuffled=0.48)}
MLP = {"h.0": probe(0.7), "h.1": probe(0.9, selectivity=-0.1)}
UNTRAINED = {"h.0": probe(0.55), "h.1": probe(0.56)}


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def lines_of(ax):
    return [np.asarray(line.get_ydata()).tolist() for line in ax.lines]


def test_every_probe_has_its_line_its_band_and_the_baselines():
    figure = draw_probes({"linear": LINEAR, "MLP": MLP}, untrained=UNTRAINED, heading="Reviews")
    left, right = figure.axes
    assert lines_of(left) == [[0.6, 0.8], [0.7, 0.9], [0.5, 0.5], [0.52, 0.48], [0.55, 0.56]]
    assert legend_of(figure) == [
        "linear",
        "MLP",
        "most frequent label",
        "linear, shuffled labels",
        "untrained network",
    ]
    band = left.collections[0].get_paths()[0].vertices
    assert {0.58, 0.63, 0.78, 0.83} <= {round(y, 6) for y in band[:, 1]}
    assert [label.get_text() for label in left.get_xticklabels()] == ["h.0", "h.1"]
    # A control task that says nothing at a layer leaves that layer out.
    assert [(list(line.get_xdata()), line.get_label()) for line in right.lines[:2]] == [
        ([0, 1], "linear"),
        ([1], "MLP"),
    ]
    assert lines_of(right)[:2] == [[0.1, 0.3], [-0.1]]
    assert right.get_ylabel() == "selectivity"
    assert right.lines[0].get_color() == left.lines[0].get_color()


def test_without_controls_there_is_one_panel_and_other_metrics_have_chance():
    figure = draw_probes({"linear": {"h.0": probe(0.6, metric="auc")}})
    assert len(figure.axes) == 1
    assert figure.axes[0].get_ylabel() == "auc"
    assert legend_of(figure) == ["linear", "chance"]
    assert len(figure.axes[0].collections[0].get_segments()) == 1, "the band of a single layer is a bar"


def test_probes_that_cannot_stand_side_by_side():
    with pytest.raises(InputError, match=r"of the layers h\.0, h\.1\. 'MLP': h\.0"):
        draw_probes({"linear": LINEAR, "MLP": {"h.0": probe(0.5)}})
    with pytest.raises(UnknownNameError, match="metric of 'MLP'.*'accuracy'. Got 'auc'"):
        draw_probes({"linear": {"h.0": probe(0.6)}, "MLP": {"h.0": probe(0.5, metric="auc")}})
    with pytest.raises(InputError, match="1 to 6"):
        draw_probes({})
