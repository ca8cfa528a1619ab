"""results.plot: what a notebook shows."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.figures import draw, to_bytes
from repscape.results import Results
from tests.figures.studies import curves, layers, study


@pytest.fixture(scope="module")
def results():
    return study({"a": layers(4), "b": layers(3)})


def picture(figure):
    content, shown = figure._repr_png_()
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")), shown


def test_one_measure_is_one_figure_that_a_notebook_shows(results):
    figure = results.plot("id_twonn")
    assert isinstance(figure, Figure)
    assert [ax.get_ylabel() for ax in figure.axes] == ["intrinsic dimension"]
    pixels, shown = picture(figure)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    assert pixels.shape[:2] == (2 * shown["height"], 2 * shown["width"])
    assert to_bytes(figure, "png") == to_bytes(draw(results)["id_twonn"], "png")


def test_several_figures_stand_below_each_other_each_as_it_is_by_itself(results):
    figure = results.plot("overlap_neighbors")
    alone = draw(results.select("overlap_neighbors"))
    assert len(figure.subfigs) == len(alone) == 6
    assert figure.get_figheight() == pytest.approx(sum(one.get_figheight() for one in alone.values()))
    inner = [room.subfigs[0] if room.subfigs else room for room in figure.subfigs]
    for room, one in zip(inner, alone.values(), strict=True):
        assert room._suptitle.get_text() == one._suptitle.get_text()
        assert [len(ax.lines) for ax in room.axes] == [len(ax.lines) for ax in one.axes]
        np.testing.assert_allclose(room.bbox.width, one.bbox.width, atol=11)
        for ax, same in zip(room.axes, one.axes, strict=True):
            np.testing.assert_allclose(ax.get_xlim(), same.get_xlim())
            np.testing.assert_allclose(ax.get_window_extent().width, same.get_window_extent().width, rtol=0.08)


def test_what_is_plotted_can_be_chosen(results):
    figure = results.plot("overlap_neighbors", profile="pairs")
    assert len([ax for ax in figure.axes if ax.images]) == 2
    assert len(results.plot("id_twonn", model="b").axes[0].lines) == 1
    with pytest.raises(UnknownNameError, match="Did you mean 'id_twonn'"):
        results.plot("id_twon")


def test_a_figure_can_be_changed_after_it_was_shown(results):
    figure = results.plot("id_twonn")
    before, _ = picture(figure)
    figure.axes[0].set_ylim(0, 30)
    figure.axes[0].set_ylabel("a much longer name\nof two lines")
    after, _ = picture(figure)
    assert (before != after).any()
    assert figure.get_layout_engine() is not None


def test_nothing_to_draw_and_too_much_are_said():
    with pytest.raises(InputError, match=r"nothing to draw in 0 records\. Curves of all pairs"):
        Results(()).plot()
    every = {f"m{i}": layers(2) for i in range(14)}
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["models"])
    with pytest.raises(InputError, match=r"up to 12 figures\. Got 91: choose a measure \(overlap_neighbors\)"):
        study(every, plan=plan).plot()


def test_scale_curves_are_plotted_too():
    from repscape.results import MeasureInfo

    figure = curves({"net": 3}, x=(1, 2, 4), info=MeasureInfo("mine", plot="curve")).plot()
    assert len(figure.axes[0].lines) == 3
