"""Every representation laid out: coordinates that follow one another from layer to layer, and nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..._types import Progress
from ...machine import Crew, thread_count
from ...results import Place
from ...study.reading import Representation
from ._numbers import coordinates_of, fitted, nearest, neighbor_layout, rows_of

FloatArray = npt.NDArray[np.float64]
SLOW = "tsne"
"""Laid out from the neighbour graph, several layers side by side, each from its principal components."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What :func:`lay_representations` found."""

    coordinates: dict[str, FloatArray]
    """Method -> (representations, m, 2)."""
    shares: FloatArray
    """(representations, 2) share of the variance along the principal components."""
    neighbors: npt.NDArray[np.int64]
    """(representations, m, k)."""


def lay_representations(
    held: Sequence[Representation],
    rows: npt.NDArray[np.int64],
    *,
    methods: Sequence[str],
    k: int,
    rng: int,
    progress: Progress | None = None,
) -> Laid:
    """Return coordinates by method, shares of the variance and neighbours, layer after layer."""
    shape = (len(held), len(rows), 2)
    quick = dict.fromkeys(["pca", *(method for method in methods if method != SLOW)])
    coordinates = {method: np.zeros(shape) for method in quick}
    shares = np.full(shape[::2], np.nan)
    near = np.zeros((*shape[:2], k), dtype=np.int64)
    before = _references([one.place for one in held])
    for place, one in enumerate(held):
        points = rows_of(one.points, rows)
        near[place] = nearest(points, k)
        for method, so_far in coordinates.items():
            flat, of_variance = coordinates_of(points, method, rng=rng)
            reference = before[place]
            so_far[place] = fitted(flat, None if reference is None else so_far[reference], method)
            if method == "pca":
                shares[place] = of_variance
        if progress is not None:
            progress(place + 1, len(held), "laying out examples")
    if SLOW in methods:
        coordinates[SLOW] = _from_graphs(held, rows, coordinates["pca"], before, rng=rng, progress=progress)
    return Laid({method: coordinates[method] for method in methods}, shares, near)


def _from_graphs(
    held: Sequence[Representation],
    rows: npt.NDArray[np.int64],
    starts: FloatArray,
    before: Sequence[int | None],
    *,
    rng: int,
    progress: Progress | None,
) -> FloatArray:
    """Return layouts of the neighbour graphs; each takes one thread, and layers run side by side."""
    found = np.zeros_like(starts)

    def lay(place: int, _: object) -> None:
        found[place] = neighbor_layout(rows_of(held[place].points, rows), starts[place], rng=rng)

    Crew(thread_count(None, "map_examples"), progress).map(lay, range(len(held)), what="t-SNE, layer by layer")
    for place, reference in enumerate(before):
        found[place] = fitted(found[place], None if reference is None else found[reference], SLOW)
    return found


def _references(places: Sequence[Place]) -> list[int | None]:
    """Return for each representation the one that its map is to fit: the layer before, or the checkpoint before's first."""
    found: list[int | None] = []
    first: dict[tuple[str, str], int] = {}
    for at, place in enumerate(places):
        line = (place.model, place.layer.site)
        last = places[at - 1] if at else None
        follows = last is not None and (last.model, last.layer.site, last.step) == (*line, place.step)
        found.append(at - 1 if follows else first.get(line))
        if not follows:
            first[line] = at
    return found
