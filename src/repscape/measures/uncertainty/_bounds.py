"""Intervals that stay inside the bounds of what they are about."""

from __future__ import annotations

import math

Interval = tuple[float, float]


def within_bounds(value: float, interval: Interval, *, low: float = -math.inf, high: float = math.inf) -> Interval:
    """Return the interval, where it would cross a bound on the scale that knows of bounds: log of one, logit of two.

    The reach on that scale is the plain one at the value (the delta method), so that nothing jumps where it is narrow. A value
    on its bound, about which no scale says anything, keeps the bound and its other end.
    """
    below, above = value - interval[0], interval[1] - value
    if interval[0] >= low and interval[1] <= high:
        return interval
    if not low < value < high:
        return max(interval[0], low), min(interval[1], high)
    if math.isinf(high):
        return low + (value - low) * math.exp(-below / (value - low)), low + (value - low) * math.exp(above / (value - low))
    if math.isinf(low):
        return high - (high - value) * math.exp(below / (high - value)), high - (high - value) * math.exp(-above / (high - value))
    span = high - low
    slope = span / ((value - low) * (high - value))
    middle = math.log((value - low) / (high - value))
    return low + span / (1 + math.exp(below * slope - middle)), low + span / (1 + math.exp(-above * slope - middle))
