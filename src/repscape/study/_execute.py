"""From everything that is asked to what is missing, and from there to answers: one process hands out units and commits them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from pathlib import Path
from typing import Any

from .._types import Progress
from ..errors import RepscapeError, UnitError
from ..graph import get_ready
from ..machine import graph_device, memory_available, thread_count
from ..store import has_group
from ._blocks import build_by_blocks, workers_wait
from ._expand import Everything, Wanted, WantedPairs
from ._graphs import GraphNames, NoGraph
from ._journal import Answers, Journal
from ._runner import Runner, Width
from ._schedule import Scheduler
from ._tasks import Graphs, Need
from ._unit import Comparison, LayerTask, Limits, PairTask, Side, Task, UnitResult

MANY_POINTS = 8_000  # from here on one graph keeps all cores busy by itself
BYTES = 16  # a number as it came, and in float64 or as candidates' products
LEAST_RUN = 8  # layers on one side of a block of pairs


@dataclass(frozen=True, slots=True)
class Means:
    """What a run may use, and where units run."""

    threads: int
    memory: int
    scheduler: Scheduler
    fail_fast: bool = False
    sync: bool = True
    device: str = "auto"

    @classmethod
    def of(cls, threads: int | None, memory: int | None, **others: Any) -> Means:
        """Take what was asked for, or what the machine has: all cores, half of the free memory."""
        if (device := others.get("device", "auto")) != "auto":
            graph_device(device, "run", usual="cpu")  # one that is not there is refused before anything is computed
        return cls(thread_count(threads, "run"), memory or memory_available() // 2, **others)

    def at_once(self, sides: Sequence[Side]) -> int:
        """Return how many representations may be worked on at one time."""
        shapes = [side.one.points.shape for side in sides if side.one.points is not None]
        largest = max((math.prod(shape) * BYTES for shape in shapes), default=1)
        width = self.width
        fit = width.units if width.own_memory else self.memory // max(1, largest)
        return max(1, min(width.units, fit))

    @property
    def width(self) -> Width:
        """How much can be done at one time."""
        return self.scheduler.width(self.threads)


@dataclass(slots=True)
class Execution:
    """One run: what is missing, in order, and what became of it."""

    everything: Everything
    journal: Journal | None
    graphs: Path | None
    means: Means
    report: Progress
    done: Answers = field(default_factory=Answers)
    """What this run computed."""
    ticks: int = 0
    total: int = 0
    _ready: dict[str, Graphs | GraphNames | NoGraph] = field(default_factory=dict)
    _runner: Runner | None = None

    def work(self) -> None:
        """Compute what is missing; an error in a unit is kept as its result.

        Raises
        ------
        UnitError, RepscapeError
            The first error of a unit, where the first is to stop the run.
        StoreError
            If what was finished cannot be written.
        """
        missing = [key for key in self._keys() if self._missing(key)]
        blocks = {name: _only(block, self._missing_pair) for name, block in self.everything.blocks.items()}
        blocks = {name: block for name, block in blocks.items() if block.pairs}
        layers = self._layers(set(missing), blocks)
        # One of many graphs knows nothing of the others, and would not import what multiplies faster for itself alone.
        get_ready([(_rows(one.side), one.side.one.points.shape[1]) for one, graph, *_ in layers if graph])
        self.total = sum(bool(graph) + len(calls) for _, graph, _, calls in layers)
        self.total += sum(len(block.pairs) for block in blocks.values())
        if not self.total:
            return
        with self.means.scheduler.opened(self.means.memory) as self._runner:
            for tasks, workers in self._stages(layers):
                if tasks and tasks[0].cut:
                    build_by_blocks(tasks, partial(self._results, workers=self.means.width.units))
                else:
                    self._run(tasks, workers)
            for block in blocks.values():
                self._run(*self._pairs(block))

    def _keys(self) -> Iterator[str]:
        for wanted in self.everything.layers.values():
            yield from wanted.calls

    def _missing(self, key: str) -> bool:
        return self.journal is None or not self.journal.has(key)

    def _missing_pair(self, block: WantedPairs, key: str) -> bool:
        return self.journal is None or not self.journal.has(key, whole=block.whole[key])

    # ---- representations

    def _layers(
        self, missing: set[str], blocks: Mapping[str, WantedPairs]
    ) -> list[tuple[Wanted, str, Need, tuple[Any, ...]]]:
        """Return (representation, key of a graph to build or "", how deep, missing calls) of all with work to do."""
        compared: dict[str, list[str]] = {}
        for block in blocks.values():
            for key, bases in block.pairs.items():
                for base in bases:
                    compared.setdefault(base, []).append(key)
        found = []
        for base, wanted in self.everything.layers.items():
            calls = tuple((key, call) for key, call in wanted.calls.items() if key in missing)
            read = [key for key, _ in calls] + compared.get(base, [])
            need = reduce(Need.together, (wanted.needs[key] for key in read), Need())
            whole = reduce(Need.together, wanted.needs.values(), Need())
            graph, need = self._graph(base, wanted, need, whole)
            if graph or calls:
                found.append((wanted, graph, need, calls))
        return found

    def _graph(self, base: str, wanted: Wanted, need: Need, whole: Need) -> tuple[str, Need]:
        """Return the key of the graph if it must be built, and how deep; else remember where it is."""
        if wanted.side.graphs is not None:
            self._ready[base] = wanted.side.graphs
            return "", need
        if not (whole.full or whole.distinct):
            return "", need
        kept = self._kept(wanted.graph)
        if kept is None:
            return (wanted.graph, whole) if self.journal is not None or need.full or need.distinct else ("", need)
        full, distinct = kept["depths"]
        n = kept.get("n", 0)
        self._ready[base] = GraphNames.of(kept["names"])
        deep = not need.full or full >= max(1, min(need.full_wanted, n - 1))
        deep = deep and (
            not need.distinct or distinct >= max(1, min(need.distinct_wanted, kept.get("distinct", n) - 1))
        )
        if deep:
            return "", need
        before = Need(full=min(full, 1), full_wanted=full, distinct=min(distinct, 1), distinct_wanted=distinct)
        return wanted.graph, need.together(before)

    def _kept(self, key: str) -> Mapping[str, Any] | None:
        """Return what the journal knows of a graph that is there."""
        if self.journal is None or self.graphs is None or not self.journal.has(key):
            return None
        about = self.journal.read([key]).units[key].graph
        there = about is not None and all(has_group(self.graphs, name) for name in about["names"].values())
        return about if there else None

    def _stages(
        self, layers: Sequence[tuple[Wanted, str, Need, tuple[Any, ...]]]
    ) -> Iterator[tuple[list[LayerTask], int]]:
        """Yield tasks that may run together: of many points first the graphs, each on all threads, then the measures."""
        small = [one for one in layers if _rows(one[0].side) < MANY_POINTS]
        large = [one for one in layers if _rows(one[0].side) >= MANY_POINTS]
        width = self.means.width
        workers = min(self.means.at_once([one[0].side for one in small]), max(1, len(small)))
        each = width.threads if width.own_memory else max(1, self.means.threads // workers)
        yield [self._task(*one, threads=each) for one in small], workers
        graphs = [self._task(*one[:3], (), threads=width.threads) for one in large if one[1]]
        if self.graphs is not None and workers_wait(len(graphs), width.graphs):
            graphs = [replace(task, cut=task.side.neighbors == "exact") for task in graphs]
        for cut in (True, False):
            yield [task for task in graphs if task.cut is cut], width.graphs
        workers = self.means.at_once([one[0].side for one in large])
        shares = max(1, workers // max(1, len(large)))
        measured: list[LayerTask] = []
        for wanted, _, need, calls in large:
            for share in range(min(shares, len(calls))):
                measured.append(self._task(wanted, "", need, calls[share::shares], threads=1))
        yield measured, workers

    def _task(self, wanted: Wanted, graph: str, need: Need, calls: tuple[Any, ...], *, threads: int) -> LayerTask:
        # Graphs are looked up when the task is made: those of many points were built a stage before.
        return LayerTask(wanted.side, self._limits(threads), graph, need, calls)

    def _limits(self, threads: int) -> Limits:
        return Limits(threads, self.means.memory, self.graphs, self.means.sync, self.means.device)

    # ---- pairs

    def _pairs(self, block: WantedPairs) -> tuple[list[Task], int]:
        """Cut the pairs of one measure into blocks: many enough for all threads, few enough that little is prepared twice."""
        bases = list(dict.fromkeys(base for ends in block.pairs.values() for base in ends))
        runs, units = 1, self.means.width.units
        while runs * (runs + 1) // 2 < 2 * units and len(bases) // (runs + 1) >= LEAST_RUN:
            runs += 1
        run = math.ceil(len(bases) / runs)
        rank = {base: position // run for position, base in enumerate(bases)}
        tiles: dict[tuple[int, int], list[str]] = {}
        for key, (first, second) in block.pairs.items():
            tiles.setdefault((rank[first], rank[second]), []).append(key)
        place = {base: position for position, base in enumerate(bases)}
        sides = {place[base]: self._side(base) for base in bases}
        workers = max(1, min(units, len(tiles)))
        limits = replace(self._limits(1), memory=self.means.memory // workers)
        tasks: list[Task] = []
        for keys in tiles.values():
            ends = {key: tuple(place[base] for base in block.pairs[key]) for key in keys}
            pairs = tuple(Comparison(key, first, second, block.whole[key]) for key, (first, second) in ends.items())
            read = {position for pair in pairs for position in (pair.first, pair.second)}
            tasks.append(PairTask(block.call, {p: sides[p] for p in sorted(read)}, pairs, limits))
        return tasks, workers

    def _side(self, base: str) -> Side:
        return replace(self.everything.layers[base].side, graphs=self._ready.get(base))

    # ---- results

    def _run(self, tasks: Sequence[Task], workers: int) -> None:
        for _ in self._results(tasks, workers):
            pass

    def _results(self, tasks: Sequence[Task], workers: int) -> Iterator[UnitResult]:
        """Yield what tasks gave, once it is kept."""
        bases = {wanted.graph: base for base, wanted in self.everything.layers.items() if wanted.graph}
        named = {id(wanted.side): base for base, wanted in self.everything.layers.items()}
        ready: list[Task] = []
        for task in tasks:
            if isinstance(task, LayerTask) and not task.graph:
                held = self._ready.get(named[id(task.side)])
                task = replace(task, side=replace(task.side, graphs=held))
            ready.append(task)
        if self._runner is None or not ready:
            return
        with closing(self._runner.run(ready, workers=workers)) as results:  # type: ignore[type-var]
            for result in results:
                if result.answers:
                    if self.journal is not None:
                        self.journal.commit(result)
                    if result.kind == "graph":
                        self._remember(bases[result.keys[0]], result)
                    self.done.add([result])
                self._tick(result)
                if self.means.fail_fast and result.status == "failed":
                    raise_cause(result)
                yield result

    def _remember(self, base: str, result: UnitResult) -> None:
        """Remember where a graph is, or why there is none."""
        if result.graph is None:
            self._ready[base] = NoGraph(f"its graph failed: {result.error}")
            return
        names = result.graph.get("names")
        held = result.held if names is None else GraphNames.of(names)
        if held is not None:
            self._ready[base] = held

    def _tick(self, result: UnitResult) -> None:
        self.ticks += len(result.answers)
        self.report(self.ticks, self.total, f"{result.name}: {result.what}")


def raise_cause(result: UnitResult) -> None:
    """Raise the error of a unit with its name: what was raised on purpose as it is, anything else as a UnitError."""
    cause = result.cause
    where = result.error if result.kind == "pairs" else f"layer {result.name}: {result.error}"
    if isinstance(cause, RepscapeError):
        try:
            raised = type(cause)(where)
        except TypeError:  # made of more than a message
            raise cause from cause
        raise raised from cause
    raise UnitError(f"{where} ({result.what})") from cause


def _only(block: WantedPairs, missing: Any) -> WantedPairs:
    return WantedPairs(block.call, {key: ends for key, ends in block.pairs.items() if missing(block, key)}, block.whole)


def _rows(side: Side) -> int:
    return side.one.n if side.rows is None else int(side.rows.size)
