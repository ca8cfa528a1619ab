"""What stands on a panel, drawn one mark at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, Normalize, to_hex

from .._look import MUTED, PAPER, ink_on
from .._spec import Cells, Dots, FloatArray, Look, Mark, Rule, Segments, Trace
from ._style import SIGNS

PIXELS_FROM = 2000  # dots of one panel that a vector image would hold each; beyond it they become pixels


@dataclass(frozen=True, slots=True)
class Scale:
    """The figure's one scale of colours, in matplotlib's words."""

    norm: Normalize
    """From values to 0 ... 1."""
    colours: Colormap
    """From there to colours."""


def draw_mark(ax: Axes, mark: Mark, scale: Scale | None, *, crowded: bool) -> None:
    """Draw a mark whose place the data alone decide; `crowded` draws dots as pixels."""
    if isinstance(mark, Trace):
        _trace(ax, mark)
    elif isinstance(mark, Rule):
        _rule(ax, mark)
    elif isinstance(mark, Dots):
        _dots(ax, mark, scale, crowded=crowded)
    elif isinstance(mark, Segments):
        drawn = LineCollection(list(mark.ends), colors=mark.look.colour, linewidths=mark.look.width)
        drawn.set(alpha=mark.opacity, zorder=mark.order)
        ax.add_collection(drawn)
    elif isinstance(mark, Cells) and scale is not None:
        _cells(ax, mark, scale)


def dashes(look: Look) -> Any:
    """Return a line's dashes; a thin sign's width is that of its stroke, and no line."""
    if look.marker.endswith("-thin") or not look.width:
        return ""
    return (0, look.dash) if look.dash else "-"


def _trace(ax: Axes, mark: Trace) -> None:
    look = mark.look
    x, y = (mark.y, mark.x) if mark.upright else (mark.x, mark.y)
    ax.plot(
        x,
        y,
        label=mark.name,
        color=look.colour,
        linestyle=dashes(look),
        linewidth=look.width,
        marker=SIGNS[look.marker],
        markersize=look.size,
        zorder=mark.order,
    )
    if mark.low is not None and mark.high is not None:
        _band(ax, mark, mark.low, mark.high)
    if mark.written and np.isfinite(mark.y).any():
        _write_at_end(ax, mark.name, float(mark.y[np.isfinite(mark.y)][-1]))


def _band(ax: Axes, mark: Trace, low: FloatArray, high: FloatArray) -> None:
    there = np.isfinite(low) & np.isfinite(high)
    lonely = np.zeros(len(there), dtype=np.bool_)
    for start, length in _runs(there):
        lonely[start] = length == 1
    look: dict[str, Any] = {"color": mark.look.colour, "zorder": mark.order - 1}
    if (there & ~lonely).any():
        fill = ax.fill_betweenx if mark.upright else ax.fill_between
        fill(mark.x, np.where(there, low, np.nan), np.where(there, high, np.nan), alpha=mark.band, linewidth=0, **look)
    if lonely.any():  # a band of no width is not seen
        bars = ax.hlines if mark.upright else ax.vlines
        bars(mark.x[lonely], low[lonely], high[lonely], linewidth=1.4, **look)


def _runs(there: Any) -> Iterator[tuple[int, int]]:
    """Yield start and length of each stretch that is there."""
    for held, places in itertools.groupby(range(len(there)), key=lambda place: bool(there[place])):
        stretch = list(places)
        if held:
            yield stretch[0], len(stretch)


def _rule(ax: Axes, mark: Rule) -> None:
    draw = ax.axvline if mark.upright else ax.axhline
    draw(
        mark.at,
        color=mark.look.colour,
        linestyle=dashes(mark.look),
        linewidth=mark.look.width,
        zorder=mark.order,
        label=mark.name,
    )
    if mark.written:
        _write_at_end(ax, mark.name, mark.at)


def _write_at_end(ax: Axes, text: str, height: float) -> None:
    """Write a name above the right end of its line."""
    ax.annotate(
        text,
        xy=(1, height),
        xycoords=ax.get_yaxis_transform(),
        xytext=(-2, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=MUTED,
        fontsize=8.5,
        bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
        zorder=4,
    )


def _dots(ax: Axes, mark: Dots, scale: Scale | None, *, crowded: bool) -> None:
    look: dict[str, Any] = {"c": mark.look.colour}
    if mark.values is not None and scale is not None:
        look = {"c": mark.values, "cmap": scale.colours, "norm": scale.norm}
    ax.scatter(
        mark.x,
        mark.y,
        s=mark.look.size**2,
        marker=SIGNS[mark.look.marker],
        linewidths=mark.look.width,
        alpha=mark.opacity if mark.opacity < 1 else None,
        zorder=mark.order,
        rasterized=crowded,
        **look,
    )


def _cells(ax: Axes, mark: Cells, scale: Scale) -> None:
    colours = scale.colours.with_extremes(bad=mark.gap or (0, 0, 0, 0))
    if mark.x_edges is not None and mark.y_edges is not None:
        values = np.ma.masked_invalid(mark.values)
        ax.pcolormesh(mark.x_edges, mark.y_edges, values, cmap=colours, norm=scale.norm, zorder=mark.order)
        return
    ax.imshow(
        mark.values,
        origin="lower",
        cmap=colours,
        norm=scale.norm,
        interpolation="nearest",
        aspect="auto",
        zorder=mark.order,
    )
    for (row, column), value in np.ndenumerate(mark.values):
        if mark.written and np.isfinite(value):
            ink = ink_on(to_hex(colours(scale.norm(value))))
            ax.text(column, row, mark.written[row][column], ha="center", va="center", fontsize=7.5, color=ink)
