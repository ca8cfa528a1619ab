"""How many neighbours errors read; apart, since the table of measures asks and must load no measure."""

from __future__ import annotations

import math

DEEP = 64
"""A quarter of the points finds two of its own among so many, all but one time in a million."""
SURROUNDINGS = 100
"""The neighbour sandwich takes the local mean of a score over so many."""


def depth_for(error: str | None) -> int:
    """Return how many neighbours this error of TwoNN reads, where there are so many."""
    return 0 if error in (None, "model") else DEEP


def depth_for_gride(max_rank: int) -> int:
    """Return how many neighbours Gride's errors up to this rank read, where there are so many.

    Half of the points finds max_rank / 2 of its own among them, all but one time in a thousand.
    """
    return max(DEEP, max_rank + 4 * math.isqrt(max_rank))
