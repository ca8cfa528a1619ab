"""What the units of one representation share: its points and its graphs, each read once."""

from __future__ import annotations

from typing import Any

from ..errors import RepscapeError
from ..graph import NeighborGraph
from ._graphs import NoGraph, kept_graphs
from ._tasks import Graphs
from ._unit import LayerTask


class Desk:
    """The points and graphs of one task, each read once, at its first use; an error at reading is that of every user."""

    def __init__(self, task: LayerTask) -> None:
        self._task = task
        self._points: Any = None
        self._notes: list[str] = []
        self._refused: Exception | None = None
        self._read = False
        self.graphs: Graphs | Exception | None = None

    def points(self) -> Any:
        """Return the points."""
        if not self._read:
            self._read = True
            try:
                self._points, self._notes = self._task.side.points(self._task.limits.memory)
            except Exception as error:  # kept for every unit that asks
                self._refused = error
        if self._refused is not None:
            raise self._refused
        return self._points

    def notes(self) -> tuple[str, ...]:
        """Return what a reader should know of them."""
        return tuple(self._notes)

    def graph(self, merged: bool) -> NeighborGraph | None:
        """Return the graph of all rows, or of the distinct ones."""
        if self.graphs is None:
            self.graphs = _ready(self._task)
        if isinstance(self.graphs, Exception):
            raise self.graphs
        return self.graphs.distinct if merged else self.graphs.full

    def known(self, merged: bool) -> NeighborGraph | None:
        """Return the graph that other measures read, for one that could do without."""
        try:
            graph = self.graph(merged)
        except Exception:  # said by those who need it
            return None
        return graph if graph is not None and graph.indices is not None and graph.distances is not None else None


def _ready(task: LayerTask) -> Graphs | Exception:
    graphs = task.side.graphs
    if isinstance(graphs, NoGraph):
        return Blocked(graphs.why)
    if isinstance(graphs, Graphs):
        return graphs
    if graphs is None or task.limits.graphs is None:
        return Graphs(None, None)
    return kept_graphs(task.limits.graphs, graphs)


class Blocked(RepscapeError):
    """A unit could not begin, because the graph that it reads failed."""

    def __init__(self, why: str) -> None:
        super().__init__(f"its graph failed: {why}")
