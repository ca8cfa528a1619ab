"""Studies that repscape 0.1 wrote: known by one digest of everything, taken over into a journal when asked for more."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import RepscapeError, StudyMismatchError
from ..plan import Plan
from ..results import MATRICES, Place, Record, load_results
from ..store import list_groups
from ._expand import Everything
from ._folder import StudyFolder
from ._graphs import GraphNames, kept_graphs
from ._journal import Journal
from ._unit import Answer, UnitResult
from .reading import Source, chosen_layers

VERSION = 1  # of every measure then


def check_data(home: StudyFolder, source: Source, plan: Plan) -> None:
    """Refuse other data than those the study of 0.1 was made of."""
    held = home.held()["study"].get("data")
    columns = source.columns
    if home.results.is_dir():
        known = load_results(home.path).provenance["source"]["columns"]
        columns = {name: columns[name] for name in known if name in columns}
    try:
        chosen = chosen_layers(replace(source, columns=columns), plan)
    except RepscapeError as error:
        raise StudyMismatchError(f"{home.path} holds a study of other data: {error}") from error
    if _fingerprint(chosen) != held:
        raise StudyMismatchError(f"{home.path} holds a study of other data. Choose another folder.")


def adopt(home: StudyFolder, everything: Everything, journal: Journal) -> None:
    """Take what 0.1 finished into the journal; numbers stay as they are, and graphs where they are."""
    _adopt_graphs(home, everything, journal)
    if not home.results.is_dir():
        return
    held = {_spot(record): record for record in load_results(home.path)}
    for cell in everything.contents.cells:
        record = held.get((cell.variant, cell.profile, cell.place, cell.other, cell.column, cell.group))
        if record is None or cell.version != VERSION or journal.has(cell.key, whole=cell.whole):
            continue
        answer = Answer(cell.key, "done", record, whole=cell.profile not in MATRICES)
        kind: Any = "measure" if cell.other is None else "pairs"
        journal.commit(UnitResult(kind, cell.name, cell.variant, (answer,)))


def old_graphs(home: StudyFolder) -> dict[str, GraphNames]:
    """Return unit -> what its graphs are called in a folder of 0.1."""
    found: dict[str, dict[str, str]] = {}
    for name in list_groups(home.graphs):
        unit, *_, kind = name.split("|")
        found.setdefault(unit, {})[kind] = name
    return {unit: GraphNames.of(kinds) for unit, kinds in found.items()}


def _spot(record: Record) -> tuple[Any, ...]:
    return (record.variant, record.profile, record.place, record.other, record.column, record.group)


def _adopt_graphs(home: StudyFolder, everything: Everything, journal: Journal) -> None:
    groups = set(list_groups(home.graphs))
    for wanted in everything.layers.values():
        if not wanted.graph or journal.has(wanted.graph):
            continue
        side = wanted.side
        name = side.name
        start = "|".join([name, *(["+".join(side.steps)] if side.steps else [])])
        kept = {kind: f"{start}|{kind}" for kind in ("full", "distinct") if f"{start}|{kind}" in groups}
        if not kept:
            continue
        graphs = kept_graphs(home.graphs, GraphNames.of(kept))
        graph = graphs.full if graphs.full is not None else graphs.distinct
        if graph is None:
            continue
        about = {
            "depths": [getattr(one, "k", 0) for one in (graphs.full, graphs.distinct)],
            "k": graph.k,
            "n": graph.rows,
            "distinct": graph.rows if graphs.distinct is None else graphs.distinct.n,
            "metric": graph.metric,
            "certificate": dict(graph.certificate),
            "names": kept,
        }
        journal.commit(UnitResult("graph", name, "graph", (Answer(wanted.graph, "done"),), graph=about))


def _fingerprint(source: Source) -> str:
    """Return the digest that 0.1 wrote: over the numbers of every layer, its name, and the columns."""
    whole = hashlib.sha256()
    for one in source.representations:
        digest = hashlib.sha256(_described(one.place).encode())
        for array in [one.points] if one.graph is None else [one.graph.indices, one.graph.distances]:
            if array is None:
                continue
            digest.update(f"{array.shape}{array.dtype}".encode())
            rows = max(1, (1 << 24) // max(1, int(np.prod(array.shape[1:]))))
            for start in range(0, array.shape[0], rows):
                digest.update(np.ascontiguousarray(array[start : start + rows]))
        whole.update(digest.hexdigest().encode())
    for name in sorted(source.columns):
        whole.update(f"\x1f{name}".encode())
        whole.update("\x1e".join(map(str, source.columns[name])).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _described(place: Place) -> str:
    """Return a representation as it was printed then, before layers had parts."""
    layer = place.layer
    info = f"LayerInfo(name={layer.name!r}, index={layer.index!r}, depth={layer.depth!r}, site={layer.site!r})"
    return f"Place(model={place.model!r}, layer={info}, step={place.step!r})"
