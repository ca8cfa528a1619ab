import itertools
import json
import math
import re

import numpy as np
import pytest

import repscape as rs
from repscape.figures import paint, sketches
from repscape.figures.plotly._interactive import interactive
from repscape.measures import Estimate
from repscape.report._pack import packed, packed_json
from repscape.results import MeasureInfo, Results
from tests.figures.studies import SCRIPT, by_hand, curves, layers, study

SHARE = MeasureInfo("share", label="share", bounds=(0.0, 1.0))


def specs(results: Results) -> dict:
    return {sketch.name: interactive(sketch, paint(sketch)) for sketch in sketches(results)}


def lines(spec: dict) -> list:
    return [trace for trace in spec["data"] if trace["mode"] == "lines+markers"]


def test_a_profile_has_every_value_with_its_error_and_layer():
    (spec,) = specs(by_hand([0.5, 0.75, 0.25], info=SHARE, stderr=0.011, chance=0.1)).values()
    (line,) = lines(spec)
    assert (line["x"], line["y"]) == ([0, 1, 2], [0.5, 0.75, 0.25])
    assert line["text"][1].startswith("net · layer 1 (blocks.1, depth 0.5)<br>0.750 ± 0.011 [")
    assert line["text"][1].endswith("chance 0.1")
    assert spec["title"] == "Share by layer"


def test_a_layer_without_a_value_is_a_gap_in_line_and_band():
    (spec,) = specs(by_hand([0.5, math.nan, 0.25, 0.5], info=SHARE, stderr=0.01)).values()
    (line,) = lines(spec)
    assert line["y"] == [0.5, None, 0.25, 0.5]
    assert not line["connectgaps"]
    (band,) = (trace for trace in spec["data"] if trace.get("fill") == "toself")
    assert band["x"] == [0, 0, None, 2, 3, 3, 2]
    json.dumps(spec, allow_nan=False)


def test_axes_are_those_of_the_painted_figure():
    for sketch in sketches(curves({"net": 3}, x=(1, 2, 4, 64), info=MeasureInfo("scale", plot="curve"))):
        figure = paint(sketch)
        layout = interactive(sketch, figure)["layout"]
        low, high = figure.axes[0].get_xlim()
        assert layout["xaxis"]["type"] == "log"
        np.testing.assert_allclose(layout["xaxis"]["range"], [math.log10(low), math.log10(high)])
        assert layout["yaxis"]["range"] == list(figure.axes[0].get_ylim())
        assert "64" in layout["xaxis"]["ticktext"]


def test_many_scale_curves_have_a_bar_that_says_which_layer_is_which():
    (spec,) = specs(curves({"net": 20}, x=(1, 2, 4), info=MeasureInfo("scale", plot="curve"))).values()
    (bar,) = (trace for trace in spec["data"] if trace["mode"] == "markers")
    assert (bar["marker"]["cmin"], bar["marker"]["cmax"]) == (0, 19)
    drawn = lines(spec)
    assert len(drawn) == 20
    ends = [bar["marker"]["colorscale"][place][1] for place in (0, -1)]
    assert [drawn[place]["line"]["color"] for place in (0, -1)] == ends


def test_lines_have_the_colours_of_the_painted_figure_and_ink_follows_the_scheme():
    results = study({f"net{i}": layers(2) for i in range(7)}, plan=rs.Plan(measures=["id_twonn"]))
    (sketch,) = sketches(results)
    figure = paint(sketch)
    painted = [line.get_color() for line in figure.axes[0].lines if line.get_marker() not in ("", "None")]
    shown = [line["line"]["color"] for line in lines(interactive(sketch, figure))]
    assert len(shown) == 7
    assert [{"#1a1d21": "ink"}.get(colour, colour) for colour in painted] == shown
    assert "ink" in shown


def test_cells_say_both_layers_and_the_value():
    results = study({"net": layers(3)})
    (spec,) = (spec for name, spec in specs(results).items() if name == "overlap_neighbors-pairs")
    (cells,) = spec["data"]
    assert np.array(cells["z"]).shape == (3, 3)
    assert cells["text"][0][2].startswith("net · layer 0 (blocks.0, depth 0)<br>net · layer 2 (blocks.2, depth 1)<br>")
    assert f"{cells['z'][0][2]:.4g}" in cells["text"][0][2]


@pytest.fixture(scope="module")
def hostile():
    """Kind of figure -> what the page draws, where models and layers are named like markup."""
    results = study({SCRIPT: layers(2, names=f"{SCRIPT}{{}}"), "<i>": layers(2)}, steps=(1, 2))
    found: dict = {}
    for sketch in sketches(results):
        found.setdefault(sketch.kind, []).append(interactive(sketch, paint(sketch)))
    return found


@pytest.mark.parametrize("kind", ["depth", "matrix", "curve"])
def test_names_from_outside_are_no_markup(hostile, kind):
    for spec in hostile[kind]:
        text = json.dumps({"data": spec["data"], "layout": spec["layout"]})
        assert "&lt;script&gt;" in text or "&lt;i&gt;" in text
        assert set(re.findall("<[^>]*>", text)) <= {"<br>", "<b>", "</b>", "<extra>", "</extra>"}


def test_every_figure_of_a_study_can_be_drawn_by_the_page(hostile):
    assert set(hostile) == {"depth", "matrix", "curve"}
    for spec in itertools.chain(*hostile.values()):
        json.dumps(spec, allow_nan=False)
        assert spec["data"]
        used = {trace["xaxis"] for trace in spec["data"]}
        assert {f"xaxis{axis[1:]}" for axis in used} <= spec["layout"].keys()


def test_packed_text_is_letters_alone_and_the_same_each_time():
    text = f"{SCRIPT}</script><!--\u2028\ud800"
    assert set(packed(text)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    assert packed(text) == packed(text)
    with pytest.raises(ValueError, match="not JSON compliant"):
        packed_json({"a": math.nan})


def test_an_estimate_without_an_error_shows_none():
    (spec,) = specs(by_hand([0.5, 0.75], info=SHARE)).values()
    assert "±" not in json.dumps(spec)
    assert isinstance(by_hand([0.5], info=SHARE).records[0].result, Estimate)
