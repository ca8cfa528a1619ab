"""Who paints, and what may not be changed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from repscape import figures
from repscape.errors import UnknownNameError
from repscape.results import Results
from tests.figures.gallery import every_spec


@pytest.mark.parametrize(("painter", "other"), [("matplotlib", "plotly"), ("plotly", "matplotlib")])
def test_a_painter_does_not_load_the_other_library(painter, other):
    code = (
        "import sys\n"
        "from repscape.figures import Line, draw_lines\n"
        f"draw_lines({{'a': Line([1, 2], [2, 3])}}, x='x', y='y', heading='h', painter={painter!r})\n"
        f"assert {painter!r} in sys.modules and {other!r} not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_a_figure_shows_cannot_be_changed():
    spec = every_spec()["draw_lines"]
    with pytest.raises(AttributeError):
        spec.title = "another"
    with pytest.raises(ValueError, match="read-only"):
        spec.panels[0].marks[0].x[0] = 7.0


def test_arrays_of_the_caller_stay_writeable_and_apart():
    x, values = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    spec = figures.draw_lines({"a": figures.Line(x, values)}, x="x", y="y", heading="h", painter=lambda shown: shown)
    values[0] = 100.0
    assert spec.panels[0].marks[0].y.tolist() == [3.0, 4.0]


def test_a_function_may_paint_and_unknown_painters_are_refused():
    words = {"x": "x", "y": "y", "heading": "Growth"}
    assert figures.draw_lines({"a": figures.Line([1], [2])}, painter=lambda spec: spec.title, **words) == "Growth"
    with pytest.raises(UnknownNameError, match="painter of draw must be one of 'matplotlib', 'plotly', 'none'"):
        figures.draw(Results(()), painter="matplotlob")
    with pytest.raises(UnknownNameError, match="Did you mean 'plotly'"):
        figures.draw_lines({"a": figures.Line([1], [2])}, painter="plotli", **words)
