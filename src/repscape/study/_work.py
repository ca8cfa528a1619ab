"""The state of one run: graphs once, then every measure that reads them; what is finished stays usable."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._types import Progress
from ..errors import InputError, RepscapeError
from ..graph import NeighborGraph
from ..machine import in_threads
from ..measures import MEASURES, Curve, Estimate
from ..plan import Item, Plan
from ..results import MATRICES, MeasureInfo, Record, Results
from ._folder import StudyFolder
from ._pairs import Pair, pairs
from ._provenance import provenance
from ._resources import Budget
from ._sides import Sides
from ._tasks import Graphs, Need, build_graphs, calls, check_depth, loaded, measure_one, named, no_answer
from ._units import place_name, told_apart, unit
from .reading import Part, Representation, Source, parts

PAIRS_AT_A_TIME = 16
INDEX_BYTES = 4


@dataclass(slots=True)
class StudyRun:
    """One run of a plan over a source."""

    plan: Plan
    source: Source
    folder: StudyFolder | None
    budget: Budget
    report: Progress
    records: dict[str, list[Record]] = field(default_factory=dict)
    """Finished units of work and what they gave."""
    silent: dict[str, dict[str, str]] = field(default_factory=dict)
    """Units of work in which some measure had no value: by its variant, why."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """What a reader should know of a unit of work, in words."""
    unfinished: set[str] = field(default_factory=set)
    """Units of work that were begun and have not ended."""
    graphs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is known of each graph."""
    ticks: int = 0
    total: int = 0

    def work(self) -> None:
        """Measure every representation, then every pair."""
        cut, self.notes[""] = parts(self.plan, self.source)
        every = self.source.representations
        for part, one in itertools.product(cut, every):
            check_depth(one, part.need, unit(one.place, part.group), n=part.n)
        compared = pairs([one.place for one in every], self.plan.profiles)
        double = {part.group: _double(part) if compared else [] for part in cut}
        self.total = sum(len(every) + len(items) for items in double.values())
        names = [unit(one.place, part.group) for part in cut for one in every]
        told_apart([*names, *(unit(item.variant, group) for group, items in double.items() for item in items)])
        for part in cut:
            kept: dict[int, NeighborGraph] = {}
            workers = self.budget.workers(every, part.n)
            tasks = [self._layer_task(part, position, kept, workers) for position in range(len(every))]
            in_threads(tasks, workers)
            for item in double[part.group]:
                self._compare(part, item, compared, kept)

    def results(self, warned: Sequence[str] = ()) -> Results:
        """Put what is finished in the order of the plan."""
        before = Results(()) if self.folder is None else self.folder.before
        known = {**before.provenance.get("graphs", {}), **self.graphs}  # in the order of the layers, not of the threads
        order = {item.variant: place for place, item in enumerate(self.plan.items)}
        records = sorted(itertools.chain(*self.records.values()), key=lambda record: order[record.variant])
        noted = itertools.chain(
            *(self.notes.get(name, []) for name in ("", *self.records))
        )  # in the order of the layers
        said = list(noted)
        warned = [warning for warning in warned if not any(warning.partition(": ")[2] in note for note in said)]
        return Results(
            records=tuple(records),
            provenance=provenance(
                self.plan,
                self.source,
                graphs={name: known[name] for name in self.records if name in known},
                finished=[name for name in self.records if name not in self.unfinished],
            ),
            warnings=tuple(dict.fromkeys([*self.source.notes, *before.warnings, *said, *warned])),
        )

    # ---- one representation

    def _layer_task(
        self, part: Part, position: int, kept: dict[int, NeighborGraph], workers: int
    ) -> Callable[[], None]:
        one = self.source.representations[position]
        name = unit(one.place, part.group)
        earlier = self._earlier(name)
        # Now, so that the order is that of the representations, whichever thread is first.
        self.records[name] = earlier or []
        self.unfinished.add(name)

        def task() -> None:
            try:
                if earlier is None or self._compares(part):
                    graphs, points = self._graphs(part, one, name, workers=workers, measured=earlier is not None)
                    if part.need.pair and graphs.full is not None:
                        room = self.budget.memory // (2 * len(self.source.representations))
                        kept[position] = slim(graphs.full, part.need, self.plan, room=room)
                    if earlier is None:
                        self._measure(part, one, name, points=points, graphs=graphs)
            except RepscapeError as error:
                raise named(error, name) from error
            self.unfinished.discard(name)
            self._tick(name)

        return task

    def _earlier(self, name: str) -> list[Record] | None:
        return None if self.folder is None else self.folder.done.get(name)

    def _compares(self, part: Part) -> bool:
        """Whether comparisons are still to do."""
        return any(self._earlier(unit(item.variant, part.group)) is None for item in _double(part))

    def _graphs(
        self, part: Part, one: Representation, name: str, *, workers: int, measured: bool
    ) -> tuple[Graphs, Any]:
        """Return the graphs of one part of a representation, and its points where somebody will read them."""
        if one.graph is not None:
            if part.rows is not None:
                raise InputError("by of Plan cuts the examples into parts, which a published graph cannot follow.")
            graphs: Graphs | None = Graphs(one.graph, one.graph)
        else:
            graphs = None if self.folder is None else self.folder.graphs(name, part.need)
        steps = self.plan.preprocess
        read = steps or any("points" in item.measure.takes for item in part.plan.items if item.measure.arity == 1)
        wanted = graphs is None or (read and not measured)
        points, said = self._loaded(one, part) if wanted else (None, [])
        self.notes[name] = [f"layer {name}: {note}." for note in said]
        if graphs is None:
            graphs = build_graphs(points, part.need, threads=self.budget.each(workers))
            if self.folder is not None:
                self.folder.keep(name, graphs)
        graph = graphs.full if graphs.full is not None else graphs.distinct
        if graph is not None:
            self.graphs[name] = {
                "k": graph.k,
                "n": graph.rows,
                "distinct": part.n if graphs.distinct is None else graphs.distinct.n,
                "metric": graph.metric,
                "certificate": dict(graph.certificate),
            }
        return graphs, points

    def _measure(self, part: Part, one: Representation, name: str, *, points: Any, graphs: Graphs) -> None:
        outcomes, self.silent[name] = measure_one(one, points, graphs, plan=part.plan, columns=part.columns)
        self.notes[name] += [f"layer {name}: {_no_value(*why)}" for why in self.silent[name].items()]
        self.notes[name] += [f"layer {name}: {said}." for outcome in outcomes if (said := outcome.alarm)]
        self.records[name] = [
            Record(
                info=MeasureInfo.of(outcome.item.measure.under(outcome.item.options)),
                variant=outcome.item.variant,
                profile="depth",
                place=one.place,
                result=self._marked(outcome.result),
                column=outcome.column,
                group=part.group,
            )
            for outcome in outcomes
        ]

    # ---- two representations

    def _compare(self, part: Part, item: Item, compared: Sequence[Pair], kept: Mapping[int, NeighborGraph]) -> None:
        """Compute each comparison of one measure once, and record it under every profile that it is part of."""
        name = unit(item.variant, part.group)
        earlier = self._earlier(name)
        if earlier is None:
            symmetric = item.measure.symmetric
            wanted = list(dict.fromkeys(_key(pair, symmetric) for pair in compared))
            found: dict[tuple[int, int], dict[str | None, Estimate | Curve]] = {}
            silent: dict[tuple[int, int], str] = {}
            sides = self._sides(part, item)

            def task(some: Sequence[tuple[int, int]]) -> Callable[[], None]:
                def compare() -> None:
                    for key in some:
                        try:
                            found[key] = self._call(part, item, key, {"graph": kept, "points": sides})
                        except no_answer(self.plan) as error:
                            found[key], silent[key] = {}, str(error)

                return compare

            for tile in sides.tiles(wanted):
                batches = [tile[i : i + PAIRS_AT_A_TIME] for i in range(0, len(tile), PAIRS_AT_A_TIME)]
                in_threads([task(batch) for batch in batches], self.budget.threads)
            reasons = list(dict.fromkeys(silent[key] for key in wanted if key in silent))
            self.silent[name] = dict.fromkeys([item.variant] if reasons else [], "; ".join(reasons))
            self.notes[name] = [_no_value(item.variant, why) for why in reasons]
            earlier = list(self._pair_records(part, item, compared, found))
        self.records[name] = earlier
        self._tick(item.variant)

    def _call(
        self, part: Part, item: Item, key: tuple[int, int], sides: Mapping[str, Any]
    ) -> dict[str | None, Estimate | Curve]:
        results: dict[str | None, Estimate | Curve] = {}
        for column, options, held in calls(item, part.plan, part.columns):
            ends = iter(key)
            data = [held[kind] if kind in held else sides[kind][next(ends)] for kind in item.measure.takes]
            results[column] = item.measure(*data, **options)
        return results

    def _sides(self, part: Part, item: Item) -> Sides:
        """Return what holds the points for the comparisons of one measure; nothing where it reads graphs."""
        options = next(calls(item, part.plan, part.columns))[1]

        def load(position: int) -> tuple[str, Any]:
            one = self.source.representations[position]
            name = place_name(one.place)
            if one.points is None:
                raise InputError(f"layer {name} is a published graph; {item.measure.name} needs the points.")
            return name, self._loaded(one, part)[0]

        return Sides(
            item.measure,
            options,
            load,
            memory=self.budget.memory,
            threads=self.budget.threads,
            held=no_answer(self.plan),
        )

    def _loaded(self, one: Representation, part: Part) -> tuple[Any, list[str]]:
        return loaded(one, part.rows, memory=self.budget.memory, steps=self.plan.preprocess)

    def _marked(self, result: Estimate | Curve) -> Estimate | Curve:
        """Say with the conventions of a result what was done to the points before."""
        steps = list(self.plan.preprocess)
        return replace(result, options={**result.options, "preprocess": steps}) if steps else result

    def _pair_records(
        self,
        part: Part,
        item: Item,
        compared: Sequence[Pair],
        found: Mapping[tuple[int, int], Mapping[str | None, Any]],
    ) -> Iterator[Record]:
        info = MeasureInfo.of(item.measure.under(item.options))
        places = [one.place for one in self.source.representations]
        for pair in compared:
            for column, result in found[_key(pair, item.measure.symmetric)].items():
                # A matrix has n values for each of its thousands of cells; the profiles keep theirs.
                matrix = pair.profile in MATRICES and isinstance(result, Estimate)
                yield Record(
                    info=info,
                    variant=item.variant,
                    profile=pair.profile,
                    place=places[pair.first],
                    other=places[pair.second],
                    result=self._marked(replace(result, per_point=None) if matrix else result),
                    column=column,
                    group=part.group,
                )

    def _tick(self, what: str) -> None:
        self.ticks += 1
        self.report(self.ticks, self.total, what)


def slim(graph: NeighborGraph, need: Need, plan: Plan, *, room: int) -> NeighborGraph:
    """Return what comparisons read of a graph; our own read indices only, and the rest need not stay in memory.

    Errors are better with more neighbours than the values need; these stay as far as `room` bytes hold them.
    """
    depth = max(need.pair, min(need.pair_wanted, room // (graph.n * INDEX_BYTES), graph.k))
    own = [item for item in plan.items if item.measure is not MEASURES.get(item.measure.name)]
    return (graph if any(item.measure.arity == 2 for item in own) else replace(graph, distances=None)).truncate(depth)


def _double(part: Part) -> list[Item]:
    return [item for item in part.plan.items if item.measure.arity == 2]


def _no_value(variant: str, why: str) -> str:
    return f"{variant} has no value: {why}"


def _key(pair: Pair, symmetric: bool) -> tuple[int, int]:
    ends = (pair.first, pair.second)
    return (min(ends), max(ends)) if symmetric else ends
