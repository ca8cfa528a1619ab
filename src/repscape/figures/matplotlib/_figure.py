"""From what a figure shows to a matplotlib Figure: panels, axes, words, legend and bar."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap, ListedColormap, LogNorm, Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from .._arrange import differing, lowest, places_of, worded
from .._names import literal
from .._spec import Axis, Bar, Cells, Dots, FigureSpec, Legend, Names, PanelSpec, Ruler
from ._late import draw_late
from ._marks import PIXELS_FROM, Scale, dashes, draw_mark
from ._shown import ShownFigure
from ._style import SIGNS, house_style

LONG = 18  # letters of a label beyond which the legend stands below
Room = Figure | SubFigure


def figure_of(*specs: FigureSpec) -> Figure:
    """Paint a figure in the house style; several below each other, on one sheet.

    Parameters
    ----------
    *specs : FigureSpec
        What is shown.

    Returns
    -------
    matplotlib.figure.Figure
        Layout and ticks are settled; no pyplot state, no change of rcParams.
    """
    sizes = [_size(spec) for spec in specs]
    width, height = max(width for width, _ in sizes), sum(height for _, height in sizes)
    with house_style():
        figure = ShownFigure(figsize=(width, height), layout="constrained")
        rooms = _rooms(figure, sizes) if len(specs) > 1 else [figure]
        drawn = [(_paint(room, spec, wide), spec) for room, spec, (wide, _) in zip(rooms, specs, sizes, strict=True)]
        figure.draw_without_rendering()
        if any(panel.aspect is not None for spec in specs for panel in spec.panels):
            figure.draw_without_rendering()  # the first time the layout knows only the room, not the shape that fits it
        late = [
            (ax, mark)
            for axes, spec in drawn
            for ax, panel in zip(axes, spec.panels, strict=True)
            for mark in panel.marks
            if isinstance(mark, Names | Ruler)
        ]
        for ax, mark in late:
            draw_late(ax, mark)
        if late:
            figure.draw_without_rendering()
    return figure


def _rooms(figure: Figure, sizes: Sequence[tuple[float, float]]) -> list[Room]:
    """Return a part of the sheet for each figure, as large as the figure would be by itself."""
    whole = figure.get_figwidth()
    rows = figure.subfigures(len(sizes), 1, squeeze=False, height_ratios=[height for _, height in sizes])[:, 0]
    return [
        row if whole - width < 0.1 else row.subfigures(1, 2, squeeze=False, width_ratios=[width, whole - width])[0, 0]
        for row, (width, _) in zip(rows, sizes, strict=True)
    ]


def _size(spec: FigureSpec) -> tuple[float, float]:
    """Return width and height in inches; the room of a legend below is added, not taken from the panels."""
    width, height = spec.size
    if spec.legend is not None and _long(spec.legend):
        height += 0.22 * math.ceil(len(spec.legend.entries) / _legend_columns(width)) + 0.1
    return width, height


def _paint(room: Room, spec: FigureSpec, width: float) -> list[Axes]:
    axes = _new_axes(room, spec)
    scale = None if spec.bar is None else _scale(spec.bar)
    for ax, panel in zip(axes, spec.panels, strict=True):
        _paint_panel(ax, panel, scale)
    _share(axes, spec)
    _axis_titles(room, axes, spec)
    if spec.bar is not None:
        _draw_bar(room, axes, spec, spec.bar)
    _titles(room, axes, spec, width)
    if spec.legend is not None:
        _draw_legend(room, spec.legend, width)
    return axes


def _new_axes(room: Room, spec: FigureSpec) -> list[Axes]:
    """Return one pair of axes for each panel; of those without marks, an unseen one."""
    rows = math.ceil(len(spec.panels) / spec.columns)
    ratios = {"width_ratios": spec.widths or None, "height_ratios": spec.heights or None}
    grid = room.subplots(rows, spec.columns, squeeze=False, gridspec_kw=ratios)
    places = places_of(spec)
    for place, ax in np.ndenumerate(grid):
        if place not in places:
            ax.remove()
    axes = [grid[place] for place in places]
    for ax, panel in zip(axes, spec.panels, strict=True):
        ax.set_visible(bool(panel.marks))
    return axes


def _paint_panel(ax: Axes, panel: PanelSpec, scale: Scale | None) -> None:
    crowded = sum(len(mark.x) for mark in panel.marks if isinstance(mark, Dots)) > PIXELS_FROM
    for mark in panel.marks:
        draw_mark(ax, mark, scale, crowded=crowded)
    heat = any(isinstance(mark, Cells) for mark in panel.marks)
    _set_axis(ax, "x", panel.x, heat=heat)
    _set_axis(ax, "y", panel.y, heat=heat)
    # After the ticks, which would widen the limits; "auto" lets a plane of fixed aspect show more than its limits.
    ax.set_xlim(*panel.x.limits, auto=panel.aspect is not None and not heat)
    ax.set_ylim(*panel.y.limits, auto=panel.aspect is not None and not heat)
    if not panel.framed:
        ax.spines[:].set_visible(False)
    if panel.aspect is not None:
        ax.set_aspect(panel.aspect, adjustable="box" if heat else "datalim")


def _set_axis(ax: Axes, side: Literal["x", "y"], axis: Axis, *, heat: bool) -> None:
    set_scale, set_ticks = (ax.set_xscale, ax.set_xticks) if side == "x" else (ax.set_yscale, ax.set_yticks)
    if axis.log:
        set_scale("log")
    places, words = [at for at, _ in axis.ticks], [text for _, text in axis.ticks]
    turned: dict[str, Any] = (
        {"rotation": axis.angle, "ha": "right" if axis.angle < 90 else "center"} if axis.angle else {}
    )
    set_ticks(places, labels=words, **turned)
    set_ticks(axis.minor, labels=[""] * len(axis.minor), minor=True)
    ax.grid(visible=axis.grid, axis=side)
    ax.tick_params(axis=side, labelsize=axis.font or 9.0, length=(2.5 if heat else 3.5) if axis.font else 0)
    if axis.angle:
        ax.tick_params(axis=side, pad=1)
    if not axis.font:
        ax.tick_params(axis=side, labelbottom=False, labelleft=False)


def _share(axes: Sequence[Axes], spec: FigureSpec) -> None:
    """Let axes of one group move together, and leave words to the outer ones."""
    first: dict[tuple[str, str], Axes] = {}
    for place, (ax, panel) in enumerate(zip(axes, spec.panels, strict=True)):
        for share, side, axis in ((ax.sharex, "x", panel.x), (ax.sharey, "y", panel.y)):
            owner = first.setdefault((side, axis.group), ax) if axis.group else ax
            if owner is not ax:
                share(owner)
        below, left = worded(spec, place)
        if not below:
            ax.tick_params(labelbottom=False)
        if not left:
            ax.tick_params(labelleft=False)


def _axis_titles(room: Room, axes: Sequence[Axes], spec: FigureSpec) -> None:
    """Name the axes: where all are of one name, below the lowest panel of each column and once on the left."""
    across, up = differing(spec)
    for place, (ax, panel) in enumerate(zip(axes, spec.panels, strict=True)):
        if across or lowest(spec, place):
            ax.set_xlabel(literal(panel.x.title, 60))
        if up or len(axes) == 1:
            ax.set_ylabel(literal(panel.y.title, 48))
    if not up and len(axes) > 1:
        room.supylabel(literal(spec.panels[0].y.title, 48), fontsize=10)


def _titles(room: Room, axes: Sequence[Axes], spec: FigureSpec, width: float) -> None:
    """Write the title, what holds for the whole figure, and what each panel shows."""
    titles = [panel.title for panel in spec.panels]
    details = spec.details
    if len(axes) == 1:
        details, titles = " · ".join(part for part in (details, titles[0]) if part), [""]
    fitting = int(width * 11)
    lines = [line for text in (spec.title, details) for line in textwrap.wrap(literal(text, 3 * fitting), fitting)[:3]]
    room.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=10.5)
    for ax, text, panel in zip(axes, titles, spec.panels, strict=True):
        ax.set_title("\n".join(part for part in (literal(text, 44), literal(panel.note, 80)) if part))


def _draw_legend(room: Room, legend: Legend, width: float) -> None:
    """Put a legend outside: on the right, or below where labels are long. A leading underscore hides no label."""
    long = _long(legend)
    handles = [
        Line2D(
            [],
            [],
            color=entry.look.colour,
            linestyle=dashes(entry.look),
            linewidth=entry.look.width,
            marker=SIGNS[entry.look.marker],
            markersize=entry.look.size,
        )
        for entry in legend.entries
    ]
    made = room.legend(
        handles,
        ["-"] * len(handles),
        loc="outside lower left" if long else "outside right center",
        title=literal(legend.heading) or None,
        ncols=_legend_columns(width) if long else 1,
        alignment="left",
    )
    for text, entry in zip(made.get_texts(), legend.entries, strict=True):
        text.set_text(literal(entry.label, 60 if long else 20))


def _long(legend: Legend) -> bool:
    return max((len(entry.label) for entry in legend.entries), default=0) > LONG


def _legend_columns(width: float) -> int:
    return 2 if width > 7 else 1


def _scale(bar: Bar) -> Scale:
    """Return the one scale of colours that all panels share."""
    if bar.steps:
        count = len(bar.colours)
        return Scale(BoundaryNorm(np.arange(count + 1) - 0.5, count), ListedColormap(list(bar.colours)))
    norm = LogNorm(*bar.limits) if bar.log else Normalize(*bar.limits)
    return Scale(norm, LinearSegmentedColormap.from_list("house", list(bar.colours)))


def _draw_bar(room: Room, axes: Sequence[Axes], spec: FigureSpec, bar: Bar) -> None:
    heat = any(isinstance(mark, Cells) for panel in spec.panels for mark in panel.marks)
    sides = (
        {"aspect": 28, "fraction": 0.05, "pad": 0.03, "shrink": 0.5 if len(axes) > 6 else 1.0}
        if heat
        else {"aspect": 30}
    )
    scale = _scale(bar)
    drawn = room.colorbar(ScalarMappable(scale.norm, scale.colours), ax=list(axes), **sides)
    drawn.set_ticks([at for at, _ in bar.ticks], labels=[text for _, text in bar.ticks])
    drawn.set_label("\n".join(part for part in (literal(bar.title, 44), literal(bar.note, 50)) if part))
    drawn.ax.minorticks_off()
    drawn.outline.set_visible(False)
