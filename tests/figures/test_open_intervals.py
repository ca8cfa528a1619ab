"""Intervals that are of something else than the value, without an upper end, or missing on purpose: no picture may hide it."""

import math
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.figures import paint, sketches, specify
from repscape.figures._spec import Dots, Trace
from repscape.report._about import conventions
from repscape.report._methods import sentences


@pytest.fixture(scope="module")
def results() -> rs.Results:
    rng = np.random.default_rng(0)
    layers = {
        "few": rng.normal(size=(300, 3)),
        "many": rng.normal(size=(300, 60)),
        "kinds": rng.normal(size=(300, 12)) + 4 * rng.normal(size=(4, 12))[rng.integers(0, 4, 300)],
    }
    found = rs.run(layers, rs.Plan(measures=["id_corrected", "id_disagreement"]))
    intervals = [record.result.interval for record in found.select("id_corrected")]
    assert intervals[0][1] < math.inf == intervals[1][1]
    assert intervals[2] is None
    return found


def test_bands_arrows_and_crosses(results: rs.Results) -> None:
    (sketch,) = sketches(results.select("id_corrected"))
    spec = specify(sketch)
    top = spec.panels[0].y.limits[1]
    line = next(mark for mark in spec.panels[0].marks if isinstance(mark, Trace))
    assert line.high[0] < line.high[1] == top
    assert np.isnan(
        [line.low[2], line.high[2]]
    ).all()  # not the error of the raw value, which would pass for a narrow range
    assert top > 1.1 * line.y.max()
    arrow, cross = (mark for mark in spec.panels[0].marks if isinstance(mark, Dots))
    assert (arrow.look.marker, arrow.x.tolist(), cross.look.marker, cross.x.tolist()) == (
        "triangle-up",
        [1],
        "x-thin",
        [2],
    )
    assert arrow.words[0].split("\n")[-2:] == [
        results.records[1].result.details["note"],
        "interval of the true dimension, over families",
    ]
    for said in (
        "Bands: 95 % intervals of the true dimension, over families",
        "Arrows: open above, at least the lower end (layer many).",
        "Crosses: no interval (layer kinds: the scale curve is that of no family).",
    ):
        assert said in spec.caption
    assert paint(spec).axes


def test_reasons_and_ranges_in_words(results: rs.Results, tmp_path: Path) -> None:
    frame = results.to_frame()
    corrected, apart = (
        frame[frame["measure"] == name]["note"].tolist() for name in ("id_corrected", "id_disagreement")
    )
    assert corrected[0] is None or corrected[0] != corrected[0]
    assert corrected[1].startswith("at least ")
    assert corrected[2] == "none: the scale curve is that of no family"
    assert apart[2] == "reasons left: none"
    page = rs.write_report(results, tmp_path / "report.html").read_text(encoding="utf-8")
    for said in (f"<td>{corrected[1]}</td>", f"<td>{corrected[2]}</td>", f"<td>{apart[1]}</td>"):
        assert said in page
    assert "Reasons left: none (layer kinds)." in page


def test_methods_say_what_holds_where(results: rs.Results) -> None:
    said = next(one for one in sentences(results) if "range that its bias leaves" in one)
    assert (
        "95 % intervals of the true dimension, over families at 2 of 3, none: the scale curve is that of no family at 1 of 3"
        in said
    )
    assert "at 2 of 3" in conventions(results)


def test_cards_show_what_is_open(results: rs.Results) -> None:
    card = results.records[1].result._repr_html_()
    assert "at least" in card
    assert card.count("<line") >= 1  # the interval, to the edge of the picture
    assert "to inf" not in card


def test_numbers_of_each_place_are_told_as_a_range() -> None:
    X = np.random.default_rng(0).normal(size=(120, 4))
    found = rs.run({"a": X, "b": X[:, :2], "c": X[:, :3]}, rs.Plan(measures=["density_pak"]))
    own = [record.result.options["id"] for record in found]
    assert f"id={min(own):.4g} to {max(own):.4g}, " in " ".join(sentences(found))
