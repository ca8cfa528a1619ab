"""From plans and a source to everything that is asked: each value by its key, and what it takes to compute it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from ..plan import Item, Plan
from ..results import MATRICES
from ._contents import Cell, Contents
from ._keys import column_of, digest, question_of, rows_of
from ._pairs import Pair, pairs
from ._tasks import Graphs, Need, calls, check_depth, merging, no_answer, not_grouped
from ._unit import Call, Side
from ._units import told_apart, unit
from .reading import Part, Representation, Source, chosen_layers, parts


@dataclass(slots=True)
class Wanted:
    """One representation with everything that is asked of it; of those alike in contents the first."""

    side: Side
    graph: str
    """Key of its graph; "" where it came with one."""
    calls: dict[str, Call] = field(default_factory=dict)
    """By key: measures of this one alone."""
    needs: dict[str, Need] = field(default_factory=dict)
    """By key: neighbours that each call reads; those of pairs too."""


@dataclass(slots=True)
class WantedPairs:
    """One call of a measure of two representations, with every pair that it is asked for."""

    call: Call
    pairs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Key -> bases of the two sides."""
    whole: dict[str, bool] = field(default_factory=dict)
    """Whether values of single points are wanted."""


@dataclass(slots=True)
class Everything:
    """All that the plans ask of a source."""

    contents: Contents
    layers: dict[str, Wanted] = field(default_factory=dict)
    """By base: contents, rows, and what is done first."""
    blocks: dict[str, WantedPairs] = field(default_factory=dict)
    """By question and part."""

    def calls(self) -> Iterator[Call]:
        """Yield every call of a measure."""
        for wanted in self.layers.values():
            yield from wanted.calls.values()
        for block in self.blocks.values():
            yield block.call


def expanded(
    plans: Sequence[Plan], source: Source, places: Mapping[Any, str], *, about: Mapping[str, Any]
) -> Everything:
    """Return everything that is asked.

    Raises
    ------
    InputError, UnknownNameError
        If something cannot start: a column or layer that is not there, neighbours that no layer has, names that are alike.
    """
    read = {name: column_of(source.columns[name]) for plan in plans for name in plan.columns}
    found = Everything(Contents(source.n))
    cells: list[Cell] = []
    graphs: dict[str, str] = {}
    notes: list[str] = list(source.notes)
    chosen: set[Any] = set()
    for plan in plans:
        one = _OfPlan(plan, chosen_layers(source, plan), places, read, found)
        chosen |= {representation.place for representation in one.every}
        cells += one.cells()
        notes += one.notes
        graphs |= one.graphs
    unique = {cell.spot: cell for cell in cells}
    found.contents = Contents(
        source.n,
        {one.place: places[one.place] for one in source.representations if one.place in chosen},
        read,
        tuple(unique.values()),
        graphs,
        tuple(dict.fromkeys(notes)),
        about,
    )
    return found


class _OfPlan:
    """One plan over the representations that it asks for."""

    def __init__(
        self, plan: Plan, source: Source, places: Mapping[Any, str], read: Mapping[str, str], into: Everything
    ) -> None:
        self.plan, self.source, self._read, self._into = plan, source, read, into
        self.every = source.representations
        self._places = places
        self.parts, notes = parts(plan, source)
        self.notes = [*not_grouped(plan, [part.columns for part in self.parts]), *notes]
        for part in self.parts:
            check_depth(self.every, part.need, n=part.n)
        self._compared = pairs([one.place for one in self.every], plan.profiles)
        double = any(item.measure.arity == 2 for item in plan.items) and self._compared
        told_apart(
            [
                *(unit(one.place, part.group) for part in self.parts for one in self.every),
                *(
                    unit(i.variant, p.group)
                    for p in self.parts
                    for i in p.plan.items
                    if i.measure.arity == 2 and double
                ),
            ]
        )
        self.graphs: dict[str, str] = {}
        self._bases = {
            (part.group, position): self._base(part, one)
            for part in self.parts
            for position, one in enumerate(self.every)
        }

    def _base(self, part: Part, one: Representation) -> str:
        """Enter a representation, by its contents and what is done to them."""
        if one.graph is not None and part.rows is not None:
            raise InputError("by of Plan cuts the examples into parts, which a published graph cannot follow.")
        if one.graph is not None and self.plan.preprocess:
            raise InputError(
                f"preprocess of Plan needs the points; layer {one.place.layer.key!r} is a published graph."
            )
        method = [self.plan.neighbors] if self.plan.neighbors != "exact" else []
        base = digest(self._places[one.place], rows_of(part.rows), self.plan.preprocess, *method)
        name = unit(one.place, part.group)
        ready = None if one.graph is None else Graphs(one.graph, one.graph)
        key = "" if ready is not None else digest("graph", base)
        side = Side(one, name, part.rows, tuple(self.plan.preprocess), ready, self.plan.neighbors)
        self._into.layers.setdefault(base, Wanted(side, key))
        if key and (part.need.full or part.need.distinct):
            self.graphs[name] = key
        return base

    def cells(self) -> Iterator[Cell]:
        """Yield every value in order, and enter what it takes to compute it."""
        for item in self.plan.items:
            for part in self.parts:
                if any(own.variant == item.variant for own in part.plan.items):
                    yield from self._single(item, part) if item.measure.arity == 1 else self._double(item, part)

    def _calls(self, item: Item, part: Part) -> Iterator[tuple[str, Call, Need]]:
        for column, options, held in calls(item, part.plan, part.columns):
            call = Call(item, column, options, held, no_answer(self.plan))
            yield (
                question_of(item, column, read=self._read, groups=self.plan.groups),
                call,
                _need_of(item, options, held),
            )

    def _single(self, item: Item, part: Part) -> Iterator[Cell]:
        asked = list(self._calls(item, part))
        for position, one in enumerate(self.every):
            base = self._bases[part.group, position]
            wanted = self._into.layers[base]
            for question, call, need in asked:
                key = digest("measure", base, question)
                wanted.calls.setdefault(key, call)
                wanted.needs.setdefault(key, need)
                yield self._cell(key, item, part, call=call, profile="depth", place=one.place)

    def _double(self, item: Item, part: Part) -> Iterator[Cell]:
        asked = list(self._calls(item, part))
        comparable = [pair for pair in self._compared if not (item.measure.equal_width and self._of_two_widths(pair))]
        if left_out := len(self._compared) - len(comparable):
            self.notes.append(
                f"{item.variant} compares states of one width: {left_out} of {len(self._compared)} comparisons are of layers "
                "of two widths, and left out."
            )
        for pair in comparable:
            ends = self._ends(pair, item)
            bases = tuple(self._bases[part.group, position] for position in ends)
            for question, call, need in asked:
                key = digest("pair", *bases, question)
                block = self._into.blocks.setdefault(
                    digest(question, part.group, self.plan.preprocess), WantedPairs(call)
                )
                block.pairs.setdefault(key, (bases[0], bases[1]))
                whole = pair.profile not in MATRICES
                block.whole[key] = block.whole.get(key, False) or whole
                for base in bases:
                    self._into.layers[base].needs.setdefault(key, need)
                first, second = (self.every[position].place for position in (pair.first, pair.second))
                yield self._cell(
                    key, item, part, call=call, profile=pair.profile, place=first, other=second, whole=whole
                )

    def _of_two_widths(self, pair: Pair) -> bool:
        """Whether two layers cannot be compared coordinate by coordinate, which is no fault; of graphs nobody knows."""
        widths = {
            one.points.shape[1] for end in (pair.first, pair.second) if (one := self.every[end]).points is not None
        }
        return len(widths) > 1

    def _ends(self, pair: Pair, item: Item) -> tuple[int, int]:
        ends = (pair.first, pair.second)
        return (min(ends), max(ends)) if item.measure.symmetric else ends

    def _cell(self, key: str, item: Item, part: Part, *, call: Call, **where: Any) -> Cell:
        return Cell(
            key,
            item.variant,
            column=call.column,
            by=self.plan.by,
            group=part.group,
            steps=tuple(self.plan.preprocess),
            version=item.measure.version,
            **where,
        )


def _need_of(item: Item, options: Mapping[str, Any], held: Mapping[str, Any]) -> Need:
    """Return how deep one call reads."""
    if "graph" not in item.measure.takes:
        return Need()
    depth, wanted = item.measure.depth(options, held), item.measure.enough(options, held)
    if merging(item):
        return Need(distinct=depth, distinct_wanted=wanted, deepest=item.variant)
    return Need(full=depth, full_wanted=wanted, deepest=item.variant)
