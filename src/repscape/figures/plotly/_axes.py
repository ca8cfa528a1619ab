"""Axes of plotly figures: limits, ticks and colours of the painted ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from .. import Panel, Sketch
from ..matplotlib._matrix import colour_limits
from ..matplotlib._style import sequential
from ._words import text_of


def axes_of(place: int, ax: Axes, sketch: Sketch, *, shape: tuple[int, int]) -> dict[str, Any]:
    """Return the two axes of a panel, with the limits and ticks of the painted one."""
    rows, columns = shape
    row, column = divmod(place, columns)
    gap_x, gap_y = 0.06, 0.16 if rows < 3 else 0.09
    width, height = (1 - gap_x * (columns - 1)) / columns, (1 - gap_y * (rows - 1)) / rows
    left, top = column * (width + gap_x), 1 - row * (height + gap_y)
    number = "" if place == 0 else str(place + 1)
    ticks = ax.xaxis.get_majorticklocs()
    labels = ax.xaxis.get_major_formatter().format_ticks(list(ticks))
    low, high = ax.get_xlim()
    logarithmic = ax.get_xscale() == "log"
    inside = [(at, said) for at, said in zip(ticks.tolist(), labels, strict=True) if low <= at <= high]
    x: dict[str, Any] = {
        "domain": [left, left + width],
        "anchor": f"y{number}",
        "tickmode": "array",
        "tickvals": [at for at, _ in inside],
        "ticktext": [text_of(said) for _, said in inside],
        "range": [math.log10(low), math.log10(high)] if logarithmic else [low, high],
        "type": "log" if logarithmic else "linear",
        "showgrid": sketch.kind == "curve",
    }
    bottom, roof = ax.get_ylim()
    y: dict[str, Any] = {"domain": [top - height, top], "anchor": f"x{number}", "range": [bottom, roof], "nticks": 6}
    if sketch.kind == "matrix":
        y |= {
            "tickmode": "array",
            "tickvals": ax.get_yticks().tolist(),
            "ticktext": [text_of(label.get_text()) for label in ax.get_yticklabels()],
            "scaleanchor": f"x{number}",
            "constrain": "domain",
            "showgrid": False,
        }
        x["constrain"] = "domain"
    if row == rows - 1 or place + columns >= len(sketch.panels):
        x["title"] = {"text": text_of(_x_title(sketch, ax))}
    if column == 0:
        info = sketch.record.info
        y["title"] = {"text": text_of(_x_title(sketch, ax) if sketch.kind == "matrix" else info.label or info.name)}
    return {f"xaxis{number}": x, f"yaxis{number}": y}


def _x_title(sketch: Sketch, ax: Axes) -> str:
    figure = ax.get_figure()
    named = [one.get_xlabel() for one in figure.axes if one.get_xlabel()] if figure is not None else []
    return ax.get_xlabel() or (named[-1] if named else "layer")


def panel_title(place: int, panel: Panel) -> dict[str, Any]:
    """Return what stands above a panel."""
    number = "" if place == 0 else str(place + 1)
    return {
        "text": text_of(panel.title),
        "xref": f"x{number} domain",
        "yref": f"y{number} domain",
        "x": 0,
        "y": 1.02,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12, "color": "muted"},
    }


def colour_axis(sketch: Sketch) -> dict[str, Any]:
    """Return the one scale of colours that heat maps of a figure share."""
    info = sketch.record.info
    low, high = colour_limits([value.value for value in sketch.values], info)
    shades = sequential()(np.linspace(0, 1, 17))
    return {
        "cmin": low,
        "cmax": high,
        "colorscale": [[place / 16, to_hex(shade)] for place, shade in enumerate(shades)],
        "colorbar": {
            "title": {"text": text_of(info.label or info.name), "side": "right", "font": {"size": 13}},
            "thickness": 14,
        },
    }
