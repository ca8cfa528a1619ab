"""Where two preliminary peaks meet: the highest border point between them, or the highest link where they have no border."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._density import Volumes
from ._peaks_kernels import assign, count_links, find_borders, find_centers, highest_links, join_plateaus

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Field:
    """The log density at n points, and the neighbours over which each was taken."""

    volumes: Volumes
    log_density: FloatArray
    """(n,)"""
    stderr: FloatArray
    """(n,)"""
    sizes: IntArray
    """(n,) neighbours used, k*."""

    @property
    def cautious(self) -> FloatArray:
        """(n,) the log density less its error, by which peaks and borders are chosen."""
        return self.log_density - self.stderr


@dataclass(frozen=True, slots=True)
class Saddles:
    """Passes between pairs of peaks, each pair once."""

    pairs: IntArray
    """(s, 2) the peaks, the lower number first."""
    heights: FloatArray
    """(s,) log density of each pass."""
    stderr: FloatArray
    """(s,) its error."""
    points: IntArray
    """(s,) the point that stands on it."""

    def joined(self, others: Saddles) -> Saddles:
        """Return these and those of pairs that are not among them."""
        known = set(map(tuple, self.pairs.tolist()))
        new = np.array([tuple(pair) not in known for pair in others.pairs.tolist()], dtype=bool)
        parts = [(getattr(self, name), getattr(others, name)[new]) for name in ("pairs", "heights", "stderr", "points")]
        return Saddles(*map(np.concatenate, parts))


def preliminary(field: Field) -> tuple[IntArray, IntArray, Saddles]:
    """Return the centres (m,), the label of each point (n,), and the borders of preliminary peaks."""
    n, height = field.volumes.n, field.cautious
    indices = np.ascontiguousarray(field.volumes.indices)
    center, holder = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
    find_centers(height, indices, field.sizes, center, holder)
    centers = np.flatnonzero(center)
    labels = np.full(n, -1, dtype=np.int64)
    labels[centers] = np.arange(centers.size)
    assign(np.argsort(-height, kind="stable"), indices, holder, labels)
    centers, labels = _joined(field, centers, labels)
    center[:] = False
    center[centers] = True
    other = np.empty(n, dtype=np.int64)
    find_borders(indices, field.sizes, labels, center, other)
    points = np.flatnonzero(other >= 0)
    pairs = np.sort(np.column_stack([labels[points], other[points]]), axis=1)
    # The highest of a pair; of equal ones that of the lower label, then the first.
    order = np.lexsort((points, labels[points], -height[points], pairs[:, 1], pairs[:, 0]))
    chosen = order[_first_of_each(pairs[order])]
    points = points[chosen]
    return centers, labels, Saddles(pairs[chosen], field.log_density[points], field.stderr[points], points)


def _joined(field: Field, centers: IntArray, labels: IntArray) -> tuple[IntArray, IntArray]:
    """Return centres and labels with plateaus as one peak: without this each point of a lattice would be one."""
    height = field.cautious
    if np.unique(height).size == height.size:
        return centers, labels
    root = np.arange(centers.size)
    center = np.zeros(height.size, dtype=np.bool_)
    center[centers] = True
    join_plateaus(height, np.ascontiguousarray(field.volumes.indices), field.sizes, center, labels, root)
    order = np.lexsort((centers, -height[centers], root))  # the highest of each plateau, of equal ones the first
    kept = np.sort(centers[order[_first_of_each(root[order][:, None])]])
    _, number = np.unique(root, return_inverse=True)
    place = np.empty(kept.size, dtype=np.int64)
    place[number[labels[kept]]] = np.arange(kept.size)
    return kept, place[number[labels]]


def links(field: Field, labels: IntArray) -> Saddles:
    """Return for each pair of peaks the highest link from a point of one to a stored neighbour in the other.

    A link is as high as the lowest of its two ends and of the ball that it spans: two dense points across a gap make none.
    """
    volumes = field.volumes
    places = np.arange(1, volumes.indices.shape[1] + 1)
    peaks = int(labels.max()) + 1
    order = np.argsort(labels, kind="stable")
    given = (order, labels, np.ascontiguousarray(volumes.indices), np.bincount(labels, minlength=peaks))
    number = count_links(*given)
    # A ball of points with copies is as dense as one that is so much smaller.
    logs = volumes.logs if volumes.members is None else volumes.logs - volumes.copies()[0] / volumes.dimension
    pairs, points = np.empty((number, 2), dtype=np.int64), np.empty(number, dtype=np.int64)
    heights, stderr = np.empty(number), np.empty(number)
    highest_links(
        *given,
        logs,
        volumes.dimension,
        np.log(places) - volumes.unit_ball,
        math.log(volumes.n),
        field.log_density,
        field.stderr,
        1 / np.sqrt(places),
        pairs,
        heights,
        stderr,
        points,
    )
    return _highest(Saddles(np.sort(pairs, axis=1), heights, stderr, points))


def _highest(found: Saddles) -> Saddles:
    """Return the highest of each pair."""
    order = np.lexsort((found.points, -found.heights, found.pairs[:, 1], found.pairs[:, 0]))
    order = order[_first_of_each(found.pairs[order])]
    return Saddles(found.pairs[order], found.heights[order], found.stderr[order], found.points[order])


def _first_of_each(pairs: IntArray) -> npt.NDArray[np.bool_]:
    """Mark (s,) the first row of each run of equal rows."""
    new = np.ones(pairs.shape[0], dtype=bool)
    new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    return new
