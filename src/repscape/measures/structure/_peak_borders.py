"""Where two preliminary peaks meet: the highest border point between them, or the highest link where they have no border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._density import Volumes
from ._peaks_kernels import assign, find_borders, find_centers

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BLOCK = 1 << 14
"""Rows whose links are looked at in one go."""


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
    other = np.empty(n, dtype=np.int64)
    find_borders(indices, field.sizes, labels, center, other)
    points = np.flatnonzero(other >= 0)
    pairs = np.sort(np.column_stack([labels[points], other[points]]), axis=1)
    # The highest of a pair; of equal ones that of the lower label, then the first.
    order = np.lexsort((points, labels[points], -height[points], pairs[:, 1], pairs[:, 0]))
    chosen = order[_first_of_each(pairs[order])]
    points = points[chosen]
    return centers, labels, Saddles(pairs[chosen], field.log_density[points], field.stderr[points], points)


def links(field: Field, labels: IntArray) -> Saddles:
    """Return for each pair of peaks the highest link from a point of one to a stored neighbour in the other.

    A link is as high as the lowest of its two ends and of the ball that it spans: two dense points across a gap make none.
    """
    found = [part for rows in _blocks(labels.size) if (part := _links_of(field, labels, rows)) is not None]
    if not found:
        nothing = np.empty(0)
        return Saddles(np.empty((0, 2), dtype=np.int64), nothing, nothing, np.empty(0, dtype=np.int64))
    return _highest(Saddles(*(np.concatenate([getattr(p, name) for p in found]) for name in Saddles.__slots__)))


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, BLOCK):
        yield slice(start, min(n, start + BLOCK))


def _links_of(field: Field, labels: IntArray, rows: slice) -> Saddles | None:
    volumes = field.volumes
    row, place = np.nonzero(labels[volumes.indices[rows]] != labels[rows, None])
    if not row.size:
        return None
    far = volumes.logs[rows][row, place]
    row = row + rows.start
    across = volumes.indices[row, place].astype(np.int64)
    inside = np.log(place + 1) - volumes.unit_ball - volumes.dimension * far - np.log(volumes.n)
    lower = np.where(field.log_density[row] <= field.log_density[across], row, across)
    at_end = field.log_density[lower] <= inside
    heights = np.where(at_end, field.log_density[lower], inside)
    stderr = np.where(at_end, field.stderr[lower], 1 / np.sqrt(place + 1))
    pairs = np.sort(np.column_stack([labels[row], labels[across]]), axis=1)
    return _highest(Saddles(pairs, heights, stderr, lower))


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
