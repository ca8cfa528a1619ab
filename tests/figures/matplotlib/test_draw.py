import subprocess
import sys

import matplotlib as mpl
import pytest

from repscape.errors import InputTypeError
from repscape.figures import draw
from repscape.figures._names import literal
from repscape.figures.matplotlib._style import PARAMS
from repscape.results import Results
from tests.figures.studies import layers, study


def test_rc_params_are_as_before_and_the_readers_own_do_not_matter():
    results = study({"net": layers(3)})
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 30.0, "axes.grid": False, "text.parse_math": True, "axes.labelsize": 40.0}):
        mine = dict(mpl.rcParams)
        figure = draw(results)["id_twonn"]
        assert dict(mpl.rcParams) == mine
    assert dict(mpl.rcParams) == before
    assert figure.axes[0].xaxis.label.get_size() == PARAMS["axes.labelsize"]


def test_drawing_loads_no_pyplot_and_what_is_drawn_is_known_without_a_library_that_draws():
    code = (
        "import sys, repscape\n"
        "from repscape import figures\n"
        "from tests.figures.studies import study, layers\n"
        "results = study({'': layers(2)})\n"
        "assert figures.draw(results, painter='none')\n"
        "assert figures.draw_lines({'a': figures.Line([1], [2])}, x='x', y='y', heading='h', painter='none')\n"
        "assert not {'matplotlib', 'plotly'} & set(sys.modules)\n"
        "assert figures.draw(results)\n"
        "assert 'matplotlib.pyplot' not in sys.modules and 'plotly' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_no_results_give_no_figures_and_other_things_are_refused():
    assert draw(Results(())) == {}
    with pytest.raises(InputTypeError, match=r"results of draw must be what rs\.run returned\. Got list"):
        draw([])


def test_signs_that_the_font_lacks_raise_no_warning():
    assert draw(study({"模型": layers(2), "🦉": layers(2)}))["id_twonn"].legends


@pytest.mark.parametrize("size", [1, 6, 25, 100])
def test_titles_and_labels_stay_within_the_figure(size):
    for figure in draw(study({"net" * 12: layers(size)})).values():
        box = figure.bbox
        for text in [
            figure._suptitle,
            *(ax.xaxis.label for ax in figure.axes),
            *(ax.yaxis.label for ax in figure.axes),
        ]:
            extent = text.get_window_extent()
            assert extent.x0 >= -1
            assert extent.y0 >= -1
            assert extent.x1 <= box.x1 + 1
            assert extent.y1 <= box.y1 + 1


@pytest.mark.parametrize(
    ("text", "most", "expected"), [("a\tb\u2028c", 9, "a b c"), ("abcdefgh", 5, "ab…gh"), ("\ud800", 3, " ")]
)
def test_literal_text_is_one_short_line(text, most, expected):
    assert literal(text, most) == expected
