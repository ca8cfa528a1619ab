"""What stands on a panel, as plotly's traces; text from outside is shown as it is."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._look import ink_on, shade
from .._spec import Axis, Bar, Cells, Dots, FloatArray, Look, Mark, PanelSpec, Rule, Ruler, Segments, Trace

Drawn = dict[str, Any]
SYMBOLS = {"dot": "circle", "x-thin": "x-thin-open", "cross-thin": "cross-thin-open"}
LARGER = 1.33  # pixels of a screen in a point


@dataclass(frozen=True, slots=True)
class Around:
    """What a mark must know of the figure it stands in."""

    panel: PanelSpec
    """Its panel."""
    bar: Bar | None
    """What the colours mean."""
    told: frozenset[str]
    """Names of the legend."""


def text_of(text: object) -> str:
    """Return text from outside as plotly shows it unchanged; it reads tags and entities."""
    return html.escape(str(text), quote=False).replace("\n", "<br>")


def numbers(values: Iterable[float]) -> list[float | None]:
    """Return plain numbers of six digits, None where there is none."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in map(float, values)]


def traces_of(mark: Mark, around: Around) -> Iterator[Drawn]:
    """Yield what a mark is drawn with, lower traces first."""
    if isinstance(mark, Trace):
        yield from _line(mark, heading=mark.name if mark.name in around.told else "")
    elif isinstance(mark, Rule):
        yield _rule(mark, around.panel)
    elif isinstance(mark, Dots):
        yield _dots(mark)
    elif isinstance(mark, Segments):
        yield _straight(mark.ends, mark.look, opacity=mark.opacity)
    elif isinstance(mark, Cells) and around.bar is not None:
        yield from _cells(mark, around.bar)
    elif isinstance(mark, Ruler):
        yield _ruler(mark, around.panel)


def _line(mark: Trace, *, heading: str) -> Iterator[Drawn]:
    if mark.low is not None and mark.high is not None:
        yield from _band(mark, mark.low, mark.high)
    mode = (
        "+".join(["lines"] * (mark.look.width > 0) + ["markers"] * bool(mark.look.marker)) or "lines"
    )  # a band alone: of no width
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
        "marker": _sign(mark.look),
    }


def _band(mark: Trace, low: FloatArray, high: FloatArray) -> Iterator[Drawn]:
    """Yield a closed polygon for each stretch without a gap, and a bar for each point by itself."""
    there = np.isfinite(low) & np.isfinite(high)
    along: list[float | None] = []
    ends: list[float | None] = []
    lonely = []
    for held, stretch in itertools.groupby(range(len(there)), key=lambda place: bool(there[place])):
        at = list(stretch)
        if held and len(at) == 1:
            lonely += at
        elif held:
            along += [*numbers(mark.x[at]), *numbers(mark.x[at][::-1]), None]
            ends += [*numbers(high[at]), *numbers(low[at][::-1]), None]
    if along:
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": ends[:-1] if mark.upright else along[:-1],
            "y": along[:-1] if mark.upright else ends[:-1],
            "name": text_of(mark.name),
            "fill": "toself",
            "fillcolor": mark.look.colour,
            "opacity": mark.band,
            "line": {"width": 0, "color": mark.look.colour},
            "hoverinfo": "skip",
        }
    if lonely:
        bars = np.stack([np.stack([mark.x, end], axis=1)[lonely] for end in (low, high)], axis=1)
        look = Look(mark.look.colour, width=1.4)
        yield {**_straight(bars[..., ::-1] if mark.upright else bars, look), "name": text_of(mark.name)}


def _rule(mark: Rule, panel: PanelSpec) -> Drawn:
    """Return a line from end to end of the panel; the pointer finds it in the middle too."""
    places = _between(panel.y if mark.upright else panel.x)
    level = [mark.at] * len(places)
    said = (
        {"hovertemplate": f"{text_of(mark.name)} {mark.at:.3g}<extra></extra>"} if mark.name else {"hoverinfo": "skip"}
    )
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(level if mark.upright else places),
        "y": numbers(places if mark.upright else level),
        "name": text_of(mark.name),
        "line": _stroke(mark.look),
        **said,
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


def _straight(ends: FloatArray, look: Look, *, opacity: float = 1.0) -> Drawn:
    """Return lines between two points each, (m, 2, 2), as one trace."""
    parted = np.concatenate([ends, np.full((len(ends), 1, 2), np.nan)], axis=1).reshape(-1, 2)[:-1]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(parted[:, 0]),
        "y": numbers(parted[:, 1]),
        "line": _stroke(look),
        "opacity": opacity,
        "hoverinfo": "skip",
    }


def _cells(mark: Cells, bar: Bar) -> Iterator[Drawn]:
    drawn: Drawn = {
        "type": "heatmap",
        "z": [numbers(row) for row in (np.log10(mark.values) if bar.log else mark.values).tolist()],
        "text": [[text_of(words) for words in row] for row in mark.words],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": False,
        "coloraxis": "coloraxis",
    }
    if mark.x_edges is not None and mark.y_edges is not None:
        drawn |= {"x": numbers(mark.x_edges), "y": numbers(mark.y_edges)}
    yield drawn
    if mark.written:
        yield _written(mark, bar)


def _written(mark: Cells, bar: Bar) -> Drawn:
    """Return the numbers in the cells, each in the ink that its colour calls for."""
    low, high = bar.limits
    held = [
        (row, column, ink_on(shade(bar.colours, (value - low) / (high - low))))
        for (row, column), value in np.ndenumerate(mark.values)
        if math.isfinite(value)
    ]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [float(column) for _, column, _ in held],
        "y": [float(row) for row, _, _ in held],
        "text": [text_of(mark.written[row][column]) for row, column, _ in held],
        "textfont": {"size": 11, "color": [ink for *_, ink in held]},
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
        "text": ["", f" {text_of(mark.text)}"],
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
    if not look.marker:
        return {"color": look.colour}
    size = look.size * LARGER * (0.5 if look.marker == "dot" else 1.0)
    thin = {"line": {"width": look.width * LARGER, "color": look.colour}} if look.marker.endswith("-thin") else {}
    return {"color": look.colour, "size": round(size, 1), "symbol": SYMBOLS.get(look.marker, look.marker), **thin}
