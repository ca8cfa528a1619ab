"""Whether two spaces are related at all: what a relabelling of one of them takes for granted that they are not.

What X adds to Z is read beside relabellings of X, which part X from Z as well. A gain beyond theirs therefore says "X adds"
only where X and Z have nothing to do with each other; else a rescaled copy of a part of Z gains too. Dependence is looked for
in several ways, since a wave along one axis of Z is seen along that axis alone, and a slant best of all by distances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from ..uncertainty import Asked, Exchanges, IntArray, Null, usual_permutations
from ._imbalance_sums import FloatArray, all_squares, square

WARY = 0.1
"""Spaces are taken for unrelated if more than this share of relabelled ones look as related; above the usual level, since a
p-value rests on their being so."""
AXES = 20
"""Principal axes of the second space that are looked along one by one."""


@dataclass(frozen=True, slots=True)
class Related:
    """What is known of two spaces having to do with each other."""

    p_value: float
    """Share of up to 199 relabellings that look as related."""
    least: float
    """The smallest it could be."""

    @property
    def unrelated(self) -> bool:
        """Whether they may be taken for unrelated: no relation was seen, where one would have been."""
        return self.p_value > WARY >= self.least

    def reason(self, first: str, second: str) -> str:
        """Say why a relabelling of the first alone tells nothing of what it adds to the second."""
        if self.least > WARY:
            return f"none: of {round(1 / self.least)} arrangements none can show that {first} is unrelated to {second}"
        return (
            f"none: {first} is related to {second} (p = {self.p_value:.3g}), and relabelling it alone would part them"
        )


def related(first: FloatArray, second: FloatArray, free: Exchanges, *, function: str) -> Related:
    """Ask whether points (n, d) go with others (n, q): by ranks of neighbours either way, along single axes, by distances.

    Each way is brought to mean 0 and variance 1 over the data and all relabellings, and the largest is the statistic.
    """
    n = len(first)
    draws = usual_permutations(n, within=free.within, groups=free.groups)
    if not draws:
        return Related(1.0, 1.0)
    asked = Asked(draws, 0, free, function)
    orders = [np.arange(n), *asked.orders(n)]
    near = math.ceil(math.sqrt(n))
    own, other = all_squares(first), all_squares(second)
    ranks, back_ranks = _ranks(own), _ranks(other)
    back = _nearest(own, near)
    lists = [_nearest(squares, near) for squares in (other, *map(square, _axes(second).T))]
    centred, other_centred = _double_centred(np.sqrt(own)), _double_centred(np.sqrt(other))
    found = np.empty((len(orders), len(lists) + 2))
    for row, order in enumerate(orders):
        place = np.empty_like(order)
        place[order] = np.arange(n)
        for column, nearest in enumerate(lists):
            found[row, column] = -ranks[order[:, None], order[nearest]].mean()
        found[row, -2] = -back_ranks[place[:, None], place[back]].mean()
        found[row, -1] = np.vdot(centred[np.ix_(order, order)], other_centred)
    spread = found.std(axis=0)
    largest = ((found - found.mean(axis=0)) / np.where(spread > 0, spread, 1.0)).max(axis=1)
    return Related(float(Null.of(float(largest[0]), largest[1:]).p_value or 1.0), 1 / (draws + 1))


def _axes(points: FloatArray) -> FloatArray:
    """Return the points along their own axes, or along the principal ones where they have many."""
    if points.shape[1] <= AXES:
        return points
    left, sizes, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    along: FloatArray = left[:, :AXES] * sizes[:AXES]
    return along


def _ranks(squares: FloatArray) -> npt.NDArray[np.float64]:
    """Return (n, n) ranks of all others by distance; ties share theirs, so that the order of rows says nothing."""
    found: npt.NDArray[np.float64] = rankdata(squares, axis=1)
    return found


def _nearest(squares: FloatArray, count: int) -> IntArray:
    """Return (n, count) nearest others, ties in an order of their own."""
    away = squares.copy()
    np.fill_diagonal(away, np.inf)
    order = np.random.default_rng(len(away)).permutation(len(away))
    found: IntArray = order[np.argsort(away[:, order], axis=1, kind="stable")[:, :count]]
    return found


def _double_centred(distances: FloatArray) -> FloatArray:
    rows = distances.mean(axis=0)
    found: FloatArray = distances - rows - rows[:, None] + rows.mean()
    return found
