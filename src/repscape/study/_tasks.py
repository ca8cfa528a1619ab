"""What each measure asks of a representation: how deep a graph, which columns, and the points themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import DegenerateDataError, InputError, MemoryBudgetError, RepscapeError
from ..graph import NeighborGraph, distinct_graph, distinct_rows, knn_graph
from ..measures.uncertainty import LEAST_GROUPS
from ..plan import Item, Plan
from .reading import Representation, preprocessed


@dataclass(frozen=True, slots=True)
class Need:
    """How many neighbours of each point the plan reads."""

    full: int = 0
    """From graphs of all rows."""
    distinct: int = 0
    """From graphs in which identical rows are one point."""
    full_wanted: int = 0
    """From graphs of all rows, where there are so many: with what errors read."""
    distinct_wanted: int = 0
    """The same from graphs of distinct rows."""
    deepest: str = ""
    """The variant that reads most, for messages."""

    def together(self, other: Need) -> Need:
        """Return what serves both."""
        deeper = max((self, other), key=lambda need: max(need.full, need.distinct))
        return Need(
            max(self.full, other.full),
            max(self.distinct, other.distinct),
            max(self.full_wanted, other.full_wanted),
            max(self.distinct_wanted, other.distinct_wanted),
            deeper.deepest,
        )


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs of one representation; None where nobody reads them."""

    full: NeighborGraph | None
    """Of all rows."""
    distinct: NeighborGraph | None
    """Of the distinct rows; the same object where no row is repeated."""


def narrowed(plan: Plan, items: Sequence[Item]) -> Plan:
    """Return the plan with some of its items as they stand: its groups go on meaning what they meant beside the others."""
    compares = [any("groups" in item.measure.takes for item in some) for some in (plan.items, items)]
    entries = [(item.measure, item.options) for item in items]
    return replace(plan, measures=entries, groups=None if compares == [True, False] else plan.groups)


def not_grouped(plan: Plan, held: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which measures of a plan with groups count every example by itself or have no error, and why."""
    if plan.groups is None:
        return []
    few = [item.variant for item in plan.items if any(_groups_are_few(item, plan, one) for one in held)]
    alone = [item for item in plan.items if "groups" not in item.measure.takes and not item.options.get("groups")]
    never = [item.variant for item in alone if "groups" not in item.measure.column_options]
    could = [item.variant for item in alone if "groups" in item.measure.column_options]
    compare = [item.variant for item in plan.items if "groups" in item.measure.takes]
    said = []
    if few:
        said.append(
            f"groups={plan.groups!r} names fewer than {LEAST_GROUPS} groups, over which no error can be had: {', '.join(few)} "
            "comes without one."
        )
    if could and compare:
        said.append(
            f"groups={plan.groups!r} is what {', '.join(compare)} compares: {', '.join(could)} counts every example by itself; "
            f"give it the option groups={plan.groups} where they belong together."
        )
    if never:
        said.append(f"groups={plan.groups!r} is not used by {', '.join(never)}, which counts every example by itself.")
    return said


def _groups_are_few(item: Item, plan: Plan, columns: Mapping[str, Any]) -> bool:
    """Whether the plan's groups would leave a measure without any result, which has nothing but its error to count them in."""
    options = item.measure.options()
    if plan.groups is None or item.options.get("groups") != plan.groups or "permutations" in options:
        return False
    return "error" in options and len(set(np.asarray(columns[plan.groups]).tolist())) < LEAST_GROUPS


def merging(item: Item) -> bool:
    """Whether this call counts identical rows as one point."""
    return item.measure.merges and {**item.measure.options(), **item.options}.get("duplicates", "merge") == "merge"


def needed(plan: Plan, columns: Mapping[str, Any]) -> Need:
    """Return the depths that the plan asks of its graphs."""
    whole = Need()
    for item in plan.items:
        if "graph" not in item.measure.takes:
            continue
        depth = depth_of(item, plan, columns)
        wanted = max((item.measure.enough(options, held) for _, options, held in calls(item, plan, columns)), default=0)
        one = (
            Need(distinct=depth, distinct_wanted=wanted, deepest=item.variant)
            if merging(item)
            else Need(full=depth, full_wanted=wanted, deepest=item.variant)
        )
        whole = whole.together(one)
    return whole


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
    given = {**item.measure.options(), **options}
    if _groups_are_few(item, plan, columns):  # no error can be had over so few; the value can
        options = {name: value for name, value in options.items() if name != "groups"} | {"error": None}
    options |= {name: value for name, value in item.measure.usual.items() if given.get(name) is None}
    held = {"groups": columns[plan.groups]} if plan.groups is not None and "groups" in item.measure.takes else {}
    if "labels" in item.measure.takes:
        yield from ((name, options, {**held, "labels": columns[name]}) for name in plan.label_columns)
    elif "values" in item.measure.takes:
        yield from ((name, options, {**held, "values": columns[name]}) for name in plan.values)
    else:
        yield None, options, held


def check_depth(representations: Sequence[Representation], need: Need, *, n: int) -> None:
    """Refuse a plan that reads more neighbours than there are in any layer, before anything is computed."""
    refused: list[RepscapeError] = []
    for one in representations:
        try:
            _check_depth(one, need, n=n)
        except RepscapeError as error:
            refused.append(error)
    if refused and len(refused) == len(representations):
        raise refused[0]


def _check_depth(representation: Representation, need: Need, *, n: int) -> None:
    deepest = max(need.full, need.distinct)
    if representation.graph is not None:
        kinds = [(need.distinct, ("distances",)), (need.full, ("indices",))]
        for depth, what in kinds:
            if depth:
                name = representation.place.layer.key
                representation.graph.require(f"{need.deepest} on layer {name}", k=depth, what=what)
    elif deepest > n - 1:
        raise InputError(f"{need.deepest} needs {deepest} neighbours of each point; {n} examples have {max(n - 1, 0)}.")


def build_graphs(points: Any, need: Need, *, build: Callable[..., NeighborGraph] | None = None, **how: Any) -> Graphs:
    """Build the graphs of one set of points, each by `build` or :func:`repscape.knn_graph`; `how` as that takes it."""
    build = build or knn_graph
    if not need.full and not need.distinct:
        return Graphs(None, None)
    full = None
    if need.full:
        wanted = min(max(need.full_wanted, need.distinct_wanted), points.shape[0] - 1)
        full = build(points, wanted, **how)
        copied = full.distances is not None and bool((full.distances[:, 0] <= full.copy_bound).any())
        if not need.distinct or not copied:
            return Graphs(full, full)
    rows, _ = distinct_rows(points)
    deep = min(need.distinct_wanted, rows.size - 1)
    try:
        return Graphs(full, distinct_graph(points, deep, rounding=True, build=build, **how) if rows.size >= 3 else None)
    except DegenerateDataError:  # fewer than three points differ by more than rounding
        return Graphs(full, None)


def no_answer(plan: Plan) -> type[InputError]:
    """Return what says that a measure has no value for these examples.

    Among the parts that a column cuts out some are small or of one class, which measures refuse: the others go on.
    """
    return DegenerateDataError if plan.by is None else InputError


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
