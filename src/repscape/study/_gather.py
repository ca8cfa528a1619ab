"""What a study consists of, and what its journal holds, put together: results, with the words that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..measures import Estimate
from ..results import Failure, Profile, Record, Results
from ._contents import Cell, Contents
from ._journal import Answers
from ._units import place_name, unit


def gathered(contents: Contents, found: Answers, *, state: str = "") -> Results:
    """Return every value that there is, in the order of the plans, and what is to be said of the rest."""
    shown = _Shown(contents.cells)
    records: list[Record] = []
    failed: dict[Failure, dict[Profile, None]] = {}
    said: dict[str, dict[str, None]] = {"notes": {}, "warned": {}}
    missing: set[str] = set()
    for name, key in contents.graphs.items():
        answer = found.answers.get(key)
        if answer is not None and answer.status == "failed":
            failed[Failure(name, "graph", answer.why)] = {}
        if answer is not None:
            said["notes"] |= dict.fromkeys(f"layer {name}: {note}." for note in found.units[key].notes)
    for cell in contents.cells:
        answer = found.answers.get(cell.key)
        if answer is None:
            missing.add(_finished_name(cell))
            continue
        result = found.units[cell.key]
        where = f"layer {cell.name}: " if cell.other is None else ""
        if answer.record is not None:
            records.append(shown.record(cell, answer.record))
        elif answer.status == "silent":
            said["notes"][f"{where}{cell.variant} has no value: {answer.why}"] = None
        else:
            one = Failure(cell.name, shown.name(cell), answer.why, cell.place, cell.other, shown.group(cell))
            failed.setdefault(one, {})[cell.profile] = None
        said["notes"] |= dict.fromkeys(f"{where}{note}." for note in result.notes)
        said["warned"] |= dict.fromkeys(result.warnings)
    failures = tuple(replace(one, profiles=tuple(profiles)) for one, profiles in failed.items())
    news = [one for one in said["warned"] if not any(one.partition(": ")[2] in note for note in said["notes"])]
    warned = [
        *contents.notes,
        *said["notes"],
        *news,
        *(f"{str(failure).removesuffix('.')}." for failure in _told(failures)),
    ]
    return Results(tuple(records), _provenance(contents, found, missing, state), tuple(dict.fromkeys(warned)), failures)


class _Shown:
    """How values are called: what tells parts, or steps, apart is added only where a study has several of them."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._steps = len({cell.steps for cell in cells}) > 1
        self._cuts = len({cell.by for cell in cells} - {None}) > 1

    def variant(self, cell: Cell) -> str:
        return f"{cell.variant} after {'+'.join(cell.steps)}" if self._steps and cell.steps else cell.variant

    def name(self, cell: Cell) -> str:
        return self.variant(cell) if cell.column is None else f"{self.variant(cell)}[{cell.column}]"

    def group(self, cell: Cell) -> str | None:
        return f"{cell.by}={cell.group}" if self._cuts and cell.by is not None else cell.group

    def record(self, cell: Cell, record: Record) -> Record:
        """Return what was found under the names of this study."""
        result = record.result
        if not cell.whole and isinstance(result, Estimate):  # a matrix keeps none, though another profile may
            result = replace(result, per_point=None)
        return replace(
            record,
            variant=self.variant(cell),
            profile=cell.profile,
            place=cell.place,
            other=cell.other,
            column=cell.column,
            group=self.group(cell),
            result=result,
        )


def _told(failures: Sequence[Failure]) -> list[Failure]:
    """Return the failures in few sentences: all measures of a layer that failed for one reason, all pairs of one measure."""
    layers: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        layers.setdefault((failure.unit, failure.error), []).append(failure.measure)
    pairs: dict[tuple[str, str], list[str]] = {}
    for (name, error), measures in layers.items():
        pairs.setdefault((", ".join(measures), error), []).append(name)
    told = []
    for (measures_said, error), names in pairs.items():
        where = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        told.append(Failure(where, measures_said, error))
    return told


def _finished_name(cell: Cell) -> str:
    return unit(cell.place if cell.other is None else cell.variant, cell.group)


def _provenance(contents: Contents, found: Answers, missing: set[str], state: str) -> dict[str, Any]:
    graphs = {}
    for name, key in contents.graphs.items():
        about = found.units[key].graph if key in found.units else None
        if about is not None and "k" in about:
            graphs[name] = {word: about[word] for word in ("k", "n", "distinct", "metric", "certificate")}
    names = dict.fromkeys([*map(place_name, contents.places), *(_finished_name(cell) for cell in contents.cells)])
    held = dict(contents.about)
    return {
        **{word: held[word] for word in ("plan", "source") if word in held},
        "graphs": graphs,
        "finished": [name for name in names if name not in missing],
        **{word: entry for word, entry in held.items() if word not in ("plan", "source")},
        **({"state": state} if state else {}),
    }
