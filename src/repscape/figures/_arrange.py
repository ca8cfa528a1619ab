"""How panels stand: three in a row at most, and how large the figure is.

Figures are 5.8 to 8.4 inches wide, so that their 10-point letters stay above 7 points on a page of 6.3 inches.
"""

from __future__ import annotations

import math

WIDTHS = {1: 5.8, 2: 7.6, 3: 8.4}
SHORTER = {1: 1.0, 2: 0.86, 3: 0.74}


def columns_of(panels: int) -> int:
    """Return how many panels stand in a row: three at most, and four as two by two."""
    return 2 if panels == 4 else min(panels, 3)


def size_of(panels: int, height: float) -> tuple[float, float]:
    """Return width and height in inches of a figure of so many panels; `height` is that of a panel by itself."""
    columns = columns_of(panels)
    return WIDTHS[columns], 0.4 + height * SHORTER[columns] * math.ceil(panels / columns)
