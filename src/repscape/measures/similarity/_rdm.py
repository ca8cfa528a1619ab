"""Representational dissimilarity matrices: the dissimilarity of every two of n conditions, held or streamed.

They come from matrix products, whose rounding is largest for near-duplicates; those few are worked out again by differences.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...machine import check_memory, fitting, within_memory
from ..points import IntArray, rows_of, unit_rows

FloatArray = npt.NDArray[np.float64]
Metric = Literal["cosine", "correlation", "euclidean", "sqeuclidean"]
METRICS = ("cosine", "correlation", "euclidean", "sqeuclidean")
NEAR = 1e-6  # squared distances below this share of the squared lengths have lost half of their digits in the product
BLOCK = 1 << 22  # entries worked on in one go


@within_memory
def rdm(X: Any, *, metric: Metric = "cosine", axis: Literal["examples", "units"] = "examples") -> FloatArray:
    """Return the dissimilarity of every two examples.

    Parameters
    ----------
    X : (n, d) array
        The points.
    metric : {"cosine", "correlation", "euclidean", "sqeuclidean"}
        1 - cosine of the angle between two rows, 1 - their correlation, the distance or its square.
    axis : {"examples", "units"}
        "units": the dissimilarity of every two columns.

    Returns
    -------
    (n (n - 1) / 2,) array
        In the order (0, 1), (0, 2), ... (1, 2), ... as in scipy; `scipy.spatial.distance.squareform` makes the matrix.

    Raises
    ------
    InputError
        If a row is zero (cosine) or constant (correlation).

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rs.rdm(np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])).tolist()
    [1.0, 2.0, 1.0]
    """
    source = dissimilarities(X, "X", "rdm", metric=metric, axis=axis)
    then = f"sim_rsa works them out piece by piece, and {fitting(8 / 2):,} points would fit here."
    check_memory(
        8 * pairs_of(source.n), f"rdm, for the {pairs_of(source.n):,} pairs of {source.n:,} points,", then=then
    )
    out = np.empty(pairs_of(source.n))
    place = 0
    for piece in source.pieces():
        out[place : place + piece.size] = piece
        place += piece.size
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Dissimilarities:
    """The dissimilarities of n conditions, to be read piece by piece."""

    points: FloatArray
    squares: FloatArray
    finish: Callable[[FloatArray], FloatArray]

    @property
    def n(self) -> int:
        """Conditions."""
        return int(self.points.shape[0])

    def pieces(self) -> Iterator[FloatArray]:
        """Yield consecutive pieces of the condensed vector; every piece holds whole rows of the upper triangle."""
        for start, stop in row_blocks(self.n):
            later, squares = self.points[start:], self.squares[start:]
            above = np.arange(self.n - start) > np.arange(stop - start)[:, None]
            found = self.points[start:stop] @ later.T
            found *= -2
            found += squares
            found += squares[: stop - start, None]
            found = np.maximum(found[above], 0.0)
            close = np.flatnonzero(found < 2 * NEAR * squares.max())
            if close.size:
                self._by_differences(found, close, np.argwhere(above)[close] + start)
            yield self.finish(found)

    def _by_differences(self, found: FloatArray, places: IntArray, pairs: IntArray) -> None:
        """Work those out again whose squared distance is tiny beside the squared lengths."""
        near = found[places] < NEAR * self.squares[pairs].sum(axis=1)
        places, pairs = places[near], pairs[near]
        step = max(1, BLOCK // self.points.shape[1])
        for part in range(0, places.size, step):
            one, other = pairs[part : part + step].T
            apart = self.points[one] - self.points[other]
            found[places[part : part + step]] = np.einsum("ij,ij->i", apart, apart)


def dissimilarities(X: Any, name: str, function: str, *, metric: str, axis: str) -> Dissimilarities:
    """Check the points and bring them to where squared distances are what is asked for."""
    _check.choice(metric, "metric", function, METRICS)
    points = rows_of(X, name, function, axis=axis).astype(np.float64)
    if metric in ("euclidean", "sqeuclidean"):
        points -= points.mean(axis=0)
        finish = np.sqrt if metric == "euclidean" else _as_is
    else:
        points = unit_rows(points, name, function, centre=metric == "correlation")
        finish = _half
    return Dissimilarities(points, np.einsum("ij,ij->i", points, points), finish)


def _as_is(values: FloatArray) -> FloatArray:
    return values


def _half(values: FloatArray) -> FloatArray:
    return values / 2


def row_blocks(n: int) -> list[tuple[int, int]]:
    """Return (start, stop) of the blocks of rows in which the upper triangle of an n x n matrix is read."""
    edges = [0]
    while edges[-1] < n - 1:
        edges.append(min(n - 1, edges[-1] + max(1, BLOCK // (n - edges[-1]))))
    return list(itertools.pairwise(edges))


def pairs_of(n: int) -> int:
    """Return the number of pairs of n conditions."""
    return n * (n - 1) // 2


def pair_places(rows: IntArray, n: int) -> IntArray:
    """Return where the pairs of chosen conditions stand in the condensed vector of n; -1 for a condition with itself."""
    first, second = np.triu_indices(rows.size, 1)
    a, b = np.minimum(rows[first], rows[second]), np.maximum(rows[first], rows[second])
    return np.where(a == b, -1, a * n - a * (a + 1) // 2 + b - a - 1)


def condensed(values: Any, name: str, function: str) -> FloatArray:
    """Return a measured RDM, (n, n) or condensed, as the condensed vector."""
    array = np.asarray(values)
    if array.ndim == 2:
        array = _check.points(array, name, function).astype(np.float64)
        if (
            array.shape[0] != array.shape[1]
            or not np.allclose(array, array.T, rtol=1e-6, atol=0)
            or np.diag(array).any()
        ):
            raise InputError(
                f"{name} of {function} must be a symmetric (n, n) matrix with zeros on the diagonal, or its upper triangle. "
                f"Got shape {array.shape}."
            )
        return array[np.triu_indices(array.shape[0], 1)]
    vector = _check.column(array, name, function, n=array.size).astype(np.float64)
    if vector.size < 3 or pairs_of(conditions(vector.size)) != vector.size:
        raise InputError(
            f"{name} of {function} must hold n (n - 1) / 2 dissimilarities of n >= 3 conditions. Got {vector.size}."
        )
    return vector


def conditions(pairs: int) -> int:
    """Return the number of conditions that have so many pairs."""
    return int((1 + (1 + 8 * pairs) ** 0.5) / 2)
