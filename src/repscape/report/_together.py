"""Several studies on one page: each keeps its name in front of its models, so that figures have their lines side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from .._types import Progress
from ..errors import RepscapeError
from ..results import Place, Record, Results
from ..study import results_in
from .map import ExampleMap, study_map


def named_studies(folders: Sequence[str | Path]) -> dict[str, Path]:
    """Return name -> folder: the folder's name, with a number behind it where two have the same."""
    found: dict[str, Path] = {}
    for folder in map(Path, folders):
        own = folder.resolve().name
        names = (own if number == 1 else f"{own} ({number})" for number in count(1))
        found[next(name for name in names if name not in found)] = folder
    return found


def joined_results(studies: Mapping[str, Path]) -> Results:
    """Return all records, each under the name of its study."""
    held = {name: results_in(folder) for name, folder in studies.items()}
    records = [_renamed(record, name) for name, results in held.items() for record in results]
    graphs = {
        f"{name} · {unit}": graph
        for name, results in held.items()
        for unit, graph in dict(results.provenance.get("graphs") or {}).items()
    }
    first = next(iter(held.values())).provenance
    provenance: dict[str, Any] = {name: first[name] for name in ("versions",) if name in first}
    provenance |= {"studies": {name: dict(results.provenance) for name, results in held.items()}}
    if graphs:
        provenance["graphs"] = graphs
        for about in provenance["studies"].values():
            about.pop("graphs", None)
    warnings = tuple(f"{name}: {text}" for name, results in held.items() for text in results.warnings)
    failed = tuple(failure for results in held.values() for failure in results.failed)
    return Results(tuple(records), provenance=provenance, warnings=warnings, failed=failed)


def joined_maps(
    studies: Mapping[str, Path], methods: Sequence[str], *, progress: Progress | None = None
) -> tuple[ExampleMap | None, str]:
    """Return one map of the examples, where all studies are of the same ones; else the first study's; or why there is none."""
    held: dict[str, ExampleMap] = {}
    missing = []
    for name, folder in studies.items():
        try:
            held[name] = study_map(folder, methods, progress=progress)
        except RepscapeError as error:
            missing.append(f"{name}: {error}")
    if not held:
        return None, f"Single examples are not shown. {' '.join(missing)}"
    maps = {name: replace(one, places=tuple(_place(place, name) for place in one.places)) for name, one in held.items()}
    first, *others = maps.values()
    same = [one for one in others if _same(first, one)]
    left = [name for name, one in maps.items() if one is not first and not any(one is other for other in same)]
    notes = [*first.notes, *(f"{note}" for note in missing)]
    if left:
        notes.append(f"The map shows {next(iter(maps))}; {', '.join(left)} has other examples.")
    every = [first, *same]
    common = set.intersection(*(set(one.coordinates) for one in every))
    return replace(
        first,
        places=tuple(place for one in every for place in one.places),
        coordinates={
            name: np.concatenate([one.coordinates[name] for one in every])
            for name in first.coordinates
            if name in common
        },
        shares=np.concatenate([one.shares for one in every]),
        neighbors=np.concatenate([one.neighbors for one in every]),
        notes=tuple(notes),
    ), ""


def _same(one: ExampleMap, other: ExampleMap) -> bool:
    """Whether two maps show the same examples: the same rows, and every column that both have reads alike."""
    if (
        one.n != other.n
        or not np.array_equal(one.rows, other.rows)
        or one.neighbors.shape[2] != other.neighbors.shape[2]
    ):
        return False
    both = [name for name in one.table if name in other.table]
    return all(one.table[name].astype(str).equals(other.table[name].astype(str)) for name in both)


def _renamed(record: Record, study: str) -> Record:
    other = None if record.other is None else _place(record.other, study)
    return replace(record, place=_place(record.place, study), other=other)


def _place(place: Place, study: str) -> Place:
    return replace(place, model=f"{study}: {place.model}" if place.model else study)
