import xml.etree.ElementTree as ET

from repscape.figures import INK, PAPER, paint, sketches, to_bytes
from repscape.figures._look import ON_DARK
from repscape.report._figures import adaptive, figure_html
from repscape.results import MeasureInfo
from tests.figures.studies import by_hand, layers, study
from tests.report.pages import read


def test_ink_and_paper_follow_the_scheme_and_numbers_in_cells_do_not():
    results = study({"net": layers(3)})
    (sketch,) = (s for s in sketches(results) if s.name == "overlap_neighbors-pairs")
    svg = adaptive(to_bytes(paint(sketch), "svg")).decode()
    drawn = svg.partition("</style>")[2]
    assert INK not in drawn
    assert f"fill: {PAPER}" not in drawn
    assert ON_DARK in drawn
    assert "prefers-color-scheme: dark" in svg
    assert ET.fromstring(svg).tag.endswith("svg")
    assert "<!--" not in svg


def test_where_no_room_is_left_the_figure_is_named_instead():
    (sketch,) = sketches(by_hand([1.0, 2.0], info=MeasureInfo("m")))
    html, size = figure_html(sketch, room=10)
    assert size == 0
    assert not read(html).all("img")
    assert "figures/m" in read(html).text
