"""What a page's script is given to draw."""

import itertools
import json
import math
import re

import numpy as np
import pytest

import repscape as rs
from repscape.figures import INK, sketches, specify
from repscape.figures.plotly import interactive
from repscape.measures import Estimate
from repscape.report._pack import packed, packed_json
from repscape.results import MeasureInfo, Results
from tests.figures.gallery import every_spec
from tests.figures.studies import SCRIPT, by_hand, curves, layers, study

SHARE = MeasureInfo("share", label="share", bounds=(0.0, 1.0))


def pages(results: Results) -> dict:
    return {sketch.name: interactive(specify(sketch)) for sketch in sketches(results)}


def lines(page: dict) -> list:
    return [trace for trace in page["data"] if trace["mode"] == "lines+markers"]


def test_a_profile_has_every_value_with_its_error_and_layer():
    (page,) = pages(by_hand([0.5, 0.75, 0.25], info=SHARE, stderr=0.011, chance=0.1)).values()
    (line,) = lines(page)
    assert (line["x"], line["y"]) == ([0, 1, 2], [0.5, 0.75, 0.25])
    assert line["text"][1].startswith("net · layer 1 (blocks.1, depth 0.5)<br>0.750 ± 0.011 [")
    assert line["text"][1].endswith("chance 0.1")
    assert page["title"] == "Share by layer"


def test_a_layer_without_a_value_is_a_gap_in_line_and_band():
    (page,) = pages(by_hand([0.5, math.nan, 0.25, 0.5], info=SHARE, stderr=0.01)).values()
    (line,) = lines(page)
    assert line["y"] == [0.5, None, 0.25, 0.5]
    assert not line["connectgaps"]
    (band,) = (trace for trace in page["data"] if trace.get("fill") == "toself")
    assert band["x"] == [2, 3, 3, 2]
    (bar,) = (trace for trace in page["data"] if trace["x"] == [0, 0])
    assert bar["y"] == pytest.approx([0.5 - 0.0196, 0.5 + 0.0196], abs=1e-4)
    json.dumps(page, allow_nan=False)


def test_many_scale_curves_have_a_bar_that_says_which_layer_is_which():
    (page,) = pages(curves({"net": 20}, x=(1, 2, 4), info=MeasureInfo("scale", plot="curve"))).values()
    (bar,) = (trace for trace in page["data"] if trace["mode"] == "markers")
    axis = page["layout"][bar["marker"]["coloraxis"]]
    assert (axis["cmin"], axis["cmax"]) == (0, 19)
    drawn = [trace for trace in page["data"] if trace["mode"] == "lines"]
    assert len(drawn) == 20
    assert [drawn[place]["line"]["color"] for place in (0, -1)] == [axis["colorscale"][place][1] for place in (0, -1)]


def test_ink_follows_the_scheme_and_names_that_are_called_like_it_stay():
    results = study(
        {name: layers(2) for name in ("a", "b", "c", "d", "e", "f", "ink")}, plan=rs.Plan(measures=["id_twonn"])
    )
    (page,) = pages(results).values()
    assert [(line["name"], line["line"]["color"]) for line in lines(page)][-1] == ("ink", "ink")
    assert INK not in json.dumps(page)
    renamed = study({name: layers(2) for name in (INK, "b")}, plan=rs.Plan(measures=["id_twonn"]))
    assert lines(next(iter(pages(renamed).values())))[0]["name"] == INK


def test_cells_say_both_layers_and_the_value():
    results = study({"net": layers(3)})
    (page,) = (page for name, page in pages(results).items() if name == "overlap_neighbors-pairs")
    cells, written = page["data"]
    assert np.array(cells["z"]).shape == (3, 3)
    assert cells["text"][0][2].startswith("net · layer 0 (blocks.0, depth 0)<br>net · layer 2 (blocks.2, depth 1)<br>")
    assert f"{cells['z'][0][2]:.4g}" in cells["text"][0][2]
    assert written["text"][2] == f"{cells['z'][0][2]:.2f}"


@pytest.fixture(scope="module")
def hostile():
    """Kind of figure -> what the page draws, where models and layers are named like markup."""
    results = study({SCRIPT: layers(2, names=f"{SCRIPT}{{}}"), "<i>": layers(2)}, steps=(1, 2))
    found: dict = {}
    for sketch in sketches(results):
        found.setdefault(sketch.kind, []).append(interactive(specify(sketch)))
    return found


@pytest.mark.parametrize("kind", ["depth", "matrix", "curve"])
def test_names_from_outside_are_no_markup(hostile, kind):
    for page in hostile[kind]:
        text = json.dumps({"data": page["data"], "layout": page["layout"]})
        assert "&lt;script&gt;" in text or "&lt;i&gt;" in text
        assert set(re.findall("<[^>]*>", text)) <= {"<br>", "<b>", "</b>", "<extra>", "</extra>"}


def test_every_figure_can_be_drawn_by_the_page(hostile):
    assert set(hostile) == {"depth", "matrix", "curve"}
    for page in (*itertools.chain(*hostile.values()), *map(interactive, every_spec().values())):
        json.dumps(page, allow_nan=False)
        assert page["data"]
        used = {trace["xaxis"] for trace in page["data"]}
        assert {f"xaxis{axis[1:]}" for axis in used} <= page["layout"].keys()


def test_packed_text_is_letters_alone_and_the_same_each_time():
    text = f"{SCRIPT}</script><!--\u2028\ud800"
    assert set(packed(text)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    assert packed(text) == packed(text)
    with pytest.raises(ValueError, match="not JSON compliant"):
        packed_json({"a": math.nan})


def test_an_estimate_without_an_error_shows_none():
    (page,) = pages(by_hand([0.5, 0.75], info=SHARE)).values()
    assert "±" not in json.dumps(page)
    assert isinstance(by_hand([0.5], info=SHARE).records[0].result, Estimate)
