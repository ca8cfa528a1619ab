"""The same figures for a page with plotly: lines, bands and cells with their values, errors and names at the pointer.

Axes, limits, ticks and colours are read from the figures that matplotlib painted, so that both say the same. Colours that
follow the page's light or dark scheme are written by name; the page's script fills them in.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from ...measures import Curve, rounded
from .. import Panel, Sketch
from .._choose import by_index
from .._values import Value, key_of
from ..matplotlib._curve import BANDS, _few, _records
from ..matplotlib._depth import _label, _laid_out, _looks
from ..matplotlib._matrix import _cells
from ..matplotlib._style import INK, MARKERS, MUTED, PALETTE, ordered
from ._axes import axes_of, colour_axis, panel_title
from ._words import error_of, hover, layer_name, text_of, where

Trace = dict[str, Any]
SYMBOLS: Mapping[str, str] = dict(
    zip(
        MARKERS,
        ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x", "star"),
        strict=True,
    )
)
NAMED = {INK: "ink", MUTED: "muted"}
ACROSS = 3  # panels in a row


def interactive(sketch: Sketch, figure: Figure) -> dict[str, Any]:
    """Return the figure as plotly's `data` and `layout`, with its title and details as plain text."""
    draw = {"depth": _depth, "matrix": _matrix, "curve": _curve}[sketch.kind]
    traces = list(draw(sketch))
    legend = sum(bool(trace.get("showlegend")) for trace in traces) > 1
    columns = min(len(sketch.panels), ACROSS)
    rows = math.ceil(len(sketch.panels) / columns)
    layout: dict[str, Any] = {
        "showlegend": legend,
        "annotations": [],
        "height": round(60 + (330 if columns == 1 else 260) * rows),
        "legend": {"title": {"text": text_of(_legend_title(sketch))}},
    }
    for place, (ax, panel) in enumerate(zip(figure.axes, sketch.panels, strict=False)):
        layout |= axes_of(place, ax, sketch, shape=(rows, columns))
        if len(sketch.panels) > 1 and panel.title:
            layout["annotations"].append(panel_title(place, panel))
    if sketch.kind == "matrix":
        layout["coloraxis"] = colour_axis(sketch)
    return {"title": sketch.title, "details": sketch.details, "data": traces, "layout": layout}


def _legend_title(sketch: Sketch) -> str:
    if sketch.kind != "depth" or len(sketch.lines) != 1:
        return ""
    return str(getattr(sketch.record.result, "x_name", "x")) if sketch.lines[0] == "x" else sketch.lines[0]


def _depth(sketch: Sketch) -> Iterator[Trace]:
    numbered = by_index([value.place.layer for value in sketch.values])
    looks = _looks(sketch)
    told: set[Any] = set()
    for place, panel in enumerate(sketch.panels):
        for key, look in looks.items():
            line = [value for value in panel.values if key_of(value, sketch.lines) == key]
            if not line:
                continue
            x, (values, low, high) = _laid_out(line, sketch, numbered, lambda v: (v.value, v.low, v.high))
            name = _label(sketch, key)
            by_x = {(v.place.layer.index if numbered else v.place.layer.depth): v for v in line}
            said = [hover(by_x[at], name if len(looks) > 1 else "") if at in by_x else "" for at in x.tolist()]
            if look["band"] and np.isfinite(low).any():
                yield _band(x, low, high, place, colour=look["color"], opacity=look["band"], group=name)
            shown = len(looks) > 1 and key not in told
            told.add(key)
            yield _line_trace(x, values, place, name=name, look=look, said=said, shown=shown, size=6)
        yield from _guides(panel.values, place, ("chance", "ceiling"), sketch)


def _curve(sketch: Sketch) -> Iterator[Trace]:
    layers = [record.place.layer for panel in sketch.panels for record in _records(panel)]
    numbered = by_index(layers)
    heights = [layer.index if numbered else layer.depth for layer in layers]
    low, span = min(heights), (max(heights) - min(heights)) or 1
    few = _few(sketch)
    if not few and len(_records(sketch.panels[0])) > BANDS:
        yield _shades(low, low + span, "layer" if numbered else "relative depth")
    for place, panel in enumerate(sketch.panels):
        records = _records(panel)
        for number, record in enumerate(records):
            curve, layer = record.result, record.place.layer
            if not isinstance(curve, Curve):
                continue
            height = layer.index if numbered else layer.depth
            shade = PALETTE[number % len(PALETTE)] if few else ordered()((height - low) / span)
            look = {"color": shade, "marker": MARKERS[number % len(MARKERS)] if few else "o"}
            order = np.argsort(curve.x)
            x, values = curve.x[order], curve.values[order]
            errors = np.full(len(x), np.nan) if curve.stderr is None else curve.stderr[order]
            said = [
                f"{where(record.place)}<br>{text_of(curve.x_name)} {at:g}: {rounded(value, error)}"
                for at, value, error in zip(x.tolist(), values.tolist(), errors.tolist(), strict=True)
            ]
            name = few[number] if few else layer.key
            if len(records) <= BANDS and np.isfinite(errors).any():
                yield _band(x, values - errors, values + errors, place, colour=shade, opacity=0.15, group=name)
            shown = place == 0 and (len(few) > 1 or 1 < len(records) <= BANDS)
            yield _line_trace(x, values, place, name=name, look=look, said=said, shown=shown, size=4)
        yield from _guides(panel.values, place, ("chance",), sketch)


def _shades(low: float, high: float, title: str) -> Trace:
    """Return a bar that says which shade is which layer, where lines are too many for a legend."""
    shades = [[place / 16, to_hex(ordered()(place / 16))] for place in range(17)]
    bar = {"title": {"text": title, "side": "right", "font": {"size": 13}}, "thickness": 14, "outlinewidth": 0}
    marker = {"color": [low, high], "cmin": low, "cmax": high, "colorscale": shades, "colorbar": bar, "size": 0}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [None, None],
        "y": [None, None],
        "marker": marker,
        "hoverinfo": "skip",
        "showlegend": False,
        **_on(0),
    }


def _matrix(sketch: Sketch) -> Iterator[Trace]:
    for place, panel in enumerate(sketch.panels):
        rows, columns, cells = _cells(panel, sketch.record.info)
        errors = {
            (value.place.layer, value.record.other.layer): error_of(value.record)
            for value in panel.values
            if value.record.other is not None
        }
        one, two = (_sides(panel, read) for read in (lambda r: r.place, lambda r: r.other or r.place))
        said = [
            [
                ""
                if math.isnan(cells[i, j])
                else f"{one}{layer_name(row)}<br>{two}{layer_name(column)}<br>"
                + rounded(float(cells[i, j]), errors.get((row, column), errors.get((column, row), math.nan)))
                for j, column in enumerate(columns)
            ]
            for i, row in enumerate(rows)
        ]
        yield {
            "type": "heatmap",
            "z": [[None if math.isnan(z) else _short(z) for z in row] for row in cells.tolist()],
            "text": said,
            "hovertemplate": "%{text}<extra></extra>",
            "coloraxis": "coloraxis",
            **_on(place),
        }


def _sides(panel: Panel, read: Any) -> str:
    models = {read(value.record).model for value in panel.values} - {""}
    return f"{text_of(next(iter(models)))} · " if len(models) == 1 else ""


def _line_trace(
    x: Any, values: Any, place: int, *, name: str, look: Mapping[str, Any], said: list[str], shown: bool, size: int
) -> Trace:
    colour = _colour(look["color"])
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": _numbers(x),
        "y": _numbers(values),
        "name": text_of(name),
        "legendgroup": text_of(name),
        "showlegend": shown,
        "text": said,
        "hovertemplate": "%{text}<extra></extra>",
        "connectgaps": False,
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": size, "symbol": SYMBOLS[look["marker"]]},
        **_on(place),
    }


def _band(x: Any, low: Any, high: Any, place: int, *, colour: Any, opacity: float, group: str) -> Trace:
    """Return a closed polygon for each stretch without a gap."""
    there = np.isfinite(low) & np.isfinite(high)
    xs: list[float | None] = []
    ys: list[float | None] = []
    lonely = False
    for held, stretch in itertools.groupby(range(len(x)), key=lambda i: bool(there[i])):
        at = list(stretch)
        if held:
            lonely |= len(at) == 1
            xs += [*_numbers(x[at]), *_numbers(x[at][::-1]), None]
            ys += [*_numbers(high[at]), *_numbers(low[at][::-1]), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs[:-1],
        "y": ys[:-1],
        "fill": "toself",
        "fillcolor": _colour(colour),
        "opacity": opacity,
        "line": {"width": 3 if lonely else 0, "color": _colour(colour)},  # a single layer's band is a bar
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": text_of(group),
        **_on(place),
    }


def _guides(values: Sequence[Value], place: int, names: Sequence[str], sketch: Sketch) -> Iterator[Trace]:
    """Yield chance and ceiling by layer, or across where all agree; a ceiling at the bound says nothing."""
    for what in names:
        held = {}
        for value in values:
            height = getattr(value, what)
            if math.isfinite(height) and not (what == "ceiling" and height >= sketch.record.info.bounds[1]):
                held[value.x if sketch.kind == "curve" else value.place.layer.index] = height
        if not held or (sketch.kind == "depth" and not by_index([value.place.layer for value in values])):
            continue
        x = sorted(at for at in held if at is not None)
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": _numbers(x),
            "y": _numbers([held[at] for at in x]),
            "name": what,
            "legendgroup": what,
            "showlegend": place == 0,
            "hovertemplate": f"{what} %{{y:.3g}}<extra></extra>",
            "line": {"color": "muted", "width": 1.5, "dash": "dot" if what == "chance" else "dashdot"},
            **_on(place),
        }


def _colour(colour: Any) -> str:
    """Return a colour as #rrggbb, or the name of one that follows the scheme."""
    code = str(to_hex(colour))
    return NAMED.get(code, code)


def _numbers(values: Any) -> list[float | None]:
    """Return plain numbers of six digits, None where there is none."""
    return [_short(value) if math.isfinite(value) else None for value in map(float, values)]


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _on(place: int) -> dict[str, str]:
    number = "" if place == 0 else str(place + 1)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}
