"""What a study will take, said before it: no neighbour is sought, no measure called, nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..._types import LayerInfo
from ...errors import InputError
from ...examples import written_size
from ...figures import sketches
from ...graph import NeighborGraph
from ...machine import thread_count
from ...measures import Curve, Estimate
from ...plan import Item, Plan
from ...results import MeasureInfo, Place, Profile, Record, Results
from .._defaults import fitted
from .._pairs import pairs
from .._units import place_name
from ._chosen import chosen_layers
from ._collected import Representation
from ._costs import Stage, Work, stages_of
from ._models import Forecast
from ._parts import Part, parts
from ._source import Source, with_builtin

SHOWN = 8  # names that a line spells out


@dataclass(frozen=True, slots=True, eq=False)
class Widths:
    """Rows that are not there yet: what a layer of a model will be."""

    shape: tuple[int, int]
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))


@dataclass(frozen=True, slots=True)
class StudyForecast:
    """What every stage of a study will take; a dry run prints it."""

    n: int
    """Examples."""
    layers: Mapping[str, int | None]
    """Layer -> width; None of a published graph."""
    columns: tuple[str, ...]
    """Labels and values that the plan reads."""
    graphs: int
    """Neighbour graphs that are built."""
    neighbors: int
    """Neighbours of each point in them."""
    measures: Mapping[str, int]
    """Measure with its options -> how often it is called."""
    figures: tuple[str, ...]
    """Names of the figures."""
    memory: int
    """Bytes of the whole process, at its peak."""
    disk: int
    """Bytes of the whole folder: states, graphs, results, figures and the page."""
    seconds: float
    """From the command to its end, with all threads."""
    processor_seconds: float
    """The same, counted over all threads."""
    stages: Mapping[str, Stage] = field(default_factory=dict)
    """Stage -> what it takes of all that."""
    notes: tuple[str, ...] = ()
    """What the study would say of its source."""
    extraction: Mapping[str, Forecast] = field(default_factory=dict)
    """Model -> what reading its states takes, where there is a model."""

    def said(self) -> dict[str, str]:
        """Return the forecast stage by stage, in words."""
        widths = sorted({width for width in self.layers.values() if width is not None})
        wide = f" of width {_from_to(widths)}" if widths else ""
        times = f"{self.seconds:.2g} s" if self.seconds < 90 else f"{self.seconds / 60:.0f} min"
        said = {
            "source": f"{self.n:,} examples, {len(self.layers)} layers{wide}: {_listed(list(self.layers))}",
            "columns": _listed(list(self.columns)),
            "graphs": f"{self.graphs} of {self.neighbors} neighbours each{self._stage('graphs')}",
            "measures": ", ".join(f"{name} {count} x" for name, count in self.measures.items())
            + self._stage("measures"),
            "figures": f"{len(self.figures)}, and a report: {_listed(list(self.figures))}{self._stage('figures')}",
            "in all": f"about {times}, {written_size(self.memory)} of memory at the peak, {written_size(self.disk)} on disk",
            "notes": "; ".join(self.notes),
        }
        return {name: words for name, words in said.items() if words}

    def _stage(self, name: str) -> str:
        """Say what a stage takes."""
        stage = self.stages[name]
        disk = f", {written_size(stage.disk)} on disk" if stage.disk else ""
        return f"; about {stage.seconds:.2g} s{disk}"


def study_forecast(
    source: Source, plan: Plan | None, extraction: Mapping[str, Forecast] | None = None
) -> StudyForecast:
    """Say what a plan over a source will take; what the study would refuse is refused here too.

    Raises
    ------
    InputError, UnknownNameError
        If the plan names a layer or column that is not there, or needs more neighbours than there are.
    """
    plan = fitted(plan, source)
    source = chosen_layers(with_builtin(source, plan.columns), plan)
    cut, notes = parts(plan, source)
    every = source.representations
    compared = pairs([one.place for one in every], plan.profiles)
    depth = max((_neighbors(part, item, source) for part in cut for item in part.plan.items), default=0)
    built = sum(one.graph is None for one in every) * len(cut) if depth else 0
    records = list(_records(cut, [one.place for one in every], compared))
    figures = tuple(sketch.name for sketch in sketches(Results(tuple(records))))
    counts = _calls(cut, plan, len(every), len({(pair.first, pair.second) for pair in compared}))
    work = Work(
        parts=[part.n for part in cut],
        n=source.n,
        points=[_points(one) for one in every if one.points is not None],
        graphs=built,
        neighbors=depth,
        calls={(item.measure.name, item.variant): counts[item.variant] for item in plan.items},
        records=len(records),
        figures=len(figures),
    )
    stages = stages_of(work, list((extraction or {}).values()), threads=thread_count(None, "run"))
    return StudyForecast(
        n=source.n,
        layers={place_name(one.place): None if one.points is None else int(one.points.shape[1]) for one in every},
        columns=plan.columns,
        graphs=built,
        neighbors=depth,
        measures=counts,
        figures=figures,
        memory=max(stage.memory for stage in stages.values()),
        disk=sum(stage.disk for stage in stages.values()),
        seconds=sum(stage.seconds for stage in stages.values()),
        processor_seconds=sum(stage.processor_seconds for stage in stages.values()),
        stages=stages,
        notes=(*source.notes, *notes),
        extraction=extraction or {},
    )


def _points(one: Representation) -> tuple[int, int]:
    """Return the width of a layer, and the bytes of a number as it came."""
    return int(one.points.shape[1]), int(one.points.dtype.itemsize)


def expected_source(
    extraction: Mapping[str, Forecast],
    columns: Mapping[str, Any],
    *,
    made: Iterable[str],
    steps: Sequence[float] = (),
) -> Source:
    """Return the source that an extraction will make: layers without numbers, and columns; `made` come from the examples."""
    representations: list[Representation] = []
    rows = 0
    for model, forecast in extraction.items():
        rows = forecast.rows
        keys = [key.partition(":") for key in forecast.layers]
        places = Counter[str]()
        last = {site: count - 1 for site, count in Counter(site for _, _, site in keys).items()}
        for (name, _, site), width in zip(keys, forecast.layers.values(), strict=True):
            layer = LayerInfo(name, places[site], places[site] / max(1, last[site]), site=site or "residual")
            places[site] += 1
            for step in steps or (None,):
                representations.append(Representation(Place(model, layer, step), Widths((rows, width))))
    held = {name: np.resize(values, rows) for name, values in columns.items()}  # of tokens, each example has several
    return Source(tuple(representations), {**{name: np.arange(rows) for name in made}, **held})


def _neighbors(part: Part, item: Item, source: Source) -> int:
    """Return how many neighbours a measure reads, its errors included; refuse more than there are."""
    held = [{kind: part.columns[name]} for kind, names in _columns(item, part.plan).items() for name in names] or [{}]
    options = {
        name: part.columns[value] if name in item.measure.column_options and isinstance(value, str) else value
        for name, value in item.options.items()
    }
    least = max(item.measure.depth(options, columns) for columns in held)
    if least > part.n - 1:
        raise InputError(f"{item.variant} needs {least} neighbours of each point; {part.n} examples have {part.n - 1}.")
    for one in source.representations:
        if isinstance(one.graph, NeighborGraph) and least > one.graph.k:
            raise InputError(
                f"{item.variant} on layer {place_name(one.place)} needs {least} neighbours of each point; "
                f"the graph has {one.graph.k}."
            )
    return min(part.n - 1, max(item.measure.enough(options, columns) for columns in held))


def _columns(item: Item, plan: Plan) -> dict[str, Sequence[str]]:
    """Return the columns that a measure is called with one by one, by what it takes them for."""
    if "labels" in item.measure.takes:
        return {"labels": plan.label_columns}
    return {"values": list(plan.values)} if "values" in item.measure.takes else {}


def _calls(cut: Sequence[Part], plan: Plan, layers: int, compared: int) -> dict[str, int]:
    counts = dict.fromkeys((item.variant for item in plan.items), 0)
    for part in cut:
        for item in part.plan.items:
            each = sum(map(len, _columns(item, plan).values())) or 1
            counts[item.variant] += each * (layers if item.measure.arity == 1 else compared)
    return counts


def _records(cut: Sequence[Part], places: Sequence[Place], compared: Sequence[Any]) -> Iterator[Record]:
    """Yield a record without a number for each that the study will have: which figures there are follows from their kind."""
    for part in cut:
        for item in part.plan.items:
            info = MeasureInfo.of(item.measure.under(item.options))
            curve = Curve(np.arange(1.0, 3.0), np.zeros(2), "", n=part.n)
            result: Curve | Estimate = curve if info.plot == "curve" else Estimate(0.0, n=part.n)
            names: Sequence[str | None] = [name for names in _columns(item, part.plan).values() for name in names] or [
                None
            ]
            ends: list[tuple[Profile, Place, Place | None]] = [("depth", place, None) for place in places]
            if item.measure.arity == 2:
                ends = [(pair.profile, places[pair.first], places[pair.second]) for pair in compared]
            for column in names:
                for profile, place, other in ends:
                    yield Record(info, item.variant, profile, place, result, other, column=column, group=part.group)


def _from_to(widths: Sequence[int]) -> str:
    return f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
