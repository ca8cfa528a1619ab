"""Records as a tidy table: one row for each value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from ..measures import Estimate, note_of
from ._record import Place, Record

PLACE = ("model", "step", "site", "layer", "index", "depth")
COLUMNS = (
    "measure", "variant", "profile", "column", "group", *PLACE, *(f"other_{name}" for name in PLACE), "x_name", "x", "value",
    "stderr", "low", "high", "p_value", "chance", "n", "dropped", "options", "higher_means", "reference",
    "title", "version", "calibrated", "details", "note",
)  # fmt: skip


def to_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Return the table of records."""
    return pd.DataFrame([row for record in records for row in _rows(record)], columns=list(COLUMNS))


def _rows(record: Record) -> Iterator[dict[str, Any]]:
    result = record.result
    shared: dict[str, Any] = {
        "measure": record.info.name,
        "variant": record.variant,
        "profile": record.profile,
        "column": record.column,
        "group": record.group,
        **_place(record.place, ""),
        **_place(record.other, "other_"),
        "chance": result.chance,
        "n": result.n,
        "dropped": result.dropped,
        "options": json.dumps(dict(result.options), default=plain_number),
        "higher_means": record.info.higher_means,
        "reference": record.info.reference,
        "title": record.info.title,
        "version": record.info.version,
        "details": json.dumps(told, default=plain_number) if (told := details_told(record)) else None,
        "note": note_of(result) or None,
    }
    if isinstance(result, Estimate):
        low, high = result.interval or (None, None)
        yield shared | {
            "value": result.value,
            "stderr": result.stderr,
            "low": low,
            "high": high,
            "p_value": result.p_value,
            "calibrated": result.calibrated,
        }
        return
    nothing = [None] * len(result.x)
    errors = nothing if result.stderr is None else result.stderr
    lows, highs = (nothing, nothing) if result.interval is None else result.interval.T
    for x, value, stderr, low, high in zip(result.x, result.values, errors, lows, highs, strict=True):
        yield shared | {"x_name": result.x_name, "x": x, "value": value, "stderr": stderr, "low": low, "high": high}


def details_told(record: Record) -> dict[str, Any]:
    """Return what a result says beside its value: the entries of its details that the measure has in its tables."""
    return {name: record.result.details[name] for name in record.info.tells if name in record.result.details}


def plain_number(value: Any) -> Any:
    """Return numpy's numbers and arrays as Python's own, for JSON; anything else by its name."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _place(place: Place | None, prefix: str) -> dict[str, Any]:
    if place is None:
        return {}
    layer = place.layer
    values = (place.model, place.step, layer.site, layer.name, layer.index, layer.depth)
    return {f"{prefix}{name}": value for name, value in zip(PLACE, values, strict=True)}
