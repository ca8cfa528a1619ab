"""Where the examples lie in each layer: computed outwards from the deepest, each layer turned to fit the one beside it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import BusyError, RepscapeError, StoreError
from ...measures.structure import embed_graph, principal_plane, turned
from ...store import has_group, read_arrays, write_arrays
from ._jobs import Job, Jobs, Report
from ._neighbor_layout import neighbor_layout

if TYPE_CHECKING:
    from ._example_set import ExampleSet
    from ._layer import Layer

FloatArray = npt.NDArray[np.float64]
METHODS = {
    "pca": "Principal components",
    "neighbors": "Neighbour map (exact graph)",
    "tsne": "t-SNE (exact graph)",
    "umap": "UMAP (exact graph)",
}
FORMAT = 1
INSIDE = 0.995  # share of the points within distance 1 of the middle


class Layouts:
    """The maps of a set of examples, by method and layer."""

    def __init__(self, held: ExampleSet, jobs: Jobs) -> None:
        self._held, self._jobs = held, jobs
        self._found: dict[tuple[str, int], npt.NDArray[np.float32]] = {}
        self._shares: dict[int, list[float]] = {}
        self._unkept: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self.notes: dict[str, str] = {}

    def order(self) -> list[int]:
        """Return the layers in the order in which they are laid out: the first model's last layer, and outwards from it."""
        numbers = list(self._held.layers)
        if not numbers:
            return []
        first = self._held.layers[numbers[0]]
        own = [
            number
            for number, layer in self._held.layers.items()
            if (layer.model, layer.study) == (first.model, first.study)
        ]
        return [*reversed(own), *(number for number in numbers if number not in set(own))]

    def get(self, method: str, number: int) -> npt.NDArray[np.float32] | None:
        """Return (n, 2) coordinates, nearly all within 1 of the middle; None where they are not known yet."""
        _check.choice(method, "method", "explore", METHODS)
        layer = self._held.layer(number)
        if (method, number) not in self._found:
            self._read(method, layer)
        return self._found.get((method, number))

    def shares(self, number: int) -> list[float]:
        """Return the shares of the variance along the two principal components; [] where they are not known yet."""
        return self._shares.get(number, [])

    def usual(self) -> str:
        """Return the map that is shown first: principal components, or that of the graph alone where the points are gone."""
        order = self.order()
        if order and self.get("pca", order[0]) is None:
            layer = self._held.layer(order[0])
            try:
                self._held.views[layer.study].points(layer.spot)
            except RepscapeError:
                self.notes["points"] = (
                    "The points of this study were in memory, or their files are gone: the map is made of the neighbours that "
                    "the study keeps."
                )
                return "neighbors"
        return "pca"

    def ask(self, method: str, *, first: int = 1) -> Job:
        """Have all layers laid out in the background."""
        _check.choice(method, "method", "explore", METHODS)
        missing = [number for number in self._held.layers if self.get(method, number) is None]
        name = f"{method}:{','.join(map(str, missing))}" if missing else method
        return self._jobs.ask(name, METHODS[method], lambda report: self._lay_out(method, report), first=first)

    def _lay_out(self, method: str, report: Report) -> None:
        order = self.order()
        try:
            for place, number in enumerate(order):
                layer = self._held.layers[number]
                what = f"{METHODS[method]}, layer {layer.place.layer.index}"
                report(place / len(order), what)
                if self.get(method, number) is not None:
                    continue

                self._one(method, layer, _part_of(report, place, len(order)))
        finally:
            self._write(method)

    def _one(self, method: str, layer: Layer, report: Report) -> None:
        before = self._beside(method, layer)
        if method == "pca":
            view = self._held.views[layer.study]
            points = view.points(layer.spot)
            view.check_points(points, self._held.near.graph(layer.number), layer.spot)
            flat, shares = principal_plane(points)
            self._shares[layer.number] = [round(float(share), 4) for share in shares]
        else:
            flat = self._of_graph(method, layer, before, report)
        with self._lock:
            self._found[method, layer.number] = _scaled(turned(flat, before))
            self._unkept.add((method, layer.number))

    def _of_graph(self, method: str, layer: Layer, before: FloatArray | None, report: Report) -> FloatArray:
        graph = self._held.near.graph(layer.number) or self._held.near.build(layer.number, report)
        start = before if before is not None else self._principal(layer)
        if method == "neighbors":
            return neighbor_layout(graph, start, report, afresh=before is None)
        if method == "umap":
            from ._layout_umap import umap_layout

            return umap_layout(graph, start)
        return embed_graph(graph, start=start)

    def _principal(self, layer: Layer) -> FloatArray | None:
        """Return where to begin: the principal components, or nothing where the points are gone."""
        held = self.get("pca", layer.number)
        if held is None:
            try:
                return principal_plane(self._held.views[layer.study].points(layer.spot))[0]
            except RepscapeError:
                return None
        return held.astype(np.float64)

    def _beside(self, method: str, layer: Layer) -> FloatArray | None:
        """Return the map of the nearest layer that has one: of its own model and checkpoint first, else any."""
        known = [number for number in self._held.layers if self.get(method, number) is not None]
        if not known:
            return None

        def far(number: int) -> tuple[Any, ...]:
            other = self._held.layers[number]
            apart = abs(other.place.layer.depth - layer.place.layer.depth)
            same = (other.study, other.model, other.place.step, other.place.layer.site)
            here = (layer.study, layer.model, layer.place.step, layer.place.layer.site)
            return (*(one != two for one, two in zip(same, here, strict=True)), apart)

        return self._found[method, min(known, key=far)].astype(np.float64)

    # ---- kept in the study

    def _group(self, method: str, layer: Layer) -> str:
        return f"layout|{method}|{self._held.views[layer.study].contents(layer.spot)}"

    def _read(self, method: str, layer: Layer) -> None:
        path, group = self._held.views[layer.study].folder.explorer, self._group(method, layer)
        if not has_group(path, group):
            return
        try:
            arrays, about = read_arrays(path, group)
        except StoreError:
            return  # it is laid out again
        if about.get("format") == FORMAT and arrays["xy"].shape == (self._held.n, 2):
            self._found[method, layer.number] = arrays["xy"].astype(np.float32)
            self._shares.setdefault(layer.number, list(about.get("shares", [])))

    def _write(self, method: str) -> None:
        """Keep what was laid out; where another process writes to a study, or nobody may, it stays in memory alone."""
        for study, view in enumerate(self._held.views):
            wanted = [(m, number) for m, number in sorted(self._unkept) if m == method and self._is_of(study, number)]
            if not wanted:
                continue
            try:
                with view.writing():
                    for one in wanted:
                        layer = self._held.layers[one[1]]
                        about = {"format": FORMAT, "shares": self.shares(layer.number), "layer": layer.place.layer.key}
                        group = self._group(method, layer)
                        write_arrays(
                            view.folder.explorer, group, {"xy": self._found[one]}, attributes=about, sync=False
                        )
                        self._unkept.discard(one)
            except (BusyError, StoreError) as error:
                self.notes[view.name] = f"Maps are not kept in {view.folder.path}: {error}"

    def _is_of(self, study: int, number: int) -> bool:
        return number in self._held.layers and self._held.layers[number].study == study


def _part_of(report: Report, place: int, parts: int) -> Report:
    """Return what tells the progress of one layer as a part of all."""
    return lambda share, what: report((place + share) / parts, what)


def _scaled(xy: FloatArray) -> npt.NDArray[np.float32]:
    """Put the middle at 0, and nearly all points within 1 of it."""
    centred = xy - np.median(xy, axis=0)
    reach = float(np.quantile(np.hypot(*centred.T), INSIDE))
    return np.ascontiguousarray(centred / (reach or 1.0), dtype=np.float32)
