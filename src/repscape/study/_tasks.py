"""One representation at a time: build the graph once, deep enough for everybody, and call each measure on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import DegenerateDataError, InputError, MemoryBudgetError, RepscapeError
from ..graph import NeighborGraph, distinct_graph, distinct_rows, knn_graph
from ..measures import MEASURES, Curve, Estimate
from ..plan import Item, Plan
from .reading import Representation, preprocessed


@dataclass(frozen=True, slots=True)
class Need:
    """How many neighbours of each point the plan reads."""

    full: int
    """From graphs of all rows."""
    distinct: int
    """From graphs in which identical rows are one point."""
    pair: int
    """From graphs of all rows, by measures that compare two."""
    pair_wanted: int
    """The same with what their errors read, where there are so many."""
    deepest: str
    """The variant that reads most, for messages."""
    full_wanted: int
    """From graphs of all rows, where there are so many: with what errors read."""
    distinct_wanted: int
    """The same from graphs of distinct rows."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs of one representation; None where nobody reads them."""

    full: NeighborGraph | None
    """Of all rows."""
    distinct: NeighborGraph | None
    """Of the distinct rows; the same object where no row is repeated."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call of a measure gave."""

    item: Item
    column: str | None
    result: Estimate | Curve

    @property
    def alarm(self) -> str:
        """What the reader must be warned of, if anything."""
        return "" if self.item.measure.alarm is None else self.item.measure.alarm(self.result)


def merging(item: Item) -> bool:
    """Whether this call counts identical rows as one point."""
    return item.measure.merges and {**item.measure.options(), **item.options}.get("duplicates", "merge") == "merge"


def needed(plan: Plan, columns: Mapping[str, Any]) -> Need:
    """Return the depths that the plan asks of its graphs."""
    depths = {"full": 0, "distinct": 0, "pair": 0, "pair_wanted": 0, "full_wanted": 0, "distinct_wanted": 0}
    deepest, most = "", 0
    for item in plan.items:
        if "graph" not in item.measure.takes:
            continue
        depth = depth_of(item, plan, columns)
        kind = "distinct" if merging(item) else "full"
        depths[kind] = max(depths[kind], depth)
        wanted = max((item.measure.enough(options, held) for _, options, held in calls(item, plan, columns)), default=0)
        depths[f"{kind}_wanted"] = max(depths[f"{kind}_wanted"], wanted)
        if item.measure.arity == 2:
            depths["pair"] = max(depths["pair"], depth)
            depths["pair_wanted"] = max(depths["pair_wanted"], wanted)
        if depth > most:
            deepest, most = item.variant, depth
    return Need(**depths, deepest=deepest)


def depth_of(item: Item, plan: Plan, columns: Mapping[str, Any]) -> int:
    """Return how many neighbours of each point a measure reads, in the call that reads most."""
    return max((item.measure.depth(options, held) for _, options, held in calls(item, plan, columns)), default=0)


def calls(
    item: Item, plan: Plan, columns: Mapping[str, Any]
) -> Iterator[tuple[str | None, dict[str, Any], dict[str, Any]]]:
    """Yield (column, options, data by kind) for each call of a measure: one for each label or value column it takes."""
    options = dict(item.options)
    for name in item.measure.column_options:
        if isinstance(options.get(name), str):
            options[name] = columns[options[name]]
    defaults = item.measure.options()
    if "graph" in item.measure.takes and "k" in defaults and {**defaults, **options}["k"] is None:
        options["k"] = item.measure.depth(options, {})  # not all that happens to be stored for others
    held = {"groups": columns[plan.groups]} if plan.groups is not None else {}
    if "labels" in item.measure.takes:
        yield from ((name, options, {**held, "labels": columns[name]}) for name in plan.label_columns)
    elif "values" in item.measure.takes:
        yield from ((name, options, {**held, "values": columns[name]}) for name in plan.values)
    else:
        yield None, options, held


def check_depth(representation: Representation, need: Need, name: str, *, n: int) -> None:
    """Refuse a plan that reads more neighbours than there are, before anything is computed."""
    deepest = max(need.full, need.distinct)
    if representation.graph is not None:
        held = representation.graph
        kinds = [(need.distinct, ("distances",)), (need.full, ("indices",))]
        for depth, what in kinds:
            if depth:
                held.require(f"{need.deepest} on layer {name}", k=depth, what=what)
    elif deepest > n - 1:
        raise InputError(f"{need.deepest} needs {deepest} neighbours of each point; {n} examples have {max(n - 1, 0)}.")


def build_graphs(points: Any, need: Need, *, threads: int) -> Graphs:
    """Build the graphs of one set of points."""
    if not need.full and not need.distinct:
        return Graphs(None, None)
    full = None
    if need.full:
        wanted = min(max(need.full_wanted, need.distinct_wanted), points.shape[0] - 1)
        full = knn_graph(points, wanted, threads=threads)
        copied = full.distances is not None and bool((full.distances[:, 0] <= full.copy_bound).any())
        if not need.distinct or not copied:
            return Graphs(full, full)
    rows, _ = distinct_rows(points)
    deep = min(need.distinct_wanted, rows.size - 1)
    try:
        return Graphs(full, distinct_graph(points, deep, rounding=True, threads=threads) if rows.size >= 3 else None)
    except DegenerateDataError:  # fewer than three points differ by more than rounding
        return Graphs(full, None)


def no_answer(plan: Plan) -> type[InputError]:
    """Return what says that a measure has no value for these examples.

    Among the parts that a column cuts out some are small or of one class, which measures refuse: the others go on.
    """
    return DegenerateDataError if plan.by is None else InputError


def measure_one(
    representation: Representation, points: Any, graphs: Graphs, *, plan: Plan, columns: Mapping[str, Any]
) -> tuple[list[Outcome], dict[str, str]]:
    """Call every measure of one representation; return what came out, and by variant why one has no value."""
    outcomes: list[Outcome] = []
    silent: dict[str, str] = {}
    for item in plan.items:
        if item.measure.arity != 1:
            continue
        if "points" in item.measure.takes and points is None:
            raise InputError(
                f"{item.measure.name} needs the points themselves; layer {representation.place.layer.key!r} is a published "
                "graph. Leave the measure out, or give the activations."
            )
        if "points" in item.measure.takes and not isinstance(points, np.ndarray):
            raise MemoryBudgetError(
                f"{item.measure.name} reads all points of a layer at once, and {points.shape[0]} x {points.shape[1]} of "
                f"{points.dtype} do not fit in memory. Leave it out: graphs, and measures of graphs, read them by blocks."
            )
        for column, options, held in calls(item, plan, columns):
            graph = graphs.distinct if merging(item) else graphs.full
            if (
                "graph" in item.measure.takes
                and graph is not None
                and item.measure is not MEASURES.get(item.measure.name)
            ):
                # What somebody's own measure sees must not depend on what else is in the plan.
                graph = graph.truncate(min(graph.k, item.measure.depth(options, held)))
            data = {**held, "points": points, "graph": graph}
            try:
                if "graph" in item.measure.takes and data["graph"] is None:
                    raise DegenerateDataError("fewer than 3 distinct points")
                result = item.measure(*(data[kind] for kind in item.measure.takes), **options)
                outcomes.append(Outcome(item, column, result))
            except no_answer(plan) as error:
                silent[item.variant] = str(error)
    return outcomes, silent


def named(error: RepscapeError, name: str) -> RepscapeError:
    """Return the same error with the layer's name before its message."""
    return type(error)(f"layer {name}: {error}")


def loaded(
    representation: Representation, rows: npt.NDArray[np.int64] | None, *, memory: int, steps: Sequence[str] = ()
) -> tuple[Any, list[str]]:
    """Return the preprocessed points in memory (None for a published graph), of `rows` where given, and notes on them.

    A stored layer of more than `memory` bytes stays where it is: graphs read it by blocks of rows.
    """
    points, name = representation.points, representation.place.layer.key
    if points is None:
        if steps:
            raise InputError(f"preprocess of Plan needs the points; layer {name!r} is a published graph.")
        return None, []
    size = math.prod(points.shape) * points.dtype.itemsize
    if not isinstance(points, np.ndarray) and size > memory:
        if steps:
            raise MemoryBudgetError(
                f"preprocess of Plan reads all points of a layer at once, and {points.shape[0]} x {points.shape[1]} of "
                f"{points.dtype} do not fit in memory."
            )
        return points if rows is None else points[rows], []
    checked = _check.points(points, f"layer {name!r}", "run")
    return preprocessed(checked if rows is None else checked[rows], steps, repr(name))
