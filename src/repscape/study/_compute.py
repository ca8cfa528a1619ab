"""Units of work, done: pure functions of a task, which can run anywhere and in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import DegenerateDataError, InputError, MemoryBudgetError, RepscapeError, StoreError
from ..graph import NeighborGraph
from ..machine import single_threaded_products
from ..measures import MEASURES, Curve, Estimate
from ..measures.points import Known
from ..results import MeasureInfo, Place, Profile, Record
from ._blocks import Unbuilt, built, rows_of
from ._desk import Blocked, Desk
from ._graphs import GraphNames, keep_graphs, kept_graph, with_recall
from ._joint import Drawn, joint_nulls
from ._sides import Sides
from ._tasks import Graphs, merging
from ._unit import Answer, Call, Comparison, LayerTask, PairTask, Side, Status, Task, UnitResult

AT_A_TIME = 64  # comparisons that are committed together
Outcome = tuple[Answer, BaseException | None]


def compute(task: Task) -> Iterator[UnitResult]:
    """Yield the result of each unit of a task; an error in one is its result, and the others go on.

    Raises
    ------
    StoreError
        If a graph cannot be written, as on a full disk: then nothing else can be kept either.
    """
    with single_threaded_products():  # sums that are shared out otherwise end in other bits
        yield from _layer(task) if isinstance(task, LayerTask) else _block(task)


# ---- one representation


def _layer(task: LayerTask) -> Iterator[UnitResult]:
    desk, side = Desk(task), task.side
    if task.graph:
        try:
            graphs = built(task, desk.points())
        except (Exception, SystemExit) as error:
            why = said(error)
            desk.graphs = type(error)(f"its graph failed: {why}") if isinstance(error, RepscapeError) else Blocked(why)
            yield UnitResult("graph", side.name, "graph", (Answer(task.graph, "failed", why=why),), cause=error)
        else:
            if isinstance(graphs, Unbuilt):
                what = "blocks of its graph" if task.block is None else rows_of(task.block)
                yield UnitResult("graph", side.name, what, (), misses=graphs.misses)
                return
            desk.graphs = graphs
            yield _graph_result(task, graphs, desk.notes())
    for key, call in task.calls:
        yield _measured(key, call, side, desk)


def _graph_result(task: LayerTask, graphs: Graphs, notes: tuple[str, ...]) -> UnitResult:
    """Keep the graphs under the name of their contents, and say what is known of them."""
    graph = graphs.full if graphs.full is not None else graphs.distinct
    about: dict[str, Any] = {"depths": [getattr(g, "k", 0) for g in (graphs.full, graphs.distinct)]}
    if graph is not None:
        about |= {
            "k": graph.k,
            "n": graph.rows,
            "distinct": graph.rows if graphs.distinct is None else graphs.distinct.n,
            "metric": graph.metric,
            "certificate": dict(graph.certificate),
        }
    kept = task.limits.graphs is not None
    if task.limits.graphs is not None:
        about["names"] = keep_graphs(task.limits.graphs, task.graph, graphs, sync=task.limits.sync)
    answer = Answer(task.graph, "done")
    if graph is not None and graph.searched is not None:
        notes = (
            *notes,
            f"{graph.searched} (of the {graph.k} nearest, as {graph.searched.rows:,} exactly searched rows say)",
        )
    return UnitResult(
        "graph", task.side.name, "graph", (answer,), notes=notes, graph=about, held=None if kept else graphs
    )


def _measured(key: str, call: Call, side: Side, desk: Desk) -> UnitResult:
    try:
        result = _called(call, side, desk)
    except call.no_answer as error:
        blocked = isinstance(desk.graphs, Exception) and error is desk.graphs
        status: Status = "failed" if blocked and not isinstance(error, DegenerateDataError) else "silent"
        return UnitResult("measure", side.name, call.name, (Answer(key, status, why=str(error)),), cause=error)
    except (Exception, SystemExit) as error:
        return UnitResult("measure", side.name, call.name, (Answer(key, "failed", why=said(error)),), cause=error)
    alarm = "" if call.item.measure.alarm is None else call.item.measure.alarm(result)
    record = _record(call, "depth", side, _marked(result, side.steps))
    notes = (*desk.notes(), *([alarm] if alarm else []))
    return UnitResult("measure", side.name, call.name, (Answer(key, "done", record),), notes=notes)


def _called(call: Call, side: Side, desk: Desk) -> Estimate | Curve:
    """Call a measure of one representation."""
    row = call.item.measure
    data = dict(call.held)
    if "points" in row.takes:
        points = data["points"] = desk.points()
        if points is None:
            raise InputError(
                f"{row.name} needs the points themselves; layer {side.one.place.layer.key!r} is a published graph. "
                "Leave the measure out, or give the activations."
            )
        if not isinstance(points, np.ndarray):
            raise MemoryBudgetError(
                f"{row.name} reads all points of a layer at once, and {points.shape[0]} x {points.shape[1]} of "
                f"{points.dtype} do not fit in memory. Leave it out: graphs, and measures of graphs, read them by blocks."
            )
        if row.knows and (known := desk.known(row.knows == "distinct")) is not None:
            data["points"] = Known(points, known)
    if "graph" in row.takes:
        graph = desk.graph(merging(call.item))
        if graph is None:
            raise DegenerateDataError("fewer than 3 distinct points")
        data["graph"] = as_deep(graph, call)
    result = row(*(data[kind] for kind in row.takes), **call.options)
    return with_recall(result, [data["graph"]]) if "graph" in row.takes else result


def as_deep(graph: NeighborGraph, call: Call) -> NeighborGraph:
    """Return the graph as deep as this call reads it: what else is asked of the study must not change its answer."""
    row = call.item.measure
    own = row is not MEASURES.get(row.name)
    read = row.depth if own else row.enough
    depth = read(call.options, call.held)
    return graph.truncate(max(1, min(graph.k, depth))) if depth else graph


def said(error: BaseException) -> str:
    """Return an error in words; what was not raised on purpose with its kind."""
    if isinstance(error, RepscapeError) or not str(error):
        return str(error) or type(error).__name__
    return f"{type(error).__name__}: {error}"


def _record(call: Call, profile: Profile, side: Side, result: Estimate | Curve, other: Place | None = None) -> Record:
    return Record(
        info=MeasureInfo.of(call.item.measure.under(call.item.options)),
        variant=call.item.variant,
        profile=profile,
        place=side.one.place,
        other=other,
        result=result,
        column=call.column,
    )


def _marked(result: Estimate | Curve, steps: Sequence[str]) -> Estimate | Curve:
    """Say with the conventions of a result what was done to the points before."""
    return replace(result, options={**result.options, "preprocess": list(steps)}) if steps else result


# ---- pairs


def _block(task: PairTask) -> Iterator[UnitResult]:
    """Compare pair by pair; what a run of pairs needs is prepared once, within the memory there is."""
    call, row = task.call, task.call.item.measure

    def load(position: int) -> tuple[str, Any]:
        side = task.sides[position]
        if side.one.points is None:
            raise InputError(f"layer {side.name} is a published graph; {row.name} needs the points.")
        return side.name, side.points(task.limits.memory)[0]

    sides = Sides(row, call.options, load, memory=task.limits.memory)
    read: dict[str, Any] = {"graph": _SideGraphs(task), "points": sides}
    wanted = {(pair.first, pair.second): pair for pair in task.pairs}
    for tile in sides.tiles(list(wanted)):
        drawn = joint_nulls(call, tile, read["points" if "points" in row.takes else "graph"])
        for start in range(0, len(tile), AT_A_TIME):
            some = [wanted[key] for key in tile[start : start + AT_A_TIME]]
            outcomes = [_compared(task, one, read, drawn.get((one.first, one.second))) for one in some]
            cause = next((cause for _, cause in outcomes if cause is not None), None)
            yield UnitResult(
                "pairs",
                f"{len(some)} pairs from {task.sides[some[0].first].name} to {task.sides[some[-1].second].name}",
                call.name,
                tuple(answer for answer, _ in outcomes),
                cause=cause,
            )


def _compared(task: PairTask, pair: Comparison, sides: Mapping[str, Any], drawn: Drawn | None) -> Outcome:
    call = task.call
    try:
        ends = iter((pair.first, pair.second))
        row = call.item.measure
        data = [call.held[kind] if kind in call.held else sides[kind][next(ends)] for kind in row.takes]
        result = row(*data, **call.options) if drawn is None else drawn.beside(call, data)
        result = with_recall(result, [one for one in data if isinstance(one, NeighborGraph)])
    except call.no_answer as error:
        return Answer(pair.key, "silent", why=str(error)), error
    except (Exception, SystemExit) as error:
        return Answer(pair.key, "failed", why=said(error)), error
    # A matrix has n values for each of its thousands of cells; the profiles keep theirs.
    slim = not pair.whole and isinstance(result, Estimate)
    if not pair.whole and isinstance(result, Estimate):
        result = replace(result, per_point=None)
    first = task.sides[pair.first]
    record = _record(call, "pairs", first, _marked(result, first.steps), task.sides[pair.second].one.place)
    return Answer(pair.key, "done", record, whole=not slim), None


class _SideGraphs:
    """The graphs of a block, each read once; comparisons of the table read indices alone."""

    def __init__(self, task: PairTask) -> None:
        self._task = task
        self._held: dict[int, NeighborGraph | Exception] = {}

    def __getitem__(self, position: int) -> NeighborGraph:
        if position not in self._held:
            try:
                self._held[position] = self._read(self._task.sides[position])
            except RepscapeError as error:
                self._held[position] = type(error)(f"layer {self._task.sides[position].name}: {error}")
        found = self._held[position]
        if isinstance(found, Exception):
            raise found
        return found

    def _read(self, side: Side) -> NeighborGraph:
        call = self._task.call
        own = call.item.measure is not MEASURES.get(call.item.measure.name)
        if isinstance(side.graphs, Graphs):
            graph = side.graphs.full
        elif not isinstance(side.graphs, GraphNames) or self._task.limits.graphs is None:
            graph = None
        else:
            graph = kept_graph(self._task.limits.graphs, side.graphs.full)
        if graph is None:
            raise StoreError("there is no graph of it; the reason stands with the layer")
        slim = graph if own else graph.without_distances()
        return as_deep(slim, call)
