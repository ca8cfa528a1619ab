"""Rows that differ by rounding alone: how near that is, and which rows belong together.

The same input gives rows that differ in their last bits where it ran in another batch. Two such rows are one point for a
dimension, which reads ratios of the smallest distances. Graphs never merge them; they say how near is too near.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _kernels_encode, _points
from ._points import Points

IntArray = npt.NDArray[np.int64]
ROUNDINGS = (
    64  # of the length of a row, that a forward pass may add up to; about ten are seen in networks of a dozen blocks
)
HALF_ROUNDINGS = 2  # half precision is most often what longer results were rounded to once
EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52, "longdouble": 2.0**-52}
SAMPLE, BLOCK = 4096, 1024  # rows whose length is looked at, in evenly spaced blocks
SEPARATED = 100  # how many times further the usual neighbour must be


def rounding_bound(X: Any) -> float:
    """Return how far apart rows of X may be by rounding alone: so many roundings of the usual length of a row.

    64 eps for float32 and float64 (eps of float32 where float64 values all are float32 ones), 2 eps for half precision, times
    the median length of (up to 4,096) rows; 0 for integers.

    Examples
    --------
    >>> import numpy as np
    >>> round(rounding_bound(np.full((5, 4), 2.0, dtype=np.float32)) / 2**-23)
    256
    """
    source = _points.source(X)
    points = _points.described(source, "X", "rounding_bound", least=1)
    name = str(getattr(source.dtype, "name", source.dtype)).removeprefix("torch.")
    if name not in EPS:
        return 0.0
    starts = (
        range(0, points.n, BLOCK)
        if points.n <= SAMPLE
        else np.linspace(0, points.n - BLOCK, SAMPLE // BLOCK, dtype=int)
    )
    rows = np.concatenate([points.block(int(start), min(int(start) + BLOCK, points.n)) for start in starts])
    with np.errstate(over="ignore"):  # such rows have no squared distances, which is said elsewhere
        if name == "float64" and np.array_equal(rows, rows.astype(np.float32)):
            name = "float32"
        squares = np.empty(len(rows))
        _kernels_encode.squared_lengths(rows, squares)
        scale = float(np.median(np.sqrt(squares)))
    return (HALF_ROUNDINGS if name in ("float16", "bfloat16") else ROUNDINGS) * EPS[name] * scale


def separated_bound(bound: float, distances: npt.NDArray[np.float64]) -> float:
    """Return a bound if it lies far below the usual distance to a neighbour, else 0.

    Where points truly lie as near as rounding could bring them, rounding cannot be told from data.

    Parameters
    ----------
    bound : float
        From `rounding_bound`.
    distances : (n, k) array
        Of the neighbours of each point, nearest first; the first beyond the bound counts.
    """
    if not bound > 0:
        return 0.0
    beyond = distances > bound
    some = beyond.any(axis=1)
    if not some.any():
        return 0.0
    usual = float(np.median(distances[some, beyond[some].argmax(axis=1)]))
    return bound if bound * SEPARATED <= usual else 0.0


def rows_within(points: Points, rows: IntArray, bound: float) -> IntArray:
    """Return for each of `rows` (ascending) the first row of its group: going down the rows, each that is in no group yet
    begins one, and takes every later row within `bound` that is in none.

    Rows are sorted along one direction and only those within the bound there are compared, so that the work is that of the
    groups, and memory that of `rows`.
    """
    held = points.take(rows)
    values = np.asarray(held.block(0, held.n), dtype=np.float64)
    direction = np.random.default_rng(0).normal(size=points.d)
    direction /= np.linalg.norm(direction)
    along = values @ direction
    order = np.argsort(along, kind="stable")
    slack = bound + 1e-12 * float(np.abs(along).max(initial=0.0))
    low = np.searchsorted(along[order], along - slack, side="left")
    high = np.searchsorted(along[order], along + slack, side="right")
    first = np.full(len(rows), -1, dtype=np.int64)
    for place in range(len(rows)):
        if first[place] >= 0:
            continue
        near = order[low[place] : high[place]]
        near = near[first[near] < 0]
        apart = values[near] - values[place]
        first[near[np.sqrt(np.einsum("ij,ij->i", apart, apart)) <= bound]] = place
        first[place] = place
    return rows[first]
