"""Axes, titles, names beside points, legend and bar, as plotly's layout."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._arrange import differing, lowest, places_of, worded
from .._beside import chosen_places
from .._look import INK, MUTED
from .._names import literal
from .._spec import Axis, Bar, Cells, FigureSpec, Names, PanelSpec, Rule, Trace
from ._traces import LARGER, text_of

Layout = dict[str, Any]
PIXELS = 100  # of a screen in an inch of the specification
LETTER, LINE = 6.2, 14.0  # pixels of a small letter, and of a line of them
AROUND = (
    (7, 9),
    (7, -9),
    (-7, 9),
    (-7, -9),
    (0, 14),
    (0, -14),
    (10, 0),
    (-10, 0),
    (0, 24),
    (0, -24),
    (16, 18),
    (-16, -18),
)
"""Where the name of a point may stand, in pixels from it, the best place first."""


def layout_of(spec: FigureSpec) -> Layout:
    """Return everything but the traces."""
    layout: Layout = {
        "showlegend": spec.legend is not None,
        "annotations": [],
        "shapes": [],
        "height": round(20 + PIXELS * spec.size[1]),
        "legend": {"title": {"text": "" if spec.legend is None else text_of(spec.legend.heading)}, "tracegroupgap": 0},
    }
    owners: dict[tuple[str, str], str] = {}
    for place, panel in enumerate(spec.panels):
        names = on(place)
        x, y = _axes(place, spec)
        for axis, side, group in ((x, "x", panel.x.group), (y, "y", panel.y.group)):
            owner = owners.setdefault((side, group), names[f"{side}axis"]) if group else names[f"{side}axis"]
            if owner != names[f"{side}axis"]:
                axis["matches"] = owner
        layout |= {f"xaxis{names['xaxis'][1:]}": x, f"yaxis{names['yaxis'][1:]}": y}
        layout["shapes"] += _gaps(place, panel)
        room = (PIXELS * spec.size[0] * _span(x), PIXELS * spec.size[1] * _span(y))
        for some in (_titles(place, spec), _ends(place, panel), _names(place, panel, room)):
            layout["annotations"] += some
    if spec.bar is not None:
        layout["coloraxis"] = _colour_axis(spec.bar)
    return layout


def on(place: int) -> dict[str, str]:
    """Return the axes of a panel."""
    number = "" if place == 0 else str(place + 1)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _span(axis: Layout) -> float:
    return float(axis["domain"][1] - axis["domain"][0])


def _axes(place: int, spec: FigureSpec) -> tuple[Layout, Layout]:
    panel, places = spec.panels[place], places_of(spec)
    (row, column), rows = places[place], math.ceil(len(places) / spec.columns)
    (across, up), (below, left), names = differing(spec), worded(spec, place), on(place)
    x = _axis(panel.x, named=across or lowest(spec, place), worded=below)
    y = _axis(panel.y, named=up or column == 0, worded=left)
    x |= {"domain": _domain(column, spec.columns, spec.widths, _gap(spec)), "anchor": names["yaxis"]}
    low, high = _domain(row, rows, spec.heights, 0.16 if rows < 3 else 0.09)
    y |= {"domain": [1 - high, 1 - low], "anchor": names["xaxis"]}
    if not panel.marks:
        x["visible"] = y["visible"] = False
    if panel.aspect is not None:
        y |= {"scaleanchor": names["xaxis"], "scaleratio": panel.aspect}
        if any(isinstance(mark, Cells) for mark in panel.marks):
            y["constrain"] = x["constrain"] = "domain"
    return x, y


def _gap(spec: FigureSpec) -> float:
    """Return what lies between two columns, as a share of the width: room for what stands left of an axis."""
    inner = [place for place, (_, column) in enumerate(places_of(spec)) if column and worded(spec, place)[1]]
    longest = max((len(text) for place in inner for _, text in spec.panels[place].y.ticks), default=0)
    words = longest * LETTER / (PIXELS * spec.size[0])
    return 0.03 + words + (0.04 if differing(spec)[1] else 0.0)


def _domain(place: int, count: int, ratios: tuple[float, ...], gap: float) -> list[float]:
    """Return where a row or column begins and ends, as shares of the whole."""
    sizes = ratios or (1.0,) * count
    room = 1 - gap * (count - 1)
    start = gap * place + room * sum(sizes[:place]) / sum(sizes)
    return [round(start, 6), round(start + room * sizes[place] / sum(sizes), 6)]


def _axis(axis: Axis, *, named: bool, worded: bool) -> Layout:
    found: Layout = {
        "range": [math.log10(end) if axis.log else end for end in axis.limits],
        "type": "log" if axis.log else "linear",
        "tickmode": "array",
        "tickvals": [at for at, _ in axis.ticks],
        "ticktext": [text_of(said) for _, said in axis.ticks],
        "showgrid": axis.grid,
    }
    if axis.angle:
        found["tickangle"] = -axis.angle
    if not axis.font or not worded:
        found["showticklabels"] = False
    elif axis.font < 9:
        found["tickfont"] = {"size": round(axis.font * LARGER, 1)}
    if named and axis.title:
        found["title"] = {"text": text_of(literal(axis.title, 48))}
    return found


def _titles(place: int, spec: FigureSpec) -> Iterator[Layout]:
    """Yield what stands above a panel; the title of one by itself stands with the details of the figure."""
    panel, names = spec.panels[place], on(place)
    title = literal(panel.title, 44) if len(spec.panels) > 1 else ""
    said = "<br>".join(text_of(part) for part in (title, literal(panel.note, 80)) if part)
    if said:
        corner = {"xref": f"{names['xaxis']} domain", "yref": f"{names['yaxis']} domain", "x": 0, "y": 1.02}
        yield _note(said, corner, "left", "bottom")


def _ends(place: int, panel: PanelSpec) -> Iterator[Layout]:
    """Yield names of lines that no legend tells, above their right ends."""
    names = on(place)
    for mark in panel.marks:
        if isinstance(mark, Rule | Trace) and mark.written:
            heights = [mark.at] if isinstance(mark, Rule) else [at for at in mark.y.tolist() if math.isfinite(at)]
            end = {"xref": f"{names['xaxis']} domain", "yref": names["yaxis"], "x": 1, "y": heights[-1]}
            yield _note(text_of(mark.name), end, "right", "bottom")


def _names(place: int, panel: PanelSpec, room: tuple[float, float]) -> Iterator[Layout]:
    """Yield names beside points; `room` is about how many pixels the panel has."""
    names = on(place)
    ends = np.array([panel.x.limits, panel.y.limits])
    scale = np.array(room) / (ends[:, 1] - ends[:, 0])
    if panel.aspect is not None:
        scale = np.full(2, scale.min())
    for mark in panel.marks:
        if not isinstance(mark, Names):
            continue
        points = (np.stack([mark.x, mark.y], axis=1) - ends[:, 0]) * scale
        avoid = np.zeros((0, 2)) if mark.avoid is None else (mark.avoid - ends[:, 0]) * scale
        texts = [literal(name, 18) for name in mark.texts]
        sizes = [(LETTER * len(text), LINE) for text in texts]
        taken = chosen_places(points, sizes, around=AROUND, avoid=avoid, edge=(0, 0, *room))
        for text, x, y, at in zip(texts, mark.x.tolist(), mark.y.tolist(), taken, strict=True):
            across, up = AROUND[at]
            anchor = "left" if across > 0 else "right" if across < 0 else "center"
            here = {"xref": names["xaxis"], "yref": names["yaxis"], "x": x, "y": y, "xshift": across, "yshift": up}
            yield _note(text_of(text), here, anchor, "middle", size=11, colour=INK)


def _note(
    text: str, at: Layout, across: str, up: str, *, size: int = 12, colour: str = MUTED
) -> Layout:  # house: one call
    """Return words that stand somewhere on the figure."""
    font = {"size": size, "color": colour}
    return {"text": text, **at, "xanchor": across, "yanchor": up, "align": "left", "showarrow": False, "font": font}


def _gaps(place: int, panel: PanelSpec) -> Iterator[Layout]:
    """Yield a ground for the heat map, which shows where cells have no value."""
    names = on(place)
    for mark in panel.marks:
        if isinstance(mark, Cells) and mark.gap and np.isnan(mark.values).any():
            (left, right), (low, high) = panel.x.limits, panel.y.limits
            yield {
                "type": "rect",
                "layer": "below",
                "xref": names["xaxis"],
                "yref": names["yaxis"],
                **{"x0": left, "x1": right, "y0": low, "y1": high},
                "fillcolor": mark.gap,
                "line": {"width": 0},
            }


def _colour_axis(bar: Bar) -> Layout:
    """Return the one scale of colours that all panels share."""
    last = len(bar.colours) - 1
    scale = [[round(place / max(1, last), 6), colour] for place, colour in enumerate(bar.colours)]
    if bar.steps:  # each colour holds for a step of the scale
        scale = [[round((place + end) / (last + 1), 6), c] for place, c in enumerate(bar.colours) for end in (0, 1)]
    read = math.log10 if bar.log else float
    said = "<br>".join(text_of(literal(part, 50)) for part in (bar.title, bar.note) if part)
    return {
        "cmin": read(bar.limits[0]),
        "cmax": read(bar.limits[1]),
        "colorscale": scale,
        "colorbar": {
            "title": {"text": said, "side": "right", "font": {"size": 13}},
            "thickness": 14,
            "outlinewidth": 0,
            "tickmode": "array",
            "tickvals": [read(at) for at, _ in bar.ticks],
            "ticktext": [text_of(text) for _, text in bar.ticks],
        },
    }
