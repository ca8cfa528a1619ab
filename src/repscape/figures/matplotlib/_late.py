"""What is placed once the layout is settled: names beside points, and lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .._beside import chosen_places
from .._look import INK
from .._names import literal
from .._spec import Names, Ruler

AROUND = ((5, 4), (5, -4), (-5, 4), (-5, -4), (0, 9), (0, -9), (9, 0), (-9, 0), (0, 16), (0, -16), (16, 12), (-16, -12))
"""Where the name of a point may stand, in points from it, the best place first."""


def draw_late(ax: Axes, mark: Names | Ruler) -> None:
    """Draw a mark whose place is decided by what is there."""
    if isinstance(mark, Ruler):
        _ruler(ax, mark)
    else:
        _names(ax, mark)


def _names(ax: Axes, mark: Names) -> None:
    texts = [
        ax.annotate(
            literal(name, 18),
            (x, y),
            xytext=AROUND[0],
            textcoords="offset points",
            fontsize=8,
            color=INK,
            zorder=mark.order,
        )
        for x, y, name in zip(mark.x.tolist(), mark.y.tolist(), mark.texts, strict=True)
    ]
    dot = ax.figure.dpi / 72
    edge = ax.get_window_extent()
    sizes = [(extent.width, extent.height) for extent in (text.get_window_extent() for text in texts)]
    places = chosen_places(
        ax.transData.transform(np.stack([mark.x, mark.y], axis=1)),
        sizes,
        around=[(across * dot, up * dot) for across, up in AROUND],
        avoid=ax.transData.transform(np.reshape(() if mark.avoid is None else mark.avoid, (-1, 2))),
        edge=(edge.x0, edge.y0, edge.x1, edge.y1),
    )
    for text, place in zip(texts, places, strict=True):
        across, up = AROUND[place]
        text.set_position((across, up))
        text.set_horizontalalignment("left" if across > 0 else "right" if across < 0 else "center")
        text.set_verticalalignment("center")


def _ruler(ax: Axes, mark: Ruler) -> None:
    """Draw a length at the lower left, in the scale of the panel."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    x, y = left + 0.04 * (right - left), low + 0.04 * (high - low)
    look: dict[str, Any] = {"color": mark.look.colour, "linewidth": mark.look.width}
    ax.plot([x, x + mark.length], [y, y], solid_capstyle="butt", zorder=mark.order, **look)
    ax.set_xlim(left, right, auto=None)
    ax.set_ylim(low, high, auto=None)
    ax.annotate(mark.text, (x + mark.length, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
