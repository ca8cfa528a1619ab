"""Axes, titles, legend and bar, as plotly's layout."""

from __future__ import annotations

import math
from typing import Any

from .._look import MUTED
from .._names import literal
from .._spec import Axis, Bar, Cells, FigureSpec, PanelSpec, Rule, Trace
from ._traces import on, text_of

Layout = dict[str, Any]
PIXELS = 100  # of a screen in an inch of the specification


def layout_of(spec: FigureSpec) -> Layout:
    """Return everything but the traces."""
    layout: Layout = {
        "showlegend": spec.legend is not None,
        "annotations": [],
        "height": round(20 + PIXELS * spec.size[1]),
        "legend": {"title": {"text": "" if spec.legend is None else text_of(spec.legend.heading)}},
    }
    owners: dict[tuple[str, str], str] = {}
    for place, panel in enumerate(spec.panels):
        names = on(place)
        x, y = _panel_axes(place, spec)
        for axis, side, own in ((x, "x", panel.x), (y, "y", panel.y)):
            owner = owners.setdefault((side, own.group), names[f"{side}axis"]) if own.group else ""
            if owner not in ("", names[f"{side}axis"]):
                axis["matches"] = owner
        layout |= {f"xaxis{names['xaxis'][1:]}": x, f"yaxis{names['yaxis'][1:]}": y}
        layout["annotations"] += [*_title(place, panel, len(spec.panels)), *_written(place, panel)]
    if spec.bar is not None:
        layout["coloraxis"] = _colour_axis(spec.bar)
    return layout


def _panel_axes(place: int, spec: FigureSpec) -> tuple[Layout, Layout]:
    panel = spec.panels[place]
    columns, rows = spec.columns, math.ceil(len(spec.panels) / spec.columns)
    row, column = panel.at or divmod(place, columns)
    names = on(place)
    across, up = ({axis.title for axis in side} for side in zip(*((one.x, one.y) for one in spec.panels), strict=True))
    x = _axis(panel.x, named=len(across) > 1 or place + columns >= len(spec.panels))
    y = _axis(panel.y, named=len(up) > 1 or column == 0)
    gap = 0.16 if rows < 3 else 0.09
    x |= {"domain": _domain(column, columns, spec.widths, 0.06 if len(up) == 1 else 0.12), "anchor": names["yaxis"]}
    low, high = _domain(row, rows, spec.heights, gap)
    y |= {"domain": [1 - high, 1 - low], "anchor": names["xaxis"]}
    if not panel.marks:
        x["visible"] = y["visible"] = False
    if panel.aspect is not None:
        y |= {"scaleanchor": names["xaxis"], "scaleratio": panel.aspect}
        if any(isinstance(mark, Cells) for mark in panel.marks):
            y["constrain"] = x["constrain"] = "domain"
    return x, y


def _domain(place: int, count: int, ratios: tuple[float, ...], gap: float) -> list[float]:
    """Return where a row or column begins and ends, as shares of the whole."""
    sizes = ratios or (1.0,) * count
    room = 1 - gap * (count - 1)
    start = gap * place + room * sum(sizes[:place]) / sum(sizes)
    return [round(start, 6), round(start + room * sizes[place] / sum(sizes), 6)]


def _axis(axis: Axis, *, named: bool) -> Layout:
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
    if not axis.font:
        found["showticklabels"] = False
    if named and axis.title:
        found["title"] = {"text": text_of(axis.title)}
    return found


def _title(place: int, panel: PanelSpec, panels: int) -> list[Layout]:
    """Return what stands above a panel; the title of one by itself stands with the details of the figure."""
    said = "<br>".join(text_of(part) for part in (panel.title if panels > 1 else "", panel.note) if part)
    if not said:
        return []
    names = on(place)
    return [
        {
            "text": said,
            "xref": f"{names['xaxis']} domain",
            "yref": f"{names['yaxis']} domain",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "align": "left",
            "showarrow": False,
            "font": {"size": 12, "color": MUTED},
        }
    ]


def _written(place: int, panel: PanelSpec) -> list[Layout]:
    """Return names of lines that no legend tells, above their right ends."""
    names = on(place)
    found = []
    for mark in panel.marks:
        if not isinstance(mark, Rule | Trace) or not mark.written:
            continue
        heights = [mark.at] if isinstance(mark, Rule) else [at for at in mark.y.tolist() if math.isfinite(at)]
        found.append(
            {
                "text": text_of(mark.name),
                "xref": f"{names['xaxis']} domain",
                "yref": names["yaxis"],
                "x": 1,
                "y": heights[-1],
                "xanchor": "right",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": MUTED},
            }
        )
    return found


def _colour_axis(bar: Bar) -> Layout:
    """Return the one scale of colours that all panels share."""
    last = len(bar.colours) - 1
    scale = [[round(place / max(1, last), 6), colour] for place, colour in enumerate(bar.colours)]
    if bar.steps:  # each colour holds for a step of the scale
        scale = [[round((place + end) / (last + 1), 6), c] for place, c in enumerate(bar.colours) for end in (0, 1)]
    read = math.log10 if bar.log else float
    said = "<br>".join(text_of(literal(part, 60)) for part in (bar.title, bar.note) if part)
    return {
        "cmin": read(bar.limits[0]),
        "cmax": read(bar.limits[1]),
        "colorscale": scale,
        "colorbar": {
            "title": {"text": said, "side": "right", "font": {"size": 13}},
            "thickness": 14,
            "tickmode": "array",
            "tickvals": [read(at) for at, _ in bar.ticks],
            "ticktext": [text_of(text) for _, text in bar.ticks],
        },
    }
