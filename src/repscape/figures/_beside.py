"""Where names stand beside their points, so that they cover little: reckoned in pixels, whoever draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""Left, low, right, high."""


def chosen_places(
    points: npt.NDArray[np.float64],
    sizes: Sequence[tuple[float, float]],
    *,
    around: Sequence[tuple[float, float]],
    avoid: npt.NDArray[np.float64],
    edge: Box,
) -> list[int]:
    """Return which of the places around its point each name takes, the first where none is better.

    Parameters
    ----------
    points : (m, 2) array
        Where the points stand.
    sizes : m pairs of float
        Width and height of each name.
    around : pairs of float
        Places: how far right of its point and above it a name begins, the best first.
    avoid : (k, 2) array
        Further places not to be covered.
    edge : Box
        Beyond it a name is cut off.

    Returns
    -------
    list of int
        For each name the place at which it covers least of the points, the names before it, and what is to be avoided.
    """
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in np.concatenate([points, avoid]).tolist()]
    found = []
    for (x, y), size in zip(points.tolist(), sizes, strict=True):
        boxes = list(_boxes((x, y), size, around))
        costs = [
            sum(_covered(box, other) for other in taken)
            + 9 * (box[0] < edge[0] or box[1] < edge[1] or box[2] > edge[2] or box[3] > edge[3]) * size[0]
            for box in boxes
        ]
        found.append(int(np.argmin(costs)))
        taken.append(boxes[found[-1]])
    return found


def _boxes(
    point: tuple[float, float], size: tuple[float, float], around: Sequence[tuple[float, float]]
) -> Iterator[Box]:
    """Yield the box of a name at each place around its point."""
    (x, y), (width, height) = point, size
    for across, up in around:
        left = x + across - (0 if across > 0 else width if across < 0 else width / 2)
        low = y + up - height / 2
        yield left, low, left + width, low + height


def _covered(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(tall, 0.0)
