"""Values of many pairs under the same relabellings, at the price of one pass over the relabelled sides.

A comparison that is an inner product over pairs of examples needs the second side's vector in another order, and one matrix
product gives it for every two representations at once. Above 1,000 examples as many are taken, the same for every
representation, and what they give is brought to the mean and standard deviation that hold for all: those are known exactly.
The shape is that of all examples only where many of them matter. Where few do, as rows that are much longer than the rest, it
is decided by how many of those meet under a relabelling, which some of the examples do not tell: every pair is then relabelled
with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ..points import IntArray
from ..uncertainty import Asked, JointNull
from ._kernels import take_pairs
from ._pair import Prepared, null_name

FloatArray = npt.NDArray[np.float64]
Pair = tuple[int, int]
WIDE_BYTES = 1 << 20
"""Of second sides that stand side by side."""
MEET = 10.0
"""Examples that matter on both sides and meet under a relabelling, on average, of those that stand for all: the least."""
SideT = TypeVar("SideT")
PreparedT = TypeVar("PreparedT", bound=Prepared)


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """One representation as a vector over pairs of examples, scaled so that a comparison is an inner product."""

    pairs: FloatArray
    """(n (n - 1) / 2,)"""
    own: FloatArray | None = None
    """(n,) of each example with itself."""


def joint_null(  # house: the sides, what is compared, how the sides are flattened, and what holds for all examples
    sides: Mapping[int, SideT],
    pairs: Sequence[Pair],
    *,
    n: int,
    asked: Asked,
    flatten: Callable[[SideT], Flat],
    moments: Callable[[SideT, SideT], tuple[float, float]],
    reduced: Callable[[SideT, IntArray], SideT],
    weights: Callable[[SideT], FloatArray],
) -> JointNull | None:
    """Return the values of all pairs under the asked relabellings; None where they have to be worked out pair by pair.

    `flatten` gives a side's vector, `moments` the exact mean and standard deviation of a pair, `reduced` a side of some of the
    examples, `weights` how much each example, or each of evenly spaced ones, adds to the square of the vector.
    """
    rows = asked.rows(n)
    if rows is not None and not asked.free.free:
        return None  # groups and strata have no moments that are known
    firsts, seconds = (sorted({pair[end] for pair in pairs}) for end in (0, 1))
    if rows is not None:
        shares = {place: _share_that_matters(weights(sides[place])) for place in {*firsts, *seconds}}
        if min(shares[one] * shares[other] for one, other in pairs) * rows.size < MEET:
            return None
    small = {place: sides[place] if rows is None else reduced(sides[place], rows) for place in {*firsts, *seconds}}
    flat = {place: flatten(side) for place, side in small.items()}
    left, right = (np.stack([flat[place].pairs for place in held], axis=1) for held in (firsts, seconds))
    own = None if flat[firsts[0]].own is None else [_own(flat, held) for held in (firsts, seconds)]
    count = n if rows is None else rows.size
    grids, moved = [], np.empty_like(right)
    for order in asked.orders(count):
        take_pairs(right, order, moved)
        grid = left.T @ moved
        grids.append(grid if own is None else grid + own[0].T @ own[1][order])
    at = [{place: column for column, place in enumerate(held)} for held in (firsts, seconds)]
    stacked = np.stack(grids)
    values = np.stack([stacked[:, at[0][one], at[1][other]] for one, other in pairs])
    if rows is not None:
        for place, (one, other) in enumerate(pairs):
            (mean, sd), (small_mean, small_sd) = (moments(held[one], held[other]) for held in (sides, small))
            values[place] = mean + (values[place] - small_mean) * (sd / small_sd if small_sd > 0 else 0.0)
    return JointNull(values, asked.name(n))


def _share_that_matters(weights: FloatArray) -> float:
    """Return the effective number of examples, as a share of them."""
    held = np.maximum(weights, 0.0)
    return float(held.mean() ** 2 / (held**2).mean()) if held.any() else 0.0


def _own(flat: Mapping[int, Flat], held: Sequence[int]) -> FloatArray:
    return np.stack([np.asarray(flat[place].own) for place in held], axis=1)


def relabelled_values(
    sides: Mapping[int, PreparedT],
    pairs: Sequence[Pair],
    asked: Asked,
    *,
    value: Callable[[PreparedT, PreparedT, IntArray], float],
) -> JointNull:
    """Return the values of all pairs under shared relabellings, of a measure that reads its second side in any order."""
    orders = asked.orders(sides[pairs[0][0]].n)
    values = [[value(sides[one], sides[other], order) for order in orders] for one, other in pairs]
    return JointNull(np.array(values), null_name(asked.permutations, asked.free))


def side_by_side(  # house: the sides and pairs, and what a measure reads of columns
    sides: Mapping[int, PreparedT],
    pairs: Sequence[Pair],
    asked: Asked,
    *,
    columns: Callable[[PreparedT], FloatArray],
    by_column: Callable[[PreparedT, FloatArray], FloatArray],
    value: Callable[[FloatArray], float],
) -> JointNull:
    """Return the values of all pairs under shared relabellings, of a measure that reads its second side column by column.

    `columns` gives the (n, p) columns of a side, `by_column` the (m, p) numbers that a first side makes of any columns, and
    `value` what those of one side come to. All second sides, in many orders, stand side by side in one wide matrix.
    """
    n = sides[pairs[0][0]].n
    orders = asked.orders(n)
    held = {place: np.asarray(columns(sides[place]), dtype=np.float64) for place in {pair[1] for pair in pairs}}
    values = np.empty((len(pairs), len(orders)))
    for first in sorted({pair[0] for pair in pairs}):
        cells = [(row, draw) for row, pair in enumerate(pairs) if pair[0] == first for draw in range(len(orders))]
        while cells:
            some = [cells.pop()]
            width = held[pairs[some[0][0]][1]].shape[1]
            while cells and 8 * n * (width + held[pairs[cells[-1][0]][1]].shape[1]) <= WIDE_BYTES:
                some.append(cells.pop())
                width += held[pairs[some[-1][0]][1]].shape[1]
            wide = np.concatenate([held[pairs[row][1]][orders[draw]] for row, draw in some], axis=1)
            ends = np.cumsum([held[pairs[row][1]].shape[1] for row, _ in some])
            parts = np.split(by_column(sides[first], wide), ends[:-1], axis=1)
            for cell, part in zip(some, parts, strict=True):
                values[cell] = value(part)
    return JointNull(values, null_name(asked.permutations, asked.free))
