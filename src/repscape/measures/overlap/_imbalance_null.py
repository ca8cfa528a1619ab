"""Information imbalance by chance: the ranks of whole rows are found once, and every relabelling of every pair looks them up.

A relabelling asks for the ranks of other pairs of examples each time. All ranks of some rows cost about what a few relabellings
would, and serve all of them, and all representations that are compared with this one; rows are taken in blocks, so that no
n x n matrix is held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...graph import knn_rows
from ..uncertainty import Asked, Exchanges, JointNull, Null
from ._imbalance_sides import NAME, Side
from ._overlap_kernels import add_ranks

IntArray = npt.NDArray[np.int64]
HELD = 1 << 23
"""Ranks held at a time."""


def imbalance_null(
    first: Side, second: Side, k: int, *, value: float, free: Exchanges, draws: int, rng: int | np.random.Generator
) -> Null:
    """Compare the value with those of relabelled examples of the second; small ones are extreme."""
    orders = Asked(draws, rng, free, NAME).orders(first.n)
    return Null.of(value, _relabelled([first], second, k, orders)[0], less=True)


def nulls(
    sides: Mapping[int, Side], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    orders = asked.orders(sides[pairs[0][0]].n)
    values = np.empty((len(pairs), len(orders)))
    for second in sorted({pair[1] for pair in pairs}):
        rows = [row for row, pair in enumerate(pairs) if pair[1] == second]
        firsts = [sides[pairs[row][0]] for row in rows]
        values[rows] = _relabelled(firsts, sides[second], int(options["k"]), orders)
    return JointNull(values, f"{asked.permutations} relabellings of the {asked.free.name}")


def _relabelled(firsts: Sequence[Side], second: Side, k: int, orders: Sequence[IntArray]) -> npt.NDArray[np.float64]:
    """Return (firsts, draws) the imbalance from each to the second whose example order[i] stands in the place of i."""
    if second.points is None:
        raise InputError(
            f"permutations of {NAME} need the points of Y: a graph does not hold the ranks of other pairs."
        )
    n = second.n
    nearest = np.stack([np.asarray(side.graph.indices)[:, :k] for side in firsts])
    every = np.stack(orders)
    sums = np.zeros((len(firsts), len(orders)), dtype=np.int64)
    step = max(1, HELD // n)
    for start in range(0, n, step):
        stop = min(n, start + step)
        sorted_rows = knn_rows(second.points, n - 1, start=start, stop=stop).indices
        ranks = np.zeros((stop - start, n), dtype=np.int32)
        np.put_along_axis(ranks, sorted_rows, np.arange(1, n, dtype=np.int32)[None], axis=1)
        add_ranks(ranks, start, nearest, every, sums)
    return 2 / n * sums / (n * k)
