"""What is placed once the layout is settled: names beside points, so that they cover little, and lengths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from .._look import INK
from .._names import literal
from .._spec import Names, Ruler

AROUND = ((5, 4), (5, -4), (-5, 4), (-5, -4), (0, 9), (0, -9), (9, 0), (-9, 0), (0, 16), (0, -16), (16, 12), (-16, -12))
"""Where the name of a point may stand, in points from it, the best place first."""
Box = tuple[float, float, float, float]


def draw_beside(ax: Axes, mark: Names | Ruler) -> None:
    """Draw a mark whose place is decided by what is there."""
    if isinstance(mark, Ruler):
        _ruler(ax, mark)
    else:
        _names(ax, mark)


def _names(ax: Axes, mark: Names) -> None:
    """Write a name beside each point, where it covers the least of the points, the names so far, and places to avoid."""
    points = np.stack([mark.x, mark.y], axis=1)
    pixels: npt.NDArray[np.float64] = ax.transData.transform(points)
    avoid = () if mark.avoid is None else mark.avoid
    marks = np.concatenate([pixels, ax.transData.transform(np.reshape(avoid, (-1, 2)))])
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in marks]
    dot = ax.figure.dpi / 72
    edge = ax.get_window_extent()
    for (x, y), place, name in zip(pixels, points, mark.texts, strict=True):
        text = ax.annotate(
            literal(name, 18),
            (float(place[0]), float(place[1])),
            xytext=AROUND[0],
            textcoords="offset points",
            fontsize=8,
            color=INK,
            zorder=mark.order,
        )
        size = text.get_window_extent()
        boxes = list(_boxes((x, y), (size.width, size.height), dot))
        costs = [
            sum(_covered(box, other) for other in taken)
            + 9 * (box[0] < edge.x0 or box[1] < edge.y0 or box[2] > edge.x1 or box[3] > edge.y1) * size.width
            for box in boxes
        ]
        best = int(np.argmin(costs))
        across, up = AROUND[best]
        text.set_position((across, up))
        text.set_horizontalalignment("left" if across > 0 else "right" if across < 0 else "center")
        text.set_verticalalignment("center")
        taken.append(boxes[best])


def _boxes(point: tuple[float, float], size: tuple[float, float], dot: float) -> Iterator[Box]:
    """Yield the box of a name at each place around its point, in pixels."""
    (x, y), (width, height) = point, size
    for across, up in AROUND:
        left = x + across * dot - (0 if across > 0 else width if across < 0 else width / 2)
        low = y + up * dot - height / 2
        yield left, low, left + width, low + height


def _covered(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(tall, 0.0)


def _ruler(ax: Axes, mark: Ruler) -> None:
    """Draw a length at the lower left, in the scale of the panel."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    x, y = left + 0.04 * (right - left), low + 0.04 * (high - low)
    look: dict[str, Any] = {"color": mark.look.colour, "linewidth": mark.look.width}
    ax.plot([x, x + mark.length], [y, y], solid_capstyle="butt", zorder=mark.order, **look)
    ax.set_xlim(left, right, auto=None)
    ax.set_ylim(low, high, auto=None)
    ax.annotate(mark.text, (x + mark.length, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
