"""Lines against a quantity of one's own, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError
from repscape.figures import Line, draw_lines


def test_lines_bands_and_what_is_expected() -> None:
    lines = {
        "ours": Line([1, 10, 100], [1.0, 2.0, 4.0], [0.1, 0.2, 0.4]),
        "theory": Line([1, 100], [1.0, 4.0], expected=True),
    }
    figure = draw_lines(lines, x="dimension", y="estimate", heading="Balls", log_x=True)
    (ax,) = figure.axes
    solid, dashed = ax.get_lines()
    assert solid.get_ydata().tolist() == [1.0, 2.0, 4.0]
    assert solid.get_linestyle() == "-"
    assert dashed.get_linestyle() == "--"
    assert dashed.get_marker() in ("", "None")
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    assert np.isclose(corners[:, 1].min(), 1 - 1.959964 * 0.1)
    assert np.isclose(corners[:, 1].max(), 4 + 1.959964 * 0.4)
    assert ax.get_xscale() == "log"
    assert {"1", "10", "100"} <= {tick.get_text() for tick in ax.get_xticklabels()}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["ours", "theory"]


def test_a_logarithmic_axis_within_a_decade_has_plain_numbers() -> None:
    words = {"x": "x", "y": "y", "heading": "h", "log_x": True}
    for last, said in ((4, {"2", "3", "4"}), (400, {"10", "100"})):
        (ax,) = draw_lines({"a": Line([1.7, last], [1, 2])}, **words).axes
        low, high = ax.get_xlim()
        ticks = [*ax.xaxis.get_major_ticks(), *ax.xaxis.get_minor_ticks()]
        shown = {tick.label1.get_text() for tick in ticks if low <= tick.get_loc() <= high}
        assert shown - {""} == said


def test_what_is_published_twice_differs_in_its_dashes() -> None:
    lines = {name: Line([0, 1], [0, 1], expected=True) for name in "ab"}
    (ax,) = draw_lines(lines, x="x", y="y", heading="h").axes
    assert len({str(line._dash_pattern) for line in ax.get_lines()}) == 2


def test_what_cannot_be_drawn_is_refused() -> None:
    words = {"x": "x", "y": "y", "heading": "h"}
    with pytest.raises(InputError, match="one to 8. Got 0"):
        draw_lines({}, **words)
    with pytest.raises(InputError, match="'a' must be of one length"):
        draw_lines({"a": Line([1, 2], [1])}, **words)
