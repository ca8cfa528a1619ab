import numpy as np
import pytest

from repscape.figures import draw
from repscape.results import MeasureInfo
from tests.figures.studies import curves, layers, study

SCALE = MeasureInfo("mine", label="size", plot="curve")


def test_curves_are_drawn_against_rank_on_a_log2_axis_with_plain_ticks():
    results = study({"net": layers(3)}).select("id_gride")
    ax, bar = draw(results)["id_gride"].axes
    for line, record in zip(ax.lines, results, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), record.result.x)
        np.testing.assert_array_equal(line.get_ydata(), record.result.values)
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "rank (log scale)"
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2", "4", "8", "16"]
    assert bar.get_ylabel() == "layer"
    assert len(ax.collections) == 3  # one band for each


def test_a_short_range_of_x_stays_linear():
    ax = draw(curves({"net": 1}, x=(1, 2, 3), info=SCALE))["mine"].axes[0]
    assert (ax.get_xscale(), ax.get_xlabel()) == ("linear", "rank")


def test_x_at_zero_stays_linear():
    assert draw(curves({"net": 1}, x=(0, 20), info=SCALE))["mine"].axes[0].get_xscale() == "linear"


def test_few_models_of_one_layer_have_a_legend_instead_of_a_colour_bar():
    figure = draw(curves({"a": 1, "_b$": 1}, x=(1, 2), info=SCALE))["mine"]
    (ax,) = figure.axes
    assert len(ax.lines) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "_b$"]


def test_models_of_several_layers_have_panels_of_one_scale():
    figure = draw(curves({"a": 4, "b": 6}, x=(1, 2), info=SCALE))["mine"]
    first, second, bar = figure.axes
    assert (len(first.lines), len(second.lines)) == (4, 6)
    assert first.get_ylim() == second.get_ylim()
    assert bar.get_ylabel() == "relative depth"


def test_curves_run_in_the_order_of_x():
    ax = draw(curves({"net": 1}, x=(64, 2, 8), info=SCALE))["mine"].axes[0]
    assert ax.lines[0].get_xdata().tolist() == [2, 8, 64]


@pytest.mark.parametrize("count", [25, 100])
def test_many_layers_go_without_bands_and_markers(count):
    ax = draw(curves({"net": count}, x=(1, 2, 4), info=SCALE))["mine"].axes[0]
    assert len(ax.lines) == count
    assert not ax.collections
    assert {line.get_marker() for line in ax.lines} == {""}


def test_deep_layers_are_drawn_in_another_colour_than_shallow_ones():
    ax = draw(curves({"net": 5}, x=(1, 2), info=SCALE))["mine"].axes[0]
    assert len({tuple(line.get_color()) for line in ax.lines}) == 5
