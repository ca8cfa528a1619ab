"""The values that are compared with one another: profiles over layers, models or checkpoints, with their deviations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError
from ..measures import Estimate
from ..results import MATRICES, Place, Record, Results
from ._apart import Sample, rests_on_few

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a profile."""

    record: Record
    x: float | None
    sample: Sample
    deviations: FloatArray
    """(draws,) over subsets of the examples; NaN where nothing is concluded of the value."""
    few: bool = False
    """Whether the value rests on few examples: it is shown, and enters no comparison."""

    @property
    def value(self) -> float:
        return self.sample.value

    @property
    def family(self) -> tuple[Any, ...]:
        """What all entries of a profile have in common, whatever runs along it."""
        r = self.record
        return (r.variant, r.profile, r.column, r.group, r.place.layer.site, self.x)


def entries_of(
    results: Results, measure: str | None, name: str, *, variant: str | None, column: str | None, profile: str | None
) -> list[Entry]:
    """Return the values of profiles, curves with one for each x; refuse what cannot be compared."""
    chosen = results.select(measure, variant=variant, column=column, profile=profile)
    records = [r for r in chosen if r.profile not in MATRICES]
    measures = list(dict.fromkeys(r.info.name for r in records))
    if len(measures) != 1:
        raise InputError(f"measure of {name} must say which: results hold profiles of {', '.join(measures) or 'none'}.")
    entries = [entry for record in records for entry in _values(record, name)]
    for entry in entries:
        n, first = entry.record.result.n, entries[0].record.result.n
        if entry.record.group == entries[0].record.group and n != first:
            raise InputError(
                f"results of {name} must be of the same examples. Got n={first} on layer "
                f"{entries[0].record.place.layer.name!r} and n={n} on {entry.record.place.layer.name!r} (identical rows "
                "merged or left out in one of them?)."
            )
    return entries


def _values(record: Record, name: str) -> Iterator[Entry]:
    result = record.result
    if result.replicates is None or result.stderr is None:
        raise InputError(
            f"results of {name} must hold replicates, the deviations over common subsets. {record.variant} on "
            f"layer {record.place.layer.name!r} {_missing(record)}."
        )
    places = (
        [(None, Sample.of(record))]
        if isinstance(result, Estimate)
        else [(x, Sample.at(record, place)) for place, x in enumerate(result.x.tolist())]
    )
    unknown = np.full(result.replicates.shape[0], np.nan)  # of a value without an error, as a curve may have
    few = np.broadcast_to(np.asarray(result.details.get("rests_on_few", rests_on_few(record))), len(places))
    for (x, sample), rests in zip(places, few.tolist(), strict=True):
        known = sample.deviations is not None and not rests
        yield Entry(
            record, x, sample, sample.deviations if known and sample.deviations is not None else unknown, bool(rests)
        )


def _missing(record: Record) -> str:
    """Say what a result lacks for comparisons, and what helps."""
    result = record.result
    how = result.options.get("error")
    if result.stderr is not None:
        return f"has an error ({how}) but no such deviations, so that it cannot be compared in pairs"
    if "error" not in result.options or "error=None" in record.variant:
        return "has none: measure it with error='auto'"
    return (
        f"has no error: {record.info.name} gives none with these options at n={result.n:,}; its page says when it does"
    )


def running_names(entries: Iterable[Entry], between: str) -> dict[str, None]:
    """Return the names of what runs along the series, in order."""
    return {str(_running(entry.record.place, between)): None for entry in entries}


def pairs_of(entries: Iterable[Entry], between: str, against: str) -> Iterator[tuple[Entry, Entry]]:
    """Yield each value with the one it is compared with."""
    entries = list(entries)
    known = running_names(entries, between)
    if against not in known:
        _check.choice(against, "against", "paired_differences", ["previous", "first", "last", "best", *known])
    for series in comparable(entries, between):
        if against == "previous":
            yield from zip(series[1:], series, strict=False)
            continue
        named = {str(_running(entry.record.place, between)): entry for entry in series}
        sign = series[0].record.info.alike or 1
        solid = [entry for entry in series if not entry.few] or series  # the best is chosen among what can be compared
        best = max(solid, key=lambda entry: sign * entry.value if math.isfinite(entry.value) else -math.inf)
        ends = {"first": series[0], "last": series[-1], "best": best}
        base = named.get(against) or ends.get(against)
        if base is not None:
            yield from ((entry, base) for entry in series if entry is not base)


def _running(place: Place, between: str) -> Any:
    """Return what changes along a series."""
    return {"layers": place.layer.name, "models": place.model, "steps": place.step}[between]


def comparable(entries: list[Entry], between: str) -> Iterable[list[Entry]]:
    """Return the values that are compared with one another, in order."""
    series: dict[tuple[Any, ...], list[Entry]] = {}
    if between == "models":
        by_model: dict[tuple[Any, ...], list[Entry]] = {}
        for entry in entries:
            by_model.setdefault((*entry.family, entry.record.place.step, entry.record.place.model), []).append(entry)
        leaders = {key[:-1]: held for key, held in reversed(by_model.items())}  # the model that came first
        for key, held in by_model.items():
            for leader in leaders[key[:-1]]:
                depth = leader.record.place.layer.depth
                nearest = min(held, key=lambda entry, depth=depth: abs(entry.record.place.layer.depth - depth))  # type: ignore[misc]
                series.setdefault((*key[:-1], id(leader)), []).append(nearest)
        return series.values()
    for entry in entries:
        place = entry.record.place
        own = (place.model, place.step) if between == "layers" else (place.model, place.layer.key)
        series.setdefault((*entry.family, *own), []).append(entry)
    for held in series.values():
        held.sort(key=lambda e: (e.record.place.layer.index if between == "layers" else e.record.place.step) or 0)
    return series.values()


def place_of(entry: Entry) -> dict[str, Any]:
    """Return the columns that say where a value was found."""
    record, layer = entry.record, entry.record.place.layer
    return {
        "measure": record.info.name,
        "variant": record.variant,
        "profile": record.profile,
        "column": record.column,
        "group": record.group,
        "model": record.place.model,
        "step": record.place.step,
        "site": layer.site,
        "layer": layer.name,
        "index": layer.index,
        "depth": layer.depth,
        **({} if entry.x is None else {"x": entry.x}),
    }
