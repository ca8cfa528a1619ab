"""Intervals that stay inside the bounds of what they are about."""

from __future__ import annotations

import math

from scipy.special import expit

Interval = tuple[float, float]


def within_bounds(value: float, interval: Interval, *, low: float = -math.inf, high: float = math.inf) -> Interval:
    """Return the interval; where it would cross a bound, that on the scale that knows the bounds: log of one, logit of two.

    The reach on that scale is the plain one at the value (the delta method). A value on its bound, about which no such scale
    says anything, keeps the bound and its other end.
    """
    below, above = value - interval[0], interval[1] - value
    if low <= interval[0] and interval[1] <= high:
        return interval
    if not low < value < high:
        return max(interval[0], low), min(interval[1], high)
    over, under = value - low, high - value
    if math.isinf(high):
        return low + over * math.exp(-below / over), low + over * math.exp(min(above / over, 700.0))
    if math.isinf(low):
        return high - under * math.exp(min(below / under, 700.0)), high - under * math.exp(-above / under)
    middle, slope = math.log(over / under), (high - low) / (over * under)
    ends = [low + (high - low) * float(expit(middle + step * slope)) for step in (-below, above)]
    return ends[0], ends[1]
