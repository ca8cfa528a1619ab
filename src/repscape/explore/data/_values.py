"""A number for every example of a layer: what colours the map and sorts the table, by the measures of the table themselves."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...graph import NeighborGraph
from ...measures.dimension import id_mle
from ...measures.health import health_hubness
from ...measures.overlap import overlap_labels, overlap_neighbors
from ...measures.structure import cluster_centroids, cluster_kmeans, density_knn
from ...results import titles

if TYPE_CHECKING:
    from ._example_set import ExampleSet
    from ._layer import Layer

Values = npt.NDArray[np.float32]
K = 10
LOCAL = 20
CLUSTERS = 12
SAMPLE = 10_000  # examples that say where clusters are
BLOCK = 1 << 23
KEPT_BYTES = 200_000_000
RECORD = "record:"
LABEL = "agreement:"
MARGIN = "margin"


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of value that there is."""

    name: str
    """What it is asked for by."""
    title: str
    """What it is called."""
    about: str
    """What it says, in a sentence."""
    pair: bool = False
    """Whether it compares with another layer."""
    kind: str = "number"
    """"number", or "class": whole numbers that are names."""
    places: tuple[int, ...] | None = None
    """Layers that have it; None: all."""


class ValuesOf:
    """The values of a set of examples; those asked for last are kept in memory."""

    def __init__(self, held: ExampleSet) -> None:
        self._held = held
        self._kept: OrderedDict[tuple[Any, ...], Values] = OrderedDict()
        self._records: dict[str, tuple[str, dict[int, Values]]] | None = None
        self._version = -1
        self._lock = threading.RLock()

    def offers(self) -> list[Offer]:
        """Return what there is, the records' own last."""
        near = f"Share of the {K} nearest neighbours"
        means = f"k-means with {CLUSTERS} means, found on at most {SAMPLE:,} of the examples, in the layer itself."
        return [
            Offer("turnover", "Turnover to the next layer", f"{near} not among those in the next layer.", pair=True),
            Offer(
                "turnover_other", "Turnover to the other pane", f"{near} not among those of the other pane.", pair=True
            ),
            *(
                Offer(f"{LABEL}{name}", f"Neighbours of its {name}", f"{near} of its {name}.")
                for name in self._labels()
            ),
            Offer(
                "dimension", "Local dimension", f"Intrinsic dimension around it, from its {LOCAL} nearest neighbours."
            ),
            Offer("hubness", "Hubness", f"In how many lists of the {K} nearest neighbours it stands."),
            Offer(
                "density", "Log density", f"From the distance to its neighbour {K}, in the layer's intrinsic dimension."
            ),
            Offer("cluster", "Cluster", means, kind="class"),
            *(self._offer(name, *held) for name, held in self._of_records().items()),
        ]

    def _labels(self) -> list[str]:
        shown = {str(name): self._held.column(str(name)) for name in self._held.table.columns}
        return [
            name for name, held in shown.items() if held.codes is not None and 1 < len(held.levels) <= self._held.n // 2
        ]

    @staticmethod
    def _offer(name: str, title: str, by_place: Mapping[int, Values]) -> Offer:
        about = "As the study measured it."
        if name.endswith(f"|{MARGIN}"):
            about = "Held-out probability of its own class minus that of the likeliest other: above 0 where the probe is right."
        return Offer(name, title, about, places=tuple(by_place))

    def get(self, name: str, number: int, other: int | None = None) -> Values:
        """Return (n,) values of a layer, NaN where there is none.

        Raises
        ------
        UnknownNameError
            There is no such value.
        InputError
            The layer has no graph, or another layer is needed and not named.
        """
        layer = self._held.layer(number)
        with self._lock:
            self._forget_old()
            key = (name, number, other)
            if key not in self._kept:
                self._kept[key] = np.ascontiguousarray(self._compute(name, layer, other), dtype=np.float32)
                while len(self._kept) > 1 and sum(held.nbytes for held in self._kept.values()) > KEPT_BYTES:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def _forget_old(self) -> None:
        if self._version != self._held.version:
            self._kept.clear()
            self._records, self._version = None, self._held.version

    def _compute(self, name: str, layer: Layer, other: int | None) -> Any:
        if name.startswith(RECORD):
            held = self._of_records()
            _check.choice(name, "value", "explore", held)
            by_place = held[name][1]
            if layer.number not in by_place:
                raise InputError(f"layer {layer.place.layer.key!r} has no {held[name][0]}.")
            return by_place[layer.number]
        if name.startswith(LABEL):
            column = name.removeprefix(LABEL)
            _check.choice(column, "label", "explore", self._labels())
            return self._agreement(layer, column)
        single: dict[str, Callable[[Layer], Any]] = {
            "dimension": self._dimension,
            "hubness": lambda one: health_hubness(self._graph(one, K), k=self._k(one), error=None).per_point,
            "density": lambda one: density_knn(self._graph(one, K), k=self._k(one), error=None).per_point,
            "cluster": self._cluster,
        }
        _check.choice(name, "value", "explore", [*single, "turnover", "turnover_other"])
        return self._turnover(layer, other) if name in ("turnover", "turnover_other") else single[name](layer)

    def _k(self, *layers: Layer) -> int:
        return min(K, *(self._graph(layer, 1).k for layer in layers))

    def _graph(self, layer: Layer, k: int) -> NeighborGraph:
        found = self._held.near.graph(layer.number)
        if found is None:
            raise InputError(
                f"the study keeps no neighbours of layer {layer.place.layer.key!r}. Ask for its neighbours first: "
                "the button Build neighbours does."
            )
        return found

    def _turnover(self, layer: Layer, other: int | None) -> Any:
        if other is None:
            raise InputError("turnover compares two layers: other must name the second.")
        second = self._held.layer(other)
        if second.number == layer.number:
            return np.zeros(self._held.n)
        k = self._k(layer, second)
        found = overlap_neighbors(self._graph(layer, k), self._graph(second, k), k=k, error=None)
        return 1.0 - np.asarray(found.per_point)

    def _agreement(self, layer: Layer, column: str) -> Any:
        codes = self._held.column(column).codes
        if codes is None:
            raise InputError(f"column {column!r} has no classes.")
        k = self._k(layer)
        found = np.asarray(overlap_labels(self._graph(layer, k), codes, k=k, error=None).per_point, dtype=np.float64)
        return np.where(codes < 0, np.nan, found)

    def _dimension(self, layer: Layer) -> Any:
        graph = self._graph(layer, LOCAL)
        found = id_mle(graph, k=min(LOCAL, graph.k), duplicates="drop" if _has_copies(graph) else "merge", error=None)
        local = np.asarray(found.per_point, dtype=np.float64)
        return np.where(np.isfinite(local), local, np.nan)

    def _cluster(self, layer: Layer) -> Any:
        points, n = self._held.views[layer.study].points(layer.spot), self._held.n
        some = np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(int))
        rows = np.concatenate([np.asarray(points[block])[_inside(some, block)] for block in _blocks(points)])
        many = min(CLUSTERS, len(rows) - 1, len(np.unique(rows, axis=0)))
        means = cluster_centroids(rows, cluster_kmeans(rows, clusters=many, starts=3, rng=0))
        lengths = (means**2).sum(axis=1)
        return np.concatenate(
            [(lengths - 2 * (np.asarray(points[b]) @ means.T)).argmin(axis=1) for b in _blocks(points)]
        )

    def _of_records(self) -> Mapping[str, tuple[str, dict[int, Values]]]:
        """Return the study's own values of single examples: name -> title, and values by layer."""
        with self._lock:
            self._forget_old()
            if self._records is None:
                self._records = self._read_records()
            return self._records

    def _read_records(self) -> dict[str, tuple[str, dict[int, Values]]]:
        found: dict[str, tuple[str, dict[int, Values]]] = {}
        numbers = {(layer.study, layer.spot): layer.number for layer in self._held.layers.values()}
        for study, view in enumerate(self._held.views):
            named = titles(view.results.records)
            for record in view.results:
                held = getattr(record.result, "per_point", None)
                spot = (record.place.model, record.place.layer.key, record.place.step)
                if held is None or record.profile != "depth" or record.group is not None or len(held) != self._held.n:
                    continue
                if (number := numbers.get((study, spot))) is None:
                    continue
                title = f"{named[record.variant]}{f' of {record.column}' if record.column else ''}"
                name = f"{RECORD}{record.variant}|{record.column or ''}"
                if record.info.family == "probe":
                    margin = record.result.details.get("margin")
                    if margin is not None:
                        found.setdefault(f"{name}|{MARGIN}", (f"Margin: {title}", {}))[1][number] = _finite(margin)
                    title = f"Right or wrong: {title}"
                found.setdefault(name, (title, {}))[1][number] = _finite(held)
        return found


def _finite(held: Any) -> Values:
    values = np.asarray(held, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan).astype(np.float32)


def _blocks(points: Any) -> list[slice]:
    """Return slices of rows that together are all of them, as they lie on disk."""
    step = max(int(getattr(points, "slab_rows", 1)), BLOCK // points.shape[1])
    return [slice(start, min(points.shape[0], start + step)) for start in range(0, points.shape[0], step)]


def _inside(rows: npt.NDArray[np.int64], block: slice) -> npt.NDArray[np.int64]:
    return np.asarray(rows[(rows >= block.start) & (rows < block.stop)] - block.start)


def _has_copies(graph: NeighborGraph) -> bool:
    return graph.distances is not None and bool((graph.distances[:, 0] <= graph.copy_bound).any())
