"""One number of the results with everything a figure may tell it apart by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..measures import Estimate, normal_interval, note_of
from ..results import Place, Record, withheld_of
from ._look import REACH


@dataclass(frozen=True, slots=True)
class Value:
    """A number to be drawn."""

    record: Record
    """Where it comes from."""
    value: float
    """The number; NaN where there is none."""
    low: float
    """Lower end of its band; NaN where there is none."""
    high: float
    """Upper end of its band; infinite where it is open."""
    x: float | None = None
    """Where on its curve it stands, if it is of one."""

    @property
    def interval_of(self) -> str:
        """What its interval is of, or why there is none, where it is not that of the value; "" else."""
        return str(self.record.result.options.get("interval") or "")

    @property
    def note(self) -> str:
        """What is said beside it."""
        return note_of(self.record.result)

    @property
    def refused(self) -> bool:
        """Whether the measure says that it can give no interval."""
        return bool(self.interval_of) and math.isnan(self.low)

    @property
    def place(self) -> Place:
        """The representation."""
        return self.record.place

    @property
    def chance(self) -> float:
        """What unrelated data would give; NaN where that is not known."""
        found = self.record.result.chance
        return math.nan if found is None or withheld_of(self.record) else found

    @property
    def ceiling(self) -> float:
        """The largest value the data allow; NaN where that is not known."""
        return float(self.record.result.details.get("ceiling", math.nan))


def values_of(record: Record) -> Iterator[Value]:
    """Yield the number of an estimate, or those of a curve."""
    result = record.result
    if isinstance(result, Estimate):
        interval = result.interval
        if interval is None and result.stderr is not None and not result.options.get("interval"):
            interval = normal_interval(result.value, result.stderr)
        yield Value(record, result.value, *(interval or (math.nan, math.nan)))
        return
    for place, (x, value) in enumerate(zip(result.x.tolist(), result.values.tolist(), strict=True)):
        error = math.nan if result.stderr is None else float(result.stderr[place])
        yield Value(record, value, value - REACH * error, value + REACH * error, x=x)


def _two(record: Record, read: Callable[[Place], Any]) -> Any:
    """Read one place, or both where they differ."""
    here = read(record.place)
    there = here if record.other is None else read(record.other)
    return here if here == there else (here, there)


ATTRIBUTES: Mapping[str, Callable[[Value], Any]] = {
    "variant": lambda v: v.record.variant,
    "group": lambda v: v.record.group,
    "column": lambda v: v.record.column,
    "x": lambda v: v.x,
    "model": lambda v: _two(v.record, lambda place: place.model),
    "site": lambda v: _two(v.record, lambda place: place.layer.site),
    "step": lambda v: _two(v.record, lambda place: place.step),
}
RUNNING = ("step", "x")
"""What runs from small to large."""


def key_of(value: Value, attributes: Iterable[str]) -> tuple[Any, ...]:
    """Return what tells a value apart."""
    return tuple(ATTRIBUTES[name](value) for name in attributes)


def in_order(attribute: str, entries: Iterable[Any]) -> list[Any]:
    """Return the distinct entries, by size where they have one, else as they came."""
    distinct = list(dict.fromkeys(entries))
    if attribute in RUNNING:
        distinct.sort(key=lambda entry: entry if isinstance(entry, tuple) else (math.nan if entry is None else entry,))
    return distinct


def said(attribute: str, entry: Any, *, bare: bool = False) -> str:
    """Return one attribute in words; `bare` where a heading has said which attribute it is."""
    if isinstance(entry, tuple):
        between = " to " if attribute == "step" else " and "
        inner = between.join(said(attribute, part, bare=True) or "unnamed" for part in entry)
        return inner if bare or attribute != "step" else f"step {inner}"
    if entry is None or entry == "":
        return ""
    if attribute in RUNNING:
        number = f"{entry:g}" if abs(entry) < 1e6 else f"{entry:.10g}"
        return number if bare or attribute == "x" else f"{attribute} {number}"
    return str(entry)
