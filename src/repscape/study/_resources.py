"""How many layers are worked on at one time: bounded by threads and by memory."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ..machine import Budget
from .reading import Representation

MANY_POINTS = 8_000  # from here on one graph keeps all cores busy by itself


def layers_at_once(budget: Budget, representations: Sequence[Representation], n: int) -> int:
    """Return how many layers may be worked on at one time."""
    if n >= MANY_POINTS:
        return 1
    # A layer is held once as it came and once in float64 or as candidates' products.
    largest = max(prod(one.points.shape) * 16 if one.points is not None else 0 for one in representations)
    return budget.workers(len(representations), largest=largest)
