"""Scale curves: a number against rank, number of points or whatever else it was computed at, one line for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from ...measures import Curve
from ...results import Record
from .._choose import Panel, Sketch, by_index
from .._values import key_of, said
from ._depth import TICK_STEPS, vertical_limits
from ._style import MARKERS, MUTED, PALETTE, axis_labels, legend, literal, new_figure, ordered, title

BANDS = 12  # more lines than this in one panel go without bands
LOG_FROM = 8.0  # x axes that span at least so large a ratio are logarithmic


def curve_figure(sketch: Sketch) -> Figure:
    """Draw scale curves."""
    figure, axes = new_figure(len(sketch.panels), height=3.3)
    layers = [record.place.layer for panel in sketch.panels for record in _records(panel)]
    numbered = by_index(layers)
    heights = [layer.index if numbered else layer.depth for layer in layers]
    norm = Normalize(min(heights), max(heights) if max(heights) > min(heights) else min(heights) + 1)
    few = _few(sketch)
    guide: Artist | None = None
    for ax, panel in zip(axes, sketch.panels, strict=True):
        records = _records(panel)
        for place, record in enumerate(records):
            layer = record.place.layer
            shade = PALETTE[place % len(PALETTE)] if few else ordered()(norm(layer.index if numbered else layer.depth))
            _draw_curve(ax, record, shade, MARKERS[place % len(MARKERS)] if few else "o", bands=len(records) <= BANDS)
        chances = {record.result.chance for record in records if record.result.chance is not None}
        for chance in chances:
            guide = ax.axhline(chance, color=MUTED, linestyle=(0, (1, 1.6)), linewidth=1.2, zorder=1, label="chance")
    vertical_limits(axes, sketch.values, sketch.record.info)
    _scale_axis(axes, sorted({value.x for value in sketch.values if value.x is not None}))
    logarithmic = axes[0].get_xscale() == "log"
    name = literal(getattr(sketch.record.result, "x_name", "x"))
    info = sketch.record.info
    axis_labels(figure, axes, x=f"{name} (log scale)" if logarithmic else name, y=info.label or info.name)
    title(figure, axes, sketch.title, details=sketch.details, panels=[panel.title for panel in sketch.panels])
    handles, labels = ([guide], ["chance"]) if guide is not None else ([], [])
    if few:
        lines = [
            Line2D([], [], color=PALETTE[i % len(PALETTE)], marker=MARKERS[i % len(MARKERS)]) for i in range(len(few))
        ]
        handles, labels = [*(lines if len(few) > 1 else []), *handles], [*(few if len(few) > 1 else []), *labels]
    elif len(set(heights)) > 1:
        bar = figure.colorbar(ScalarMappable(norm, ordered()), ax=list(axes), aspect=30)
        bar.set_label("layer" if numbered else "relative depth")
        bar.ax.yaxis.set_major_locator(MaxNLocator(7, integer=numbered, steps=TICK_STEPS))
        bar.outline.set_visible(False)
    legend(figure, handles, labels)
    return figure


def _records(panel: Panel) -> list[Record]:
    """Return the panel's curves, deep layers last."""
    distinct = {id(value.record): value.record for value in panel.values}
    return sorted(distinct.values(), key=lambda record: record.place.layer.depth)


def _few(sketch: Sketch) -> list[str]:
    """Return the names of the lines where each has a colour of its own: few models of a layer or two; else nothing."""
    if len(sketch.panels) > 1:
        return []
    records = _records(sketch.panels[0])
    first = {id(value.record): value for value in reversed(sketch.panels[0].values)}
    if not sketch.lines and len(records) > 2:
        return []
    several = len({record.place.layer for record in records}) > 1
    words = []
    for record in records:
        key = key_of(first[id(record)], sketch.lines)
        said_of = [said(name, entry) for name, entry in zip(sketch.lines, key, strict=True)]
        words.append(" · ".join(word for word in [*said_of, record.place.layer.key if several else ""] if word))
    return words


def _draw_curve(ax: Axes, record: Record, shade: Any, marker: str, *, bands: bool) -> None:
    curve = record.result
    if not isinstance(curve, Curve):
        return
    order = np.argsort(curve.x)
    x, values = curve.x[order], curve.values[order]
    sign = marker if bands and len(x) <= 16 else ""
    ax.plot(x, values, color=shade, marker=sign, linewidth=1.4 if bands else 0.9, label=record.place.layer.key)
    if bands and curve.stderr is not None:
        error = curve.stderr[order]
        ax.fill_between(x, values - error, values + error, color=shade, alpha=0.15, linewidth=0)


def _scale_axis(axes: Sequence[Axes], x: Sequence[float]) -> None:
    """Make the axis logarithmic to base 2 where x spans enough, with plain numbers for ticks."""
    if not x or x[0] < 1 or x[-1] / x[0] < LOG_FROM:  # fractions stand on a plain axis
        for ax in axes:
            ax.xaxis.set_major_locator(MaxNLocator(6))
        return
    powers = 2.0 ** np.arange(np.floor(np.log2(x[0])), np.ceil(np.log2(x[-1])) + 1)
    ticks = list(x) if len(x) <= 8 else powers[:: max(1, len(powers) // 6)].tolist()
    room = {1: 60, 2: 40}.get(len(axes), 24)  # signs that stand side by side under one panel
    while len(ticks) > 2 and sum(len(f"{tick:g}") + 2 for tick in ticks) > room:
        ticks = ticks[::2]
    for ax in axes:
        ax.set_xscale("log", base=2)
        ax.xaxis.set_major_locator(FixedLocator(ticks))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
