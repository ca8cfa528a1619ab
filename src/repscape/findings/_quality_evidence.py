"""What measures of quality say of layers beside the dimension: told with the advice, and without a say in it.

Which way is better is that of the studies that proposed each; nothing here is fitted to any score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .._types import Brief, LayerInfo
from ..measures import Estimate
from ..results import Record
from ._apart import Sample, difference
from ._words import finite, grouped, layer_words, number, value_of

BETTER: Mapping[str, int] = MappingProxyType(
    {
        "quality_rankme": 1,
        "quality_lidar": 1,
        "quality_entropy": 1,
        "quality_capacity": 1,
        "quality_collapse": -1,
        "quality_curvature": -1,
    }
)
"""Measure -> 1 where a larger value is taken for better, -1 where a smaller one is."""


@dataclass(frozen=True, slots=True, repr=False)
class Spoken(Brief):
    """What one measure of quality says."""

    variant: str
    """The measure and its options."""
    layer: LayerInfo
    """The layer that it has best."""
    sure: bool
    """Whether that layer differs from every other beyond the errors."""
    words: str
    """In words."""


def spoken(records: Sequence[Record]) -> tuple[Spoken, ...]:
    """Return what each measure of quality among the records of one line of layers says, in the order they came."""
    held = [r for r in records if r.info.name in BETTER and r.profile == "depth" and isinstance(r.result, Estimate)]
    found = []
    for own in grouped(finite(held), key=lambda r: (r.variant, r.column)).values():
        if len(own) < 2:
            continue
        sign = BETTER[own[0].info.name] * (-1 if "nearest_mean" in own[0].variant else 1)
        best = max(own, key=lambda r: sign * value_of(r))
        sure = all(_apart(best, other) for other in own if other is not best)
        way = "highest" if sign > 0 else "lowest"
        told = "told from every other layer" if sure else "not told from every other layer"
        words = f"{best.info.title or best.info.label} is {way} ({number(best)}) at {layer_words(best.place)}, {told}"
        found.append(Spoken(best.variant, best.place.layer, sure, words))
    return tuple(found)


def _apart(one: Record, other: Record) -> bool:
    """Whether two values differ beyond the error of their difference; without errors they do not."""
    if one.result.stderr is None or other.result.stderr is None:
        return False
    found = difference(Sample.of(one), Sample.of(other))
    return found is not None and found.differs
