"""Comparisons that were relabelled alike: which of them are one family."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..measures import Estimate
from ..measures.uncertainty import Beyond, Largest, withheld
from ._record import Record

FloatArray = npt.NDArray[np.float64]


def null_of(record: Record) -> FloatArray:
    """Return the values of a comparison under each relabelling; empty where there are none, or none is more alike."""
    result = record.result
    if not isinstance(result, Estimate) or result.null is None or record.other is None or record.info.alike is None:
        return np.empty(0)
    return np.asarray(result.null, dtype=np.float64)


def families(records: Sequence[Record]) -> list[list[Record]]:
    """Return the records with a null by what they are compared among: measure, part, profile and models."""
    found: dict[object, list[Record]] = {}
    for record in records:
        null = null_of(record)
        if null.size and math.isfinite(float(record.result.value)):  # type: ignore[union-attr]
            place, other = record.place, record.other or record.place
            models = (place.model, other.model)
            key = record.variant, record.column, record.group, record.profile, models, null.size
            found.setdefault(key, []).append(record)
    return list(found.values())


def withheld_of(record: Record) -> str:
    """Return why a comparison that says which way is more alike has no null though one was asked for; "" where it has."""
    if not isinstance(record.result, Estimate) or record.other is None or record.info.alike is None:
        return ""
    return withheld(record.result)


def best_of(record: Record) -> float:
    """Return the most alike that a comparison can be under its options; infinite where nothing is."""
    info = record.info
    return float(record.result.details.get("best", info.bounds[1] if info.alike == 1 else info.bounds[0]))


def beyond(records: Sequence[Record]) -> dict[int, Beyond]:
    """Return each record beside the largest of its family, by its identity.

    A record without a null is not there, but for one that has none for a reason: of that nothing can be said.
    """
    found = {id(record): Beyond.unknown(why) for record in records if (why := withheld_of(record))}
    for held in families(records):
        observed = np.array([float(record.result.value) for record in held])  # type: ignore[union-attr]
        drawn, best = np.stack([null_of(record) for record in held]), np.array([best_of(record) for record in held])
        largest = Largest(observed, drawn, less=held[0].info.alike == -1, best=best)
        found.update(zip(map(id, held), largest.each(), strict=True))
    return found
