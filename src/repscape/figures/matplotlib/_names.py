"""Names beside points, so placed that they cover little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from ... import _check
from ._style import INK, literal

NAMED = 60  # points whose names are written
AROUND = ((5, 4), (5, -4), (-5, 4), (-5, -4), (0, 9), (0, -9), (9, 0), (-9, 0), (0, 16), (0, -16), (16, 12), (-16, -12))
"""Where the name of a point may stand, in points from it, the best place first."""
Box = tuple[float, float, float, float]


def write_names(ax: Axes, points: npt.NDArray[np.float64], names: Sequence[str], *, avoid: Any = ()) -> None:
    """Write a name beside each point, where it covers the least of the points, the names so far, and places to avoid."""
    _check.same_rows(len(points), len(names), ("points", "names"), "a figure")
    if len(names) > NAMED:
        return
    pixels = ax.transData.transform(points)
    marks = np.concatenate([pixels, ax.transData.transform(np.reshape(avoid, (-1, 2)))])
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in marks]
    dot = ax.figure.dpi / 72
    edge = ax.get_window_extent()
    for (x, y), place, name in zip(pixels, points, names, strict=True):
        text = ax.annotate(
            literal(name, 18), place, xytext=AROUND[0], textcoords="offset points", fontsize=8, color=INK
        )
        size = text.get_window_extent()
        boxes = list(_boxes(x, y, size.width, size.height, dot))
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


def _boxes(x: float, y: float, width: float, height: float, dot: float) -> Iterator[Box]:
    """Yield the box of a name at each place around its point, in pixels."""
    for across, up in AROUND:
        left = x + across * dot - (0 if across > 0 else width if across < 0 else width / 2)
        low = y + up * dot - height / 2
        yield left, low, left + width, low + height


def _covered(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(tall, 0.0)
