"""Units of work, as they travel: what each is given, and what it gives back.

A unit is a graph of one representation, a measure of one representation, or a measure over a block of pairs. Units that read
the same points travel together as a task, so that the points are read once. Nothing here knows the study: a task carries
sources by path or array, and everything that its units ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import DegenerateDataError, InputError
from ..measures import MEASURES, measure
from ..plan import Item
from ..results import Record
from ._graphs import GraphNames, NoGraph
from ._tasks import Graphs, Need, loaded
from .reading import Representation

Status = Literal["done", "silent", "failed"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a unit may use; nothing of it changes what comes out."""

    threads: int
    """For the graph of one representation, which is the same however many there are."""
    memory: int
    """Bytes that points may take."""
    graphs: Path | None = None
    """Where graphs are kept; None: in memory."""
    sync: bool = True
    """Whether to wait until the disk has them."""
    device: str = "auto"
    """Where graphs are built."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of a measure, or the same call for many pairs."""

    item: Item
    """The measure with its options as planned."""
    column: str | None
    """Labels or values that enter."""
    options: Mapping[str, Any]
    """The options as the function takes them: columns in place of their names."""
    held: Mapping[str, Any]
    """Labels, values and groups."""
    no_answer: type[InputError] = DegenerateDataError
    """What says that the data have no answer to the question, which is an answer."""

    def __reduce__(self) -> Any:
        """Travel with the name of the measure, where it is one of the table; somebody's own travels as it is."""
        row = self.item.measure
        entry = row.name if row is MEASURES.get(row.name) else row
        return _arrived, (entry, self.item.options, self.column, self.options, self.held, self.no_answer)

    @property
    def name(self) -> str:
        """What is measured, as people write it."""
        return self.item.variant if self.column is None else f"{self.item.variant}[{self.column}]"


def _arrived(entry: Any, given: Mapping[str, Any], *rest: Any) -> Call:
    return Call(Item(measure(entry), given), *rest)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What came out of one call: a record, or in words why there is none."""

    key: str
    """Name of the question and the data."""
    status: Status
    record: Record | None = None
    why: str = ""
    """Why there is no value, or what went wrong."""
    whole: bool = True
    """Whether values of single points are kept; matrices keep none."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one graph, which a worker builds for it."""

    graph: str
    """Key of the graph."""
    number: int
    """Which of the graphs that the task builds, one after the other."""
    n: int
    k: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class UnitResult:
    """What one unit gave: committed to the journal whole or not at all; what has no answers is only told of."""

    kind: Literal["graph", "measure", "pairs"]
    name: str
    """Where: the layer, or what was compared."""
    what: str
    """What was measured."""
    answers: tuple[Answer, ...]
    notes: tuple[str, ...] = ()
    """What a reader should know of it."""
    warnings: tuple[str, ...] = ()
    """What was warned of meanwhile."""
    graph: Mapping[str, Any] | None = None
    """Of a graph: the names it is kept under, and what is known of it."""
    held: Graphs | None = None
    """The graph itself, where there is no folder to keep it."""
    cause: BaseException | None = None
    """The first error, as it was raised."""
    misses: tuple[Block, ...] = ()
    """Of a graph that is built by blocks: those that are not there yet."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What it answers."""
        return tuple(answer.key for answer in self.answers)

    @property
    def records(self) -> tuple[Record, ...]:
        """The values."""
        return tuple(answer.record for answer in self.answers if answer.record is not None)

    @property
    def status(self) -> Status:
        """ "failed" if anything of it did."""
        found = {answer.status for answer in self.answers}
        return "failed" if "failed" in found else "done" if "done" in found else "silent"

    @property
    def error(self) -> str:
        """What went wrong, "" where nothing."""
        return "; ".join(dict.fromkeys(answer.why for answer in self.answers if answer.status == "failed"))


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One representation as units read it: its points, by array or by path, and its graphs."""

    one: Representation
    name: str
    """For messages: model, layer, checkpoint, group."""
    rows: npt.NDArray[np.int64] | None = None
    """The examples that take part; None for all."""
    steps: tuple[str, ...] = ()
    """What is done to the points first."""
    graphs: Graphs | GraphNames | NoGraph | None = None
    """Ready graphs, or the names they are kept under, or why there are none."""
    neighbors: str = "exact"
    """How its graphs are built."""

    def points(self, memory: int) -> tuple[Any, list[str]]:
        """Return the points, and what a reader should know of them."""
        return loaded(self.one, self.rows, memory=memory, steps=self.steps)


@dataclass(frozen=True, slots=True, eq=False)
class LayerTask:
    """Everything that is missing of one representation."""

    side: Side
    limits: Limits
    graph: str = ""
    """Key of the graph that is to be built; "" where it is there, or nobody reads it."""
    need: Need = field(default_factory=Need)
    """How deep."""
    calls: tuple[tuple[str, Call], ...] = ()
    """(key, call) of every measure."""
    cut: bool = False
    """Whether the graph is built by blocks of rows; then there are no calls."""
    block: Block | None = None
    """The block that is asked for, in place of the graph."""

    def __len__(self) -> int:
        return bool(self.graph) + len(self.calls)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One pair, by positions in the sides of its task."""

    key: str
    first: int
    second: int
    whole: bool
    """Whether values of single points are wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class PairTask:
    """A block of pairs, compared by one measure."""

    call: Call
    sides: Mapping[int, Side]
    pairs: tuple[Comparison, ...]
    limits: Limits

    def __len__(self) -> int:
        return len(self.pairs)


Task = LayerTask | PairTask
