"""What stands on a panel, as plotly's traces; text from outside is shown as it is."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from .._spec import Axis, Cells, Dots, FloatArray, Look, Mark, Names, PanelSpec, Rule, Ruler, Segments, Trace

Drawn = dict[str, Any]
SYMBOLS = {"dot": "circle", "x-thin": "x-thin-open", "cross-thin": "cross-thin-open"}
LARGER = 1.33  # pixels of a screen in a point


def text_of(text: object) -> str:
    """Return text from outside as plotly shows it unchanged; it reads tags and entities."""
    return html.escape(str(text), quote=False).replace("\n", "<br>")


def on(place: int) -> dict[str, str]:
    """Return the axes of a panel."""
    number = "" if place == 0 else str(place + 1)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def traces_of(mark: Mark, panel: PanelSpec, told: frozenset[str], *, log: bool) -> Iterator[Drawn]:
    """Yield what a mark is drawn with; `told` are the names of the legend, `log` says whether the figure's bar is."""
    if isinstance(mark, Trace):
        yield from _line(mark, heading=mark.name if mark.name in told else "")
    elif isinstance(mark, Rule):
        yield _rule(mark, panel)
    elif isinstance(mark, Dots):
        yield _dots(mark)
    elif isinstance(mark, Segments):
        yield _segments(mark)
    elif isinstance(mark, Cells):
        yield _cells(mark, log=log)
    elif isinstance(mark, Names):
        yield _names(mark)
    elif isinstance(mark, Ruler):
        yield _ruler(mark, panel)


def numbers(values: Iterable[float]) -> list[float | None]:
    """Return plain numbers of six digits, None where there is none."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in map(float, values)]


def _line(mark: Trace, *, heading: str) -> Iterator[Drawn]:
    if mark.low is not None and mark.high is not None:
        yield _band(mark, mark.low, mark.high)
    signs = bool(mark.look.marker)
    mode = "+".join(["lines"] * (mark.look.width > 0) + ["markers"] * signs)
    above = f"<b>{text_of(heading)}</b><br>" if heading else ""
    x, y = (mark.y, mark.x) if mark.upright else (mark.x, mark.y)
    yield {
        "type": "scatter",
        "mode": mode,
        "x": numbers(x),
        "y": numbers(y),
        "name": text_of(mark.name),
        "text": [f"{above}{text_of(words)}" if words else "" for words in mark.words],
        "hovertemplate": "%{text}<extra></extra>",
        "connectgaps": False,
        "line": _stroke(mark.look),
        "marker": _sign(mark.look) if signs else {"color": mark.look.colour},
    }


def _band(mark: Trace, low: FloatArray, high: FloatArray) -> Drawn:
    """Return a closed polygon for each stretch without a gap; a point by itself has a bar."""
    there = np.isfinite(low) & np.isfinite(high)
    along: list[float | None] = []
    ends: list[float | None] = []
    lonely = False
    for held, stretch in itertools.groupby(range(len(there)), key=lambda place: bool(there[place])):
        at = list(stretch)
        if held:
            lonely |= len(at) == 1
            along += [*numbers(mark.x[at]), *numbers(mark.x[at][::-1]), None]
            ends += [*numbers(high[at]), *numbers(low[at][::-1]), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": ends[:-1] if mark.upright else along[:-1],
        "y": along[:-1] if mark.upright else ends[:-1],
        "name": text_of(mark.name),
        "fill": "toself",
        "fillcolor": mark.look.colour,
        "opacity": mark.band,
        "line": {"width": 3 if lonely else 0, "color": mark.look.colour},
        "hoverinfo": "skip",
    }


def _rule(mark: Rule, panel: PanelSpec) -> Drawn:
    """Return a line from end to end of the panel; the pointer finds it in the middle too."""
    axis = panel.y if mark.upright else panel.x
    places = _between(axis)
    level = [mark.at] * len(places)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(level if mark.upright else places),
        "y": numbers(places if mark.upright else level),
        "name": text_of(mark.name),
        "hovertemplate": f"{text_of(mark.name)} {mark.at:.3g}<extra></extra>",
        **({} if mark.name else {"hoverinfo": "skip", "hovertemplate": None}),
        "line": _stroke(mark.look),
    }


def _between(axis: Axis) -> list[float]:
    """Return places from one end of an axis to the other."""
    found = np.geomspace(*axis.limits, 9) if axis.log else np.linspace(*axis.limits, 9)
    places: list[float] = found.tolist()
    return places


def _dots(mark: Dots) -> Drawn:
    sign = _sign(mark.look)
    if mark.values is not None:
        sign |= {"color": numbers(mark.values), "coloraxis": "coloraxis"}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(mark.x),
        "y": numbers(mark.y),
        "name": text_of(mark.name),
        "text": [text_of(words) for words in mark.words],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {**sign, "opacity": mark.opacity},
    }


def _segments(mark: Segments) -> Drawn:
    parted = np.concatenate([mark.ends, np.full((len(mark.ends), 1, 2), np.nan)], axis=1).reshape(-1, 2)[:-1]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(parted[:, 0]),
        "y": numbers(parted[:, 1]),
        "line": _stroke(mark.look),
        "opacity": mark.opacity,
        "hoverinfo": "skip",
    }


def _cells(mark: Cells, *, log: bool) -> Drawn:
    values = np.log10(mark.values) if log else mark.values
    drawn: Drawn = {
        "type": "heatmap",
        "z": [numbers(row) for row in values.tolist()],
        "hovertext": [[text_of(words) for words in row] for row in mark.words],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
        "coloraxis": "coloraxis",
    }
    if mark.x_edges is not None and mark.y_edges is not None:
        drawn |= {"x": numbers(mark.x_edges), "y": numbers(mark.y_edges)}
    if mark.written:
        drawn |= {"text": [list(row) for row in mark.written], "texttemplate": "%{text}"}
    return drawn


def _names(mark: Names) -> Drawn:
    return {
        "type": "scatter",
        "mode": "text",
        "x": numbers(mark.x),
        "y": numbers(mark.y),
        "text": [text_of(name) for name in mark.texts],
        "textposition": "top center",
        "textfont": {"size": 11},
        "hoverinfo": "skip",
    }


def _ruler(mark: Ruler, panel: PanelSpec) -> Drawn:
    (left, right), (low, high) = panel.x.limits, panel.y.limits
    x, y = left + 0.04 * (right - left), low + 0.04 * (high - low)
    return {
        "type": "scatter",
        "mode": "lines+text",
        "x": numbers([x, x + mark.length]),
        "y": numbers([y, y]),
        "text": ["", text_of(mark.text)],
        "textposition": "middle right",
        "textfont": {"size": 11},
        "line": _stroke(mark.look),
        "hoverinfo": "skip",
    }


def _stroke(look: Look) -> Drawn:
    width = round(look.width * 1.2, 2)
    dash = {"dash": ",".join(f"{length * width:.3g}px" for length in look.dash)} if look.dash else {}
    return {"color": look.colour, "width": width, **dash}


def _sign(look: Look) -> Drawn:
    symbol = SYMBOLS.get(look.marker, look.marker)
    thin = {"line": {"width": look.width * LARGER, "color": look.colour}} if look.marker.endswith("-thin") else {}
    return {"color": look.colour, "size": round(look.size * LARGER, 1), "symbol": symbol, **thin}
