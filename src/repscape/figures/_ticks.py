"""Where axes begin and end, and where their ticks stand: few, at plain numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ._spec import Ticks

STEPS, QUARTERS = (1, 2, 5), (1, 2, 2.5, 5)
MANY_DECADES = 8


def padded(values: Iterable[float], *, share: float = 0.05, log: bool = False) -> tuple[float, float]:
    """Return limits that hold all finite values, with a margin at both ends; of a logarithmic axis, of what is above 0."""
    found = np.asarray(list(values), dtype=np.float64)
    found = found[np.isfinite(found) & ((found > 0) | (not log))]
    if not found.size:
        return (0.5, 2.0) if log else (0.0, 1.0)
    ends = np.log([found.min(), found.max()]) if log else np.array([found.min(), found.max()])
    span = ends[1] - ends[0]
    if span <= 1e-12 * max(abs(ends).max(), 1e-300):
        span = 1.0 if log else abs(ends[0]) or 1.0
    low, high = ends + share * span * np.array([-1, 1])
    return (math.exp(low), math.exp(high)) if log else (float(low), float(high))


def nice_ticks(limits: Sequence[float], most: int, *, whole: bool = False, quarters: bool = False) -> Ticks:
    """Return at most so many ticks at multiples of 1, 2 or 5 times a power of ten, two at least where that is possible.

    `quarters` allows 2.5 too.

    Examples
    --------
    >>> nice_ticks((0.0, 1.0), 6)
    ((0.0, '0.0'), (0.2, '0.2'), (0.4, '0.4'), (0.6, '0.6'), (0.8, '0.8'), (1.0, '1.0'))
    >>> nice_ticks((-0.4, 12.2), 7, whole=True)
    ((0.0, '0'), (2.0, '2'), (4.0, '4'), (6.0, '6'), (8.0, '8'), (10.0, '10'), (12.0, '12'))
    """
    low, high = sorted(limits)
    power = math.floor(math.log10((high - low) / most))
    sizes = [step * 10.0**at for at in range(power - 1, power + 3) for step in (QUARTERS if quarters else STEPS)]
    sizes = [size for size in sizes if not whole or size >= 1] or [1.0]
    fitting = [size for size in sizes if _count(low, high, size) <= most] or sizes[-1:]
    size = fitting[0]
    if _count(low, high, size) < 2:  # a smaller step, though it gives more than asked for
        size = next((one for one in reversed(sizes) if one < size and _count(low, high, one) >= 2), size)
    first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
    return said_at([float(f"{place * size:.12g}") for place in range(first, last + 1)], size)


def said_at(places: Sequence[float], step: float) -> Ticks:
    """Return ticks at these places, all with the decimals that their step calls for."""
    largest = max(map(abs, places), default=0.0)
    plain = largest < 1e6 and step >= 1e-4
    decimals = next((count for count in range(6) if math.isclose(round(step, count), step)), 6) if plain else 0
    return tuple((at, (f"{at:.{decimals}f}" if plain else f"{at:g}").replace("-", "−")) for at in places)


def log_ticks(limits: Sequence[float]) -> tuple[Ticks, tuple[float, ...]]:
    """Return the ticks of a logarithmic axis with words, and those without: powers of ten, within a decade every digit."""
    low, high = sorted(limits)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [digit * 10.0**power for power in range(first, last + 1) for digit in range(1, 10)]
    every = [at for at in every if low <= at <= high]
    tens = [at for at in every if math.isclose(math.log10(at), round(math.log10(at)))]
    if high < 10 * low:
        shown = every
    elif len(tens) < 2:
        shown = [at for at in every if round(at / 10 ** math.floor(math.log10(at) + 1e-9)) in STEPS]
    else:
        shown = tens[:: -(-len(tens) // MANY_DECADES)]
    rest = every if len(tens) <= MANY_DECADES else tens
    return tuple((at, f"{at:g}") for at in shown), tuple(at for at in rest if at not in shown)


def two_ticks(x: Sequence[float], room: int) -> Ticks:
    """Return ticks of an axis of ranks or sizes: the values themselves where they are few, else powers of two."""
    powers = 2.0 ** np.arange(np.floor(np.log2(x[0])), np.ceil(np.log2(x[-1])) + 1)
    ticks = list(x) if len(x) <= 8 else powers[:: max(1, len(powers) // 6)].tolist()
    while len(ticks) > 2 and sum(len(f"{tick:g}") + 2 for tick in ticks) > room:
        ticks = ticks[::2]
    return tuple((at, f"{at:g}") for at in ticks)


def number_ticks(numbers: Sequence[int]) -> Ticks:
    """Return ticks along cells of these numbers, so that there are nine or so."""
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if len(numbers) / size <= 9)
    return tuple((float(place), str(number)) for place, number in enumerate(numbers) if number % step == 0)


def _count(low: float, high: float, size: float) -> int:
    return math.floor(high / size + 1e-9) - math.ceil(low / size - 1e-9) + 1
