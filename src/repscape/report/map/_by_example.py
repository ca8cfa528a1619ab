"""What was measured of single examples in every layer: colours of the map that change as it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..._types import Brief
from ...findings import capital
from ...results import MATRICES, PROFILES, Record, Results, titles
from ._map import ExampleMap

BYTES = 1_500_000  # of all of them, before they are packed


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ByExample(Brief):
    """A number of each example in each layer."""

    name: str
    """What it is, for people."""
    values: npt.NDArray[np.float64]
    """(representations, m); NaN where it was not measured."""


def by_example(found: ExampleMap, results: Results) -> list[ByExample]:
    """Return what results hold of each example, by measure, column and profile: as many as there is room for."""
    place_of = {place: at for at, place in enumerate(found.places)}
    names = titles(results.records)
    shape = (len(found.places), len(found.rows))
    room = max(0, BYTES // (2 * max(1, shape[0] * shape[1])))
    held: dict[tuple[str, str, str | None], npt.NDArray[np.float64]] = {}
    named: dict[tuple[str, str, str | None], str] = {}
    for record in results:
        values = _values(record, found.n)
        at = place_of.get(record.place)
        key = (record.variant, record.profile, record.column)
        if values is None or at is None or (key not in held and len(held) >= room):
            continue
        held.setdefault(key, np.full(shape, np.nan))[at] = values[found.rows]
        named[key] = _name(record, names[record.variant])
    return [ByExample(named[key], values) for key, values in held.items()]


def _values(record: Record, n: int) -> npt.NDArray[np.float64] | None:
    """Return a number of every example, where the record holds one, and one only for each layer."""
    points = getattr(record.result, "per_point", None)
    if points is None or len(points) != n or record.group is not None or record.profile in MATRICES:
        return None
    return np.asarray(points, dtype=np.float64)


def _name(record: Record, title: str) -> str:
    of = f" of {record.column}" if record.column is not None else ""
    profile = "" if record.profile == "depth" else f", {PROFILES[record.profile]}"
    return f"{capital(title)}{of}{profile}"
