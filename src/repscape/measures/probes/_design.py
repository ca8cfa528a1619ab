"""The rows that probes learn from: standardised once, grouped by part, so that any union of parts is a training set.

Folds, splits, portions and sizes are all unions of parts. The mean and spread of a training set come from the sums of its
parts, and its own standardisation is folded into the weights: all fits, of all training sets, read one copy of the rows, and
what a training set leaves out is never multiplied.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from ...graph import Points, read_points
from ...machine import Crew, memory_available, single_threaded_products, thread_count

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]
StateT = TypeVar("StateT")
PIECE_ROWS = 1024  # rows of one part that are taken at a time
LANES = 8  # sums that are kept apart, and added in order: the result does not depend on which thread was first
ROUNDING = 8  # a spread of so many last digits of the mean is that of a constant feature


@dataclass(frozen=True, slots=True)
class Frames:
    """How each of F training sets standardises, relative to the design's own standardisation."""

    n: FloatArray
    """(F,) rows."""
    shift: FloatArray
    """(F, d) mean."""
    scale: FloatArray
    """(F, d) spread; what scikit-learn's StandardScaler divides by."""

    def outward(self, theta: Array) -> Array:
        """Turn (F, C, d + 1) weights of standardised features, intercept last, into weights of the design's rows."""
        out = np.empty_like(theta)
        out[:, :, :-1] = theta[:, :, :-1] / self.scale[:, None]
        out[:, :, -1] = theta[:, :, -1] - np.einsum("fcd,fd->fc", out[:, :, :-1], self.shift)
        return out

    def inward(self, gradient: Array) -> Array:
        """Turn the gradient by weights of the design's rows into the one by weights of standardised features, in place."""
        gradient[:, :, :-1] -= gradient[:, :, -1:] * self.shift[:, None]
        gradient[:, :, :-1] /= self.scale[:, None]
        return gradient

    def at(self, chosen: Any) -> Frames:
        """Return some of them."""
        return Frames(self.n[chosen], self.shift[chosen], self.scale[chosen])


@dataclass(frozen=True, eq=False)
class Design:
    """n rows of d standardised features, each in one part (-1: in none)."""

    points: Points
    """The rows as they came; in memory or where they are stored."""
    rows: Array | None
    """The standardised rows in the order of their parts, or None where that copy does not fit."""
    part: IntArray
    """(n,) part of each row."""
    order: IntArray
    """Rows that are in some part, grouped by part."""
    counts: IntArray
    """(parts,) rows of each."""
    sums: FloatArray
    """(parts, d) of the standardised rows."""
    squares: FloatArray
    """(parts, d) the same of their squares."""
    mean: FloatArray
    """(d,) of the rows as they came."""
    spread: FloatArray
    """(d,) the same; 1 for a constant feature."""

    @property
    def d(self) -> int:
        """Features."""
        return self.points.d

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return self.counts.size

    @cached_property
    def spectrum(self) -> tuple[Array, Array]:
        """Eigenvalues and eigenvectors of the covariance, factored once for all that is learned from these rows."""
        shape, dtype = (self.d, self.d), self.points.dtype

        def _add(total: Array, part: int, rows: IntArray, block: Array) -> None:
            total += block[:, :-1].T @ block[:, :-1]

        gram = functools.reduce(np.add, in_lanes(self, lambda: np.zeros(shape, dtype), _add))
        with single_threaded_products():
            values, vectors = eigh(gram / self.order.size, check_finite=False, overwrite_a=True)
        return np.maximum(values, 0), vectors

    def frames(self, sets: BoolArray) -> Frames:
        """Return how training sets, (F, parts) unions of parts, standardise."""
        n = sets.astype(np.float64) @ self.counts
        shift = (sets @ self.sums) / n[:, None]
        variance = (sets @ self.squares) / n[:, None] - shift**2
        # A feature that is constant in a training set keeps its own unit there, as StandardScaler leaves it.
        flat = variance <= (ROUNDING * np.finfo(self.points.dtype).eps * (1 + np.abs(shift))) ** 2
        scale = np.where(flat, 1 / self.spread, np.sqrt(np.where(flat, 1.0, variance)))
        return Frames(n, shift, scale)

    def pieces(self) -> list[tuple[int, int]]:
        """Return runs of rows for threads to share: of the ordered copy, or of the rows as they are stored."""
        if self.rows is None:
            step = max(1, min(PIECE_ROWS, self.points.block_rows))
            return [(start, min(start + step, self.points.n)) for start in range(0, self.points.n, step)]
        edges = np.concatenate([[0], np.cumsum(self.counts)])
        return [
            (start, min(start + PIECE_ROWS, int(high)))
            for low, high in itertools.pairwise(edges)
            for start in range(int(low), int(high), PIECE_ROWS)
        ]

    def blocks(self, piece: tuple[int, int]) -> Iterator[tuple[int, IntArray, Array]]:
        """Yield (part, numbers of the rows, standardised rows with a last column of ones) of a piece."""
        start, stop = piece
        if self.rows is not None:
            rows = self.order[start:stop]
            yield int(self.part[rows[0]]), rows, self.rows[start:stop]
            return
        block = _standardised(self.points.block(start, stop), self.mean, self.spread)
        own = self.part[start:stop]
        for part in np.unique(own[own >= 0]):
            rows = np.flatnonzero(own == part)
            yield int(part), rows + start, block[rows]


def in_lanes(
    design: Design, start: Callable[[], StateT], add: Callable[[StateT, int, IntArray, Array], None]
) -> list[StateT]:
    """Call add(state, part, numbers of the rows, rows) for every block, on threads; return the state of each lane."""
    pieces = design.pieces()
    lanes = np.array_split(np.arange(len(pieces)), min(LANES, len(pieces)))
    states = [start() for _ in lanes]

    def task(lane: int, _: None) -> None:
        for piece in lanes[lane]:
            for part, rows, block in design.blocks(pieces[piece]):
                add(states[lane], part, rows, block)

    Crew(thread_count(None, "probe")).map(task, range(len(lanes)), what="rows")
    return states


def design(X: Any, part: IntArray, *, parts: int, function: str) -> Design:
    """Check the points and standardise the rows that are in some part."""
    free = memory_available()
    points = read_points(X, "X", function, hold=free // 4)
    used = part >= 0
    mean, spread = _moments(points, used)
    order = np.argsort(part, kind="stable")[np.count_nonzero(~used) :]
    counts = np.bincount(part[used], minlength=parts)
    size = order.size * (points.d + 1) * points.dtype.itemsize
    rows = None
    if points.whole is not None and size <= free // 3:
        rows = np.empty((order.size, points.d + 1), points.dtype)
        for start in range(0, order.size, PIECE_ROWS):
            some = order[start : start + PIECE_ROWS]
            rows[start : start + some.size] = _standardised(points.whole[some], mean, spread)
    empty = np.zeros((parts, points.d))
    found = Design(points, rows, part, order, counts, empty, empty.copy(), mean, spread)
    for piece in found.pieces():
        for own, _, block in found.blocks(piece):
            exact = block[:, :-1].astype(np.float64)
            found.sums[own] += exact.sum(axis=0)
            found.squares[own] += np.einsum("ij,ij->j", exact, exact)
    return found


def _moments(points: Points, used: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean and the spread of each feature over the used rows, in two passes: sums of squares cancel otherwise."""
    step = max(1, min(PIECE_ROWS, points.block_rows))
    runs = [(start, min(start + step, points.n)) for start in range(0, points.n, step)]
    total, away = np.zeros(points.d), np.zeros(points.d)
    for start, stop in runs:
        total += points.block(start, stop)[used[start:stop]].sum(axis=0, dtype=np.float64)
    mean = total / used.sum()
    for start, stop in runs:
        away += ((points.block(start, stop)[used[start:stop]] - mean) ** 2).sum(axis=0)
    spread = np.sqrt(away / used.sum())
    flat = spread <= ROUNDING * np.finfo(points.dtype).eps * np.abs(mean)
    return mean, np.where(flat, 1.0, spread)


def _standardised(block: Array, mean: FloatArray, spread: FloatArray) -> Array:
    out = np.empty((block.shape[0], block.shape[1] + 1), block.dtype)
    out[:, :-1] = (block - mean) / spread
    out[:, -1] = 1
    return out
