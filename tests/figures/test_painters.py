"""One specification, three painters: what each of them draws is what the specification says, and nothing else is read."""

from __future__ import annotations

import html
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex

import repscape as rs
from repscape import figures
from repscape.figures import Cells, Dots, FigureSpec, Names, PanelSpec, Rule, Ruler, Segments, Trace, paint
from tests.figures.gallery import every_spec, of_arrays
from tests.figures.studies import layers, study

FIGURES = sorted(every_spec())


@pytest.fixture(scope="module")
def painted():
    """Name of a figure -> what is shown, and what two painters made of it; each is painted once."""
    held: dict[str, tuple[FigureSpec, object, object]] = {}

    def of(name: str) -> tuple[FigureSpec, object, object]:
        if name not in held:
            spec = every_spec()[name]
            held[name] = (spec, paint(spec), paint(spec, "plotly"))
        return held[name]

    return of


def axes_of(figure, spec):
    """Return matplotlib's axes of each panel; what follows are bars."""
    return list(zip(spec.panels, figure.axes, strict=False))


def plotly_axes(figure, spec):
    """Return plotly's two axes of each panel, and its traces."""
    for place, panel in enumerate(spec.panels):
        number = "" if place == 0 else str(place + 1)
        x, y = figure.layout[f"xaxis{number}"], figure.layout[f"yaxis{number}"]
        yield panel, x, y, [trace for trace in figure.data if (trace.xaxis or "x") == f"x{number}"]


def plain_text(text):
    """Return what plotly shows for a text with markup."""
    return html.unescape(re.sub("<[^>]*>", "", text))


def marks(panel: PanelSpec, kind):
    return [mark for mark in panel.marks if isinstance(mark, kind)]


def test_every_documented_figure_is_in_the_gallery():
    text = (Path(rs.__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(draw_\w+)", text))
    drawn = {name.partition(",")[0] for name in of_arrays()}
    assert drawn == documented == {name for name in figures.__all__ if name.startswith("draw_")}
    kinds = {type(mark) for spec in every_spec().values() for panel in spec.panels for mark in panel.marks}
    assert kinds == {Trace, Rule, Dots, Segments, Cells, Names, Ruler}


@pytest.mark.parametrize("name", FIGURES)
def test_both_painters_have_the_limits_and_ticks_of_the_specification(name, painted):
    spec, drawn, moving = painted(name)
    worded = set()
    for panel, ax in axes_of(drawn, spec):
        free = panel.aspect is not None and not marks(panel, Cells)
        box = ax.get_window_extent()
        units = []
        sides = (
            (panel.x, ax.get_xlim(), ax.get_xscale(), ax.get_xticks(), ax.get_xticklabels(), box.width),
            (panel.y, ax.get_ylim(), ax.get_yscale(), ax.get_yticks(), ax.get_yticklabels(), box.height),
        )
        for side, (axis, limits, scale, ticks, labels, pixels) in zip("xy", sides, strict=True):
            assert scale == ("log" if axis.log else "linear")
            assert [at for at, _ in axis.ticks] == pytest.approx(ticks)
            said = [label.get_text() for label in labels]
            assert said == [text for _, text in axis.ticks] or (not said and axis.group)
            worded |= {(side, axis.group)} if said else set()
            units.append(pixels / (limits[1] - limits[0]))
            if not free:  # a plane of one scale has other limits, so that its units are alike
                np.testing.assert_allclose(limits, axis.limits)
        if free:
            assert units[1] == pytest.approx(panel.aspect * units[0], rel=1e-6)
            shown = [mark for mark in panel.marks if isinstance(mark, Dots | Trace)]
            assert all(
                ax.get_xlim()[0] < mark.x.min() <= mark.x.max() < ax.get_xlim()[1] for mark in shown if len(mark.x)
            )
    groups = {
        (side, getattr(panel, side).group) for panel in spec.panels for side in "xy" if getattr(panel, side).ticks
    }
    assert worded == groups  # some panel of each group says what its ticks are
    for panel, x, y, _ in plotly_axes(moving, spec):
        for axis, found in ((panel.x, x), (panel.y, y)):
            ends = [math.log10(end) if axis.log else end for end in axis.limits]
            np.testing.assert_allclose(found.range, ends)
            assert list(zip(found.tickvals, map(html.unescape, found.ticktext), strict=True)) == list(axis.ticks)


@pytest.mark.parametrize("name", FIGURES)
def test_both_painters_name_the_axes_of_every_panel(name, painted):
    spec, drawn, moving = painted(name)
    once = len({panel.y.title for panel in spec.panels}) == 1 and len(spec.panels) > 1
    said = drawn._supylabel.get_text() if once else None
    for panel, ax in axes_of(drawn, spec):
        assert (said if once else ax.get_ylabel()) == panel.y.title
    lowest = {panel.x.title: ax.get_xlabel() for panel, ax in axes_of(drawn, spec)}
    assert all(title == label for title, label in lowest.items())
    for place, (panel, x, y, _) in enumerate(plotly_axes(moving, spec)):
        assert html.unescape(x.title.text or "") in (panel.x.title, "")
        assert html.unescape(y.title.text or "") in (panel.y.title, "")
        if panel.at is None and place % spec.columns == 0:
            assert html.unescape(y.title.text or "") == panel.y.title
        if panel.at is None and place + spec.columns >= len(spec.panels):
            assert html.unescape(x.title.text or "") == panel.x.title


@pytest.mark.parametrize("name", FIGURES)
def test_both_painters_draw_every_line_with_its_band_look_and_words(name, painted):
    spec, drawn, moving = painted(name)
    for panel, ax in axes_of(drawn, spec):
        bands = np.concatenate(
            [path.vertices for one in ax.collections for path in one.get_paths()] or [np.empty((0, 2))]
        )
        for mark in marks(panel, Trace):
            x, y = (mark.y, mark.x) if mark.upright else (mark.x, mark.y)
            same = [one for one in ax.lines if same_points(one.get_xdata(), one.get_ydata(), x, y)]
            looks = [(line.get_label(), to_hex(line.get_color())) for line in same]
            assert (mark.name or "_child0", mark.look.colour) in looks
            assert holds(bands[:, 0 if mark.upright else 1], mark.low, mark.high)
        for rule in marks(panel, Rule):
            level = [line.get_xdata() if rule.upright else line.get_ydata() for line in ax.lines]
            assert any(set(ends) == {rule.at} for ends in level)
    for panel, _, _, traces in plotly_axes(moving, spec):
        for mark in marks(panel, Trace):
            x, y = (mark.y, mark.x) if mark.upright else (mark.x, mark.y)
            heading = f"<b>{html.escape(mark.name)}</b><br>" if mark.name in told(spec) else ""
            words = [heading + html.escape(one, False).replace("\n", "<br>") if one else "" for one in mark.words]
            same = [one for one in traces if one.type == "scatter" and same_points(one.x, one.y, x, y)]
            assert (html.escape(mark.name), mark.look.colour, words) in [
                (trace.name, trace.line.color, list(trace.text or ())) for trace in same
            ]
            held = [
                v
                for one in traces
                if one.hoverinfo == "skip"
                for v in (one.x if mark.upright else one.y)
                if v is not None
            ]
            assert holds(np.array(held), mark.low, mark.high)
        for rule in marks(panel, Rule):
            level = [one.x if rule.upright else one.y for one in traces if one.type == "scatter"]
            assert any(len(ends) > 1 and np.allclose(np.array(ends, float), rule.at) for ends in level)


def holds(drawn, *ends):
    """Whether every end of a band is among what is drawn."""
    known = np.concatenate([end[np.isfinite(end)] for end in ends if end is not None] or [np.empty(0)])
    return all(np.isclose(drawn, end, rtol=1e-5).any() for end in known)


def told(spec):
    return {entry.label for entry in spec.legend.entries} if spec.legend is not None else set()


def same_points(x, y, one, two):
    if len(x) != len(one):
        return False
    read = [np.array(side, dtype=np.float64) for side in (x, y)]
    return all(
        np.allclose(got, given, rtol=1e-5, atol=1e-12, equal_nan=True)
        for got, given in zip(read, (one, two), strict=True)
    )


@pytest.mark.parametrize("name", FIGURES)
def test_both_painters_draw_every_dot_cell_segment_and_name(name, painted):
    spec, drawn, moving = painted(name)
    for panel, ax in axes_of(drawn, spec):
        clouds = [np.asarray(one.get_offsets()) for one in ax.collections]
        for dots in marks(panel, Dots):
            assert any(same_points(*cloud.T, dots.x, dots.y) for cloud in clouds if len(cloud))
        lines = [end for one in ax.collections for end in getattr(one, "get_segments", list)()]
        for segments in marks(panel, Segments):
            assert all(any(np.allclose(end, line) for line in lines) for end in segments.ends if len(end))
        for cells in marks(panel, Cells):
            held = (ax.images or ax.collections)[0].get_array()
            np.testing.assert_array_equal(np.ma.filled(held, np.nan).reshape(cells.values.shape), cells.values)
        said = [text.get_text() for text in ax.texts]
        for names in marks(panel, Names):
            assert set(names.texts) <= set(said)
        for ruler in marks(panel, Ruler):
            assert ruler.text in said
    for panel, _, _, traces in plotly_axes(moving, spec):
        scatters = [trace for trace in traces if trace.type == "scatter"]
        for dots in marks(panel, Dots):
            assert any(same_points(trace.x, trace.y, dots.x, dots.y) for trace in scatters if trace.mode == "markers")
        for segments in marks(panel, Segments):
            drawn_at = {
                (x, y) for trace in scatters if trace.mode == "lines" for x, y in zip(trace.x, trace.y, strict=True)
            }
            assert {tuple(float(f"{v:.6g}") for v in end) for pair in segments.ends for end in pair} <= drawn_at
        for cells in marks(panel, Cells):
            (heat,) = (trace for trace in traces if trace.type == "heatmap")
            z = np.array([[math.nan if v is None else v for v in row] for row in heat.z], dtype=np.float64)
            z = 10**z if spec.bar.log else z
            np.testing.assert_allclose(z, cells.values, rtol=1e-4)
            written = [text for one in traces if one.type == "scatter" and one.mode == "text" for text in one.text]
            assert written == [text for row in cells.written for text in row if text]
        said = [plain_text(note.text) for note in moving.layout.annotations]
        for names in marks(panel, Names):
            assert set(names.texts) <= set(said)


@pytest.mark.parametrize("name", FIGURES)
def test_both_painters_say_what_looks_and_colours_mean(name, painted):
    spec, drawn, moving = painted(name)
    shown = [html.unescape(trace.name) for trace in moving.data if trace.showlegend]
    if spec.legend is None:
        assert not drawn.legends
        assert not shown
    else:
        labels = [entry.label for entry in spec.legend.entries]
        (legend,) = drawn.legends
        assert [text.get_text() for text in legend.get_texts()] == labels
        assert legend.get_title().get_text() == spec.legend.heading
        ranks = {html.unescape(trace.name): trace.legendrank for trace in moving.data if trace.showlegend}
        assert sorted(shown, key=ranks.__getitem__) == labels
        assert html.unescape(moving.layout.legend.title.text) == spec.legend.heading
    if spec.bar is None:
        assert len(drawn.axes) == len(spec.panels)
        assert moving.layout.coloraxis.cmin is None
    else:
        bar = drawn.axes[-1]
        read = math.log10 if spec.bar.log else float
        assert bar.get_ylabel().splitlines()[0] == spec.bar.title
        assert bar.get_ylim() == pytest.approx(spec.bar.limits)
        assert [text.get_text() for text in bar.get_yticklabels()] == [text for _, text in spec.bar.ticks]
        found = moving.layout.coloraxis
        assert (found.cmin, found.cmax) == tuple(map(read, spec.bar.limits))
        assert list(found.colorbar.ticktext) == [text for _, text in spec.bar.ticks]
        assert plain_text(found.colorbar.title.text).startswith(spec.bar.title)
    assert spec.title.split()[0] in drawn._suptitle.get_text()
    assert spec.title.split()[0] in plain_text(moving.layout.title.text)


@pytest.mark.parametrize("name", FIGURES)
def test_the_third_painter_gives_all_of_it_as_plain_data(name):
    spec = every_spec()[name]
    found = paint(spec, "none")
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["title"], found["details"], len(found["panels"])) == (spec.title, spec.details, len(spec.panels))
    for panel, held in zip(spec.panels, found["panels"], strict=True):
        assert held["x"]["ticks"] == [[at, text] for at, text in panel.x.ticks]
        assert [mark["mark"] for mark in held["marks"]] == [type(mark).__name__ for mark in panel.marks]
        for mark, plain in zip(panel.marks, held["marks"], strict=True):
            if isinstance(mark, Trace | Dots):
                values = [math.nan if value is None else value for value in plain["y"]]
                np.testing.assert_array_equal(values, mark.y)
            if isinstance(mark, Cells):
                assert plain["values"] == [[None if math.isnan(v) else v for v in row] for row in mark.values.tolist()]


def models_of(painted_figure, spec):
    """Return what each axis of each panel is called, by matplotlib and by plotly."""
    drawn, moving = painted_figure
    yield [(ax.get_ylabel(), ax.get_xlabel()) for _, ax in axes_of(drawn, spec)]
    yield [(y.title.text, x.title.text) for _, x, y, _ in plotly_axes(moving, spec)]


@pytest.mark.parametrize("count", [2, 3])
def test_each_axis_of_a_heat_map_of_two_models_bears_its_own(count):
    models = {"small": layers(4), "large": layers(3), "other": layers(2)}
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": 10})], profiles=["models"])
    results = study(dict(list(models.items())[:count]), plan=plan)
    (sketch,) = figures.sketches(results)
    spec = figures.specify(sketch)
    pairs = [("small", "large"), ("small", "other"), ("large", "other")] if count == 3 else [("small", "large")]
    expected = [tuple(f"layer of {model} · residual" for model in pair) for pair in pairs]
    for found in models_of((paint(spec), paint(spec, "plotly")), spec):
        assert found == expected
    plain = paint(spec, "none")
    assert [(panel["y"]["title"], panel["x"]["title"]) for panel in plain["panels"]] == expected
    for (one, two), panel in zip(pairs, plain["panels"], strict=True):
        (cells,) = panel["marks"]
        assert np.shape(cells["values"]) == (len(models[one]), len(models[two]))
        record = next(r for r in results if (r.place.model, r.other.model) == (one, two) and r.other.layer.index == 1)
        assert cells["values"][record.place.layer.index][1] == record.result.value
        assert cells["words"][0][1].splitlines()[:2] == [
            f"{one} · layer 0 (blocks.0, depth 0)",
            f"{two} · layer 1 (blocks.1, depth {1 / (len(models[two]) - 1):.2g})",
        ]


def test_within_a_model_both_axes_are_its_layers(painted):
    spec, drawn, moving = painted("two: overlap_neighbors-pairs")
    assert [panel.x.title for panel in spec.panels] == ["layer", "layer"]
    assert (drawn.axes[0].get_xlabel(), moving.layout.yaxis.title.text) == ("layer", "layer")
