"""How panels stand: three in a row at most, and how large the figure is.

Figures are 5.8 to 8.4 inches wide, so that their 10-point letters stay above 7 points on a page of 6.3 inches.
"""

from __future__ import annotations

import math

from ._spec import FigureSpec

WIDTHS = {1: 5.8, 2: 7.6, 3: 8.4}
SHORTER = {1: 1.0, 2: 0.86, 3: 0.74}


def columns_of(panels: int) -> int:
    """Return how many panels stand in a row: three at most, and four as two by two."""
    return 2 if panels == 4 else min(panels, 3)


def size_of(panels: int, height: float) -> tuple[float, float]:
    """Return width and height in inches of a figure of so many panels; `height` is that of a panel by itself."""
    columns = columns_of(panels)
    return WIDTHS[columns], 0.4 + height * SHORTER[columns] * math.ceil(panels / columns)


def places_of(spec: FigureSpec) -> list[tuple[int, int]]:
    """Return row and column of each panel."""
    return [panel.at or divmod(place, spec.columns) for place, panel in enumerate(spec.panels)]


def lowest(spec: FigureSpec, place: int) -> bool:
    """Whether no panel stands below this one."""
    places = places_of(spec)
    return not any(column == places[place][1] and row > places[place][0] for row, column in places)


def worded(spec: FigureSpec, place: int) -> tuple[bool, bool]:
    """Return whether the ticks of a panel's x and y axis have words: of axes of one group, the lowest and the leftmost do."""
    places, panels = places_of(spec), spec.panels
    (row, column), own = places[place], panels[place]
    below = any(
        one.x.group == own.x.group and at == (at[0], column) and at[0] > row
        for at, one in zip(places, panels, strict=True)
    )
    left = any(
        one.y.group == own.y.group and at == (row, at[1]) and at[1] < column
        for at, one in zip(places, panels, strict=True)
    )
    return not (own.x.group and below), not (own.y.group and left)


def differing(spec: FigureSpec) -> tuple[bool, bool]:
    """Return whether panels differ in what their x axes are, and their y axes; where not, it is said once."""
    return len({panel.x.title for panel in spec.panels}) > 1, len({panel.y.title for panel in spec.panels}) > 1
