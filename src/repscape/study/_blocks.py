"""One graph of many points by blocks of rows, so that several workers build it, and none of them more than a part.

Blocks have the same rows however many workers there are, and lie beside the graphs from when they are finished: a lost worker
costs the block that it had in hand, and a run that goes on takes those that are there. The task that wants the graph says which
blocks it misses; once they are there it sets them side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ..errors import StoreError
from ..graph import NeighborGraph, RowBlock, joined_blocks, knn_graph, knn_rows
from ..store import has_group, list_groups, read_arrays, remove_group, write_arrays
from ._tasks import Graphs, build_graphs
from ._unit import Block, LayerTask

ROWS = 8192  # of a block
MARK = "|rows|"


def workers_wait(graphs: int, workers: int) -> bool:
    """Whether graphs are cut: where each were built by one worker, at least as many would have nothing to do.

    A graph in blocks costs twice the products of a whole one, where each pair of points is met once.
    """
    return 2 * graphs <= workers


@dataclass(frozen=True, slots=True, eq=False)
class Unbuilt:
    """There is no graph yet."""

    misses: tuple[Block, ...] = ()
    """What it takes first; nothing where a block was what was asked for."""


class _Stop(Exception):
    """The graph that is asked for cannot be built yet, or need not be."""

    def __init__(self, unbuilt: Unbuilt) -> None:
        super().__init__()
        self.unbuilt = unbuilt


def built(task: LayerTask, points: Any) -> Graphs | Unbuilt:
    """Build the graphs of a task; by blocks, return which are missing, or compute the one that is asked for and keep it."""
    exact = task.side.neighbors == "exact"
    device = task.limits.device if exact else "auto"
    how: dict[str, Any] = {"threads": task.limits.threads, "device": device, "method": task.side.neighbors}
    if not (task.cut and exact):
        return build_graphs(points, task.need, **how)
    try:
        return build_graphs(points, task.need, build=_Builder(task), **how)
    except _Stop as stop:
        return stop.unbuilt


class _Builder:
    """Stands in for `knn_graph`: one graph of a task after the other, always in the same order."""

    def __init__(self, task: LayerTask) -> None:
        self._task, self._asked, self._count = task, task.block, -1
        self._path: Any = task.limits.graphs

    def __call__(self, X: Any, k: int, **how: Any) -> NeighborGraph:
        self._count += 1
        n = X.shape[0]
        if n < 2 * ROWS:
            return knn_graph(X, k, **how)
        blocks = [
            Block(self._task.graph, self._count, n, k, start, min(start + ROWS, n)) for start in range(0, n, ROWS)
        ]
        if self._asked in blocks:
            asked = blocks[blocks.index(self._asked)]
            self._keep(asked, knn_rows(X, k, start=asked.start, stop=asked.stop, **how))
            raise _Stop(Unbuilt())
        if missing := tuple(block for block in blocks if not has_group(self._path, name_of(block))):
            raise _Stop(Unbuilt(missing))
        return joined_blocks(X, [self._kept(block) for block in blocks])

    def _keep(self, block: Block, rows: RowBlock) -> None:
        arrays = {"indices": rows.indices, "distances": rows.distances}
        about = {"certificate": rows.certificate}
        write_arrays(self._path, name_of(block), arrays, attributes=about, sync=self._task.limits.sync)

    def _kept(self, block: Block) -> RowBlock:
        try:
            arrays, about = read_arrays(self._path, name_of(block))
        except StoreError as error:  # it is damaged
            remove_group(self._path, name_of(block))
            raise _Stop(Unbuilt((block,))) from error
        return RowBlock(arrays["indices"], arrays["distances"], about["certificate"])


def name_of(block: Block) -> str:
    """Return what a block is called among the graphs."""
    return f"{block.graph}{MARK}{block.number}|{block.n}|{block.k}|{block.start}"


def remove_blocks(path: Any, graph: str) -> None:
    """Take away the blocks of a graph that is built."""
    for name in list_groups(path):
        if name.startswith(graph + MARK):
            remove_group(path, name)


def build_by_blocks(tasks: Sequence[LayerTask], run: Callable[[Sequence[LayerTask]], Any]) -> None:
    """Build the graphs of tasks, in as many turns as it takes; `run` yields results of tasks, which it has committed."""
    tasks_of = {task.graph: task for task in tasks}
    seen: set[Block] = set()
    left = list(tasks)
    while left:
        misses: list[Block] = []
        for result in run(left):
            misses += result.misses
            if result.misses:
                _tell(result.name, result.misses)
            if result.status == "done":
                remove_blocks(tasks[0].limits.graphs, result.keys[0])
        if again := next((block for block in misses if block in seen), None):
            raise StoreError(
                f"rows {again.start} to {again.stop - 1} of a graph were written and cannot be read back. See to the disk of "
                "the study's folder; the same command goes on from there."
            )
        seen.update(misses)
        failed = _computed(misses, tasks_of, run)
        left = [tasks_of[graph] for graph in dict.fromkeys(block.graph for block in misses) if graph not in failed]


def _tell(name: str, misses: Sequence[Block]) -> None:
    block = misses[0]
    held = (
        ROWS * (block.k * 20 + (block.k + 16 + block.k // 4) * 10) / 2**20
    )  # results, and about as many candidates again
    logging.getLogger("repscape").info(
        "%s: a graph of %d points is built by %d blocks of %d rows, each of which takes its worker %.0f MiB beside the points",
        name, block.n, len(misses), ROWS, held,
    )  # fmt: skip


def _computed(blocks: Sequence[Block], tasks: dict[str, LayerTask], run: Callable[..., Any]) -> set[str]:
    """Compute blocks; where one fails, the others of its graph are left out. Returns which graphs failed."""
    failed: set[str] = set()
    left = list(blocks)
    while left:
        with closing(run([replace(tasks[block.graph], block=block) for block in left])) as results:
            wrong = next((result.keys[0] for result in results if result.status == "failed"), None)
        if wrong is None:
            break
        failed.add(wrong)
        path: Any = tasks[wrong].limits.graphs
        left = [b for b in left if b.graph not in failed and not has_group(path, name_of(b))]
    return failed


def rows_of(block: Block) -> str:
    """Return a block in words, as progress shows it."""
    return f"rows {block.start:,} to {block.stop - 1:,} of its graph"
