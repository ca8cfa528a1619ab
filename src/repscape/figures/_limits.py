"""Where an axis of values begins and ends: at a bound of the measure where the values come near it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ..results import MeasureInfo
from ._names import quantity_of
from ._spec import Axis
from ._ticks import log_ticks, nice_ticks, padded
from ._values import Value

WIDE = 100.0  # values that span more than so large a ratio stand on a logarithmic axis
OPEN = 0.25
"""Room above the largest value for bands without an upper end, as a share of what is shown."""


def value_axis(values: Sequence[Value], info: MeasureInfo) -> Axis:
    """Return the upright axis of profiles and curves."""
    if _over_decades(values, info):
        ends = padded([*(v.value for v in values), *(v.high for v in values)], log=True)
        ticks, minor = log_ticks(ends)
        return Axis(ends, f"{quantity_of(info)} (log scale)", ticks, minor, log=True, grid=True, group="y")
    limits = value_limits(values, info)
    return Axis(limits, quantity_of(info), nice_ticks(limits, 6), grid=True, group="y")


def _over_decades(values: Sequence[Value], info: MeasureInfo) -> bool:
    """Whether a positive measure without an upper bound spans so much that a plain axis would flatten all but the largest."""
    floor, roof = info.bounds
    drawn = [value.value for value in values if math.isfinite(value.value)]
    positive = floor >= 0 and math.isinf(roof) and min(drawn, default=0.0) > 0
    return positive and all(not value.chance <= 0 for value in values) and max(drawn) > WIDE * min(drawn)


def value_limits(values: Sequence[Value], info: MeasureInfo) -> tuple[float, float]:
    """Begin at the lower bound where the values come near it, and never cut off a line at a bound."""
    floor, roof = info.bounds
    shown = [v for value in values for v in (value.value, value.low, value.high, value.chance)]
    shown += [value.ceiling for value in values if value.ceiling < roof]
    finite = np.array([entry for entry in shown if math.isfinite(entry)])
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if any(value.high == math.inf for value in values):
        high += OPEN * ((high - low) or abs(high) or 1.0)
    margin = 0.05 * ((high - low) or abs(high) or 1.0)
    bottom, top = low - margin, high + margin
    near = low - floor < 0.75 * (high - floor) or low == high
    if math.isfinite(floor) and near and (floor >= 0 or low < 0):  # from -1 half of the panel would be empty
        bottom = min(low, floor) - (0.02 * (high - floor) if low < floor + margin else 0.0)
    if math.isfinite(roof) and top > roof:
        top = max(high, roof) + 0.02 * (high - bottom)
    return bottom, top


def colour_limits(values: Iterable[float], bounds: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of a scale of colours: a bound where the values come near it, else the values' own end."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    floor, roof = bounds
    start = floor if math.isfinite(floor) and low - floor <= 0.5 * (high - floor) else low
    end = roof if math.isfinite(roof) and roof - high <= 0.35 * (roof - start) else high
    if end > start:
        return start, end
    return (floor, roof) if math.isfinite(floor) and math.isfinite(roof) else (start - 0.5, start + 0.5)
