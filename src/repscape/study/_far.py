"""Tasks that are computed elsewhere: how they travel, what comes back, and what is left of one whose worker was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InputError, UnitError
from ..machine import Shelf, packed, single_threaded_products
from ..measures import is_builtin
from ._compute import compute
from ._ears import heard
from ._graphs import GraphNames
from ._unit import Answer, Call, LayerTask, PairTask, Task, UnitResult

TRIES = 2  # workers that one unit may cost


def computed(task: Task) -> Iterator[UnitResult]:
    """Yield the result of each unit of a task, as it travels."""
    with heard() as ears, single_threaded_products():
        for result in ears.listening(compute(task)):
            yield replace(result, cause=portable(result.cause))


def portable(cause: BaseException | None) -> BaseException | None:
    """Return an error without what it holds of the process it was raised in; one that cannot travel, in words."""
    if cause is None:
        return None
    bare = cause.with_traceback(None)
    try:
        packed(bare, Shelf())
    except Exception:  # whatever an error of somebody else's may hold
        return UnitError(f"{type(cause).__name__}: {cause}")
    return bare


def check_travels(calls: Iterable[Call], where: str) -> None:
    """Refuse measures of one's own that another process could not import."""
    for call in calls:
        row = call.item.measure
        if is_builtin(row):
            continue
        try:
            packed(row, Shelf())
        except InputError as error:
            raise InputError(
                f"the measure {row.name!r} cannot be computed by scheduler={where!r}: {error}. Other processes find a measure "
                "by the name of its module: put its functions into a .py file, import them from there, and give the Measure no "
                "lambda; or leave scheduler out."
            ) from error


@dataclass(slots=True)
class FarTask:
    """A task in another process."""

    task: Task
    left: Task | None = None
    """What is still to be computed."""
    alone: bool = False
    """Whether its units are tried one by one, with nothing beside them: which of several cost a worker is not known else."""
    _lost: int = 0
    """Workers lost since the last result."""

    def __post_init__(self) -> None:
        self.left = self.task

    def call(self) -> tuple[Callable[[Any], Any], Any] | None:
        """Return what is left to do."""
        if self.left is None or not len(self.left):
            return None
        return computed, first_unit(self.left) if self.alone else self.left

    def take(self, result: UnitResult) -> UnitResult:
        """Note a result."""
        self._lost = 0
        if self.left is not None:
            self.left = without(self.left, result)
        return result

    def lost(self, why: str) -> Iterable[UnitResult]:
        """Give up the unit that cost one worker after the other; what comes after it is tried."""
        self._lost += 1
        if self._lost < TRIES or self.left is None:
            return
        said = f"{TRIES} workers were lost over it, the last {why}; memory may have run out"
        for result in given_up(self.left, said):
            yield self.take(result)

    def killed(self, why: str) -> Iterable[UnitResult]:
        """Hear that several workers were lost while it was there: from now on alone; give up what costs them even so."""
        if self.alone and self.left is not None:
            for result in given_up(self.left, f"the workers that tried it were lost: {why}; memory may have run out"):
                yield self.take(result)
        self.alone = True


def without(task: Task, result: UnitResult) -> Task:
    """Return a task without what is finished."""
    done = set(result.keys)
    if isinstance(task, LayerTask) and task.cut:  # a graph, or what it misses, or a block of it
        return replace(task, graph="")
    if isinstance(task, PairTask):
        return replace(task, pairs=tuple(pair for pair in task.pairs if pair.key not in done))
    left = replace(task, calls=tuple((key, call) for key, call in task.calls if key not in done))
    if task.graph not in done:
        return left
    if result.graph is None:  # it failed
        return replace(left, graph="")
    names = result.graph.get("names")
    graphs = result.held if names is None else GraphNames.of(names)
    return replace(left, graph="", side=replace(left.side, graphs=graphs))


def first_unit(task: Task) -> Task:
    """Return a task of one unit: the graph before what reads it."""
    if isinstance(task, PairTask):
        return replace(task, pairs=task.pairs[:1])
    return replace(task, calls=()) if task.graph else replace(task, calls=task.calls[:1])


def given_up(task: Task, why: str) -> Iterator[UnitResult]:
    """Yield the result of the first unit of a task, which failed; of a graph, with everything that reads it."""
    if isinstance(task, PairTask):
        pair = task.pairs[0]
        name = f"{task.sides[pair.first].name} and {task.sides[pair.second].name}"
        yield UnitResult("pairs", name, task.call.name, (Answer(pair.key, "failed", why=why),), cause=UnitError(why))
        return
    side = task.side
    if task.graph:
        yield UnitResult("graph", side.name, "graph", (Answer(task.graph, "failed", why=why),), cause=UnitError(why))
    blocked = f"its graph failed: {why}" if task.graph else why
    reads = [one for one in task.calls if not task.graph or "graph" in one[1].item.measure.takes]
    for key, call in reads if task.graph else reads[:1]:
        yield UnitResult(
            "measure", side.name, call.name, (Answer(key, "failed", why=blocked),), cause=UnitError(blocked)
        )
