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


RANK = "quality_rankme"
SHARE = 0.1
"""A rise by less than this share is none, however small its error."""


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


@dataclass(frozen=True, slots=True, repr=False)
class Leaning(Brief):
    """The layer that the effective rank points to, where the dimension points to none."""

    layer: LayerInfo
    """The layer."""
    words: str
    """Why."""


def leaning(records: Sequence[Record]) -> Leaning | None:
    """Return the last layer before the effective rank rises for the output: what is read off the end of a network.

    From the last layer backwards as long as each layer's rank stands above the one before by a tenth and beyond the errors,
    among layers of one width. A network whose last blocks spread the representation out again has its content before them; one
    whose rank falls towards the end, as a classifier's does, has it at the end. None where no effective rank was measured.
    """
    held = [r for r in records if r.info.name == RANK and r.profile == "depth" and isinstance(r.result, Estimate)]
    held = [r for r in finite(held) if r.variant == held[0].variant]
    own = sorted(held, key=lambda r: r.place.layer.index)
    if len(own) < 2:
        return None
    at = len(own) - 1
    while at and _rises(own[at - 1], own[at]):
        at -= 1
    last, found = own[-1], own[at]
    if found is last:
        words = f"The effective rank does not rise at the end ({number(last)} at {layer_words(last.place)})"
    else:
        words = (
            f"The effective rank rises at the end, from {number(found)} at {layer_words(found.place)} to {number(last)} at "
            f"{layer_words(last.place)}"
        )
    return Leaning(found.place.layer, words)


def _rises(before: Record, after: Record) -> bool:
    """Whether the effective rank of two layers of one width rises by a tenth and beyond the errors."""
    low, high = value_of(before), value_of(after)
    widths = [value_of(r) / share for r in (before, after) if (share := float(r.result.details.get("share", 0.0)))]
    alike = len(widths) < 2 or abs(widths[1] - widths[0]) < 0.5
    return alike and high - low > SHARE * high and _apart(before, after)


def _apart(one: Record, other: Record) -> bool:
    """Whether two values differ beyond the error of their difference; without errors they do not."""
    if one.result.stderr is None or other.result.stderr is None:
        return False
    found = difference(Sample.of(one), Sample.of(other))
    return found is not None and found.differs
