"""Exact neighbours: of one example in one layer, however many; of one example in all layers at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ... import _check
from ...graph import NeighborGraph, knn_graph, knn_query
from ._jobs import Report
from ._layer import Layer
from ._study_view import StudyView

SHALLOW = 24  # neighbours of every example that are kept in memory for every layer
SHALLOW_BYTES = 600_000_000
WHOLE_BYTES = 400_000_000
DEPTH = 64  # of a graph that has to be built


class Held(Protocol):
    """What is asked of a set of examples here."""

    n: int
    layers: Mapping[int, Layer]
    views: tuple[StudyView, ...]


class Near:
    """The graphs of a set of examples: few whole ones in memory, the first columns of all."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._whole: OrderedDict[int, NeighborGraph] = OrderedDict()
        self._shallow: dict[int, npt.NDArray[np.int32]] = {}
        self._built: dict[int, NeighborGraph] = {}
        self._none: set[int] = set()
        self._locks: dict[int, threading.Lock] = {}
        self._own = threading.Lock()

    def graph(self, number: int) -> NeighborGraph | None:
        """Return a layer's graph of all rows, as deep as it is kept; None where none is kept or was built."""
        with self._own:
            lock = self._locks.setdefault(number, threading.Lock())
        with lock:
            found = self._built.get(number) or self._whole.get(number)
            if found is None and number not in self._none:
                layer = self._held.layers[number]
                found = self._held.views[layer.study].graph(layer.spot)
                if found is None or found.indices is None:
                    self._none.add(number)
                    return None
                self._keep(number, found)
        return found

    def _keep(self, number: int, graph: NeighborGraph) -> None:
        with self._own:
            self._whole[number] = graph
            self._whole.move_to_end(number)
            while len(self._whole) > 1 and sum(map(_bytes, self._whole.values())) > WHOLE_BYTES:
                self._whole.popitem(last=False)
            room = SHALLOW_BYTES // (4 * self._held.n * max(1, len(self._held.layers)))
            depth = min(SHALLOW, graph.k, max(1, room))
            self._shallow[number] = np.ascontiguousarray(np.asarray(graph.indices)[:, :depth], dtype=np.int32)

    def build(self, number: int, report: Report) -> NeighborGraph:
        """Build the graph of a layer for which the study keeps none."""
        layer = self._held.layers[number]
        points = self._held.views[layer.study].points(layer.spot)

        def tell(done: int, total: int, what: str) -> None:
            report(done / max(1, total), "")

        graph = knn_graph(points, min(DEPTH, self._held.n - 1), progress=tell)
        self._built[number] = graph
        self._none.discard(number)
        self._keep(number, graph)
        return graph

    def neighbors(self, layer: Layer, row: int, k: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Return the k nearest of one example among all: from the kept graph, or, beyond its depth, from the points.

        Raises
        ------
        InputError
            row or k is out of range, or the points are needed and cannot be read again.
        """
        n = self._held.n
        row = _check.integer(row, "row", "neighbors", low=0, high=n - 1, why="n - 1")
        k = _check.integer(k, "k", "neighbors", low=1, high=n - 1, why="n - 1")
        graph = self.graph(layer.number)
        if graph is not None and graph.indices is not None and graph.distances is not None and k <= graph.k:
            return np.asarray(graph.indices)[row, :k], graph.distances[row, :k]
        view = self._held.views[layer.study]
        points = view.points(layer.spot)
        view.check_points(points, graph, layer.spot)
        metric = "euclidean" if graph is None or graph.metric is None else graph.metric
        ids, distances = knn_query(points, np.asarray(points[row : row + 1]), k + 1, metric=metric)
        others = ids[0] != row
        return ids[0][others][:k], distances[0][others][:k]

    def across(self, layers: Sequence[Layer], row: int, k: int) -> npt.NDArray[np.int32]:
        """Return (layers, k) neighbours of one example in many layers; -1 where a layer has no graph, or not so deep."""
        _check.integer(row, "row", "neighbors", low=0, high=self._held.n - 1, why="n - 1")
        _check.integer(k, "k", "neighbors", low=1, high=SHALLOW)
        found = np.full((len(layers), k), -1, dtype=np.int32)
        for place, layer in enumerate(layers):
            if layer.number not in self._shallow:
                self.graph(layer.number)
            held = self._shallow.get(layer.number)
            if held is not None:
                depth = min(k, held.shape[1])
                found[place, :depth] = held[row, :depth]
        return found

    def warm(self, report: Report, order: Sequence[int]) -> None:
        """Read every layer's neighbours, so that a click finds them."""
        for place, number in enumerate(order):
            report(place / len(order), "")
            if number not in self._shallow and number in self._held.layers:
                self.graph(number)


def _bytes(graph: NeighborGraph) -> int:
    return sum(array.nbytes for array in (graph.indices, graph.distances) if array is not None)
