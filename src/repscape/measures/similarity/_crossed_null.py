"""Values of many pairs under the same relabellings, of measures that read the product of two sides' rows and nothing else.

Relabelling moves the rows of one side. The products of all first sides with all second ones, under several orders, are one
matrix product, and what a measure makes of each (singular values, an assignment, a norm) is worked out for all products of one
shape together: a matrix of layers costs its arithmetic, and no longer a call for each pair and relabelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from ..uncertainty import Asked, JointNull
from ._joint_null import Pair
from ._pair import null_name

FloatArray = npt.NDArray[np.float64]
SideT = TypeVar("SideT")
AT_ONCE = 2048
"""Columns of either factor of a product."""


def crossed_null(
    sides: Mapping[int, SideT],
    pairs: Sequence[Pair],
    *,
    asked: Asked,
    rows: Callable[[SideT], FloatArray],
    reduce: Callable[[FloatArray], FloatArray],
    value: Callable[[SideT, SideT, FloatArray], FloatArray],
) -> JointNull:
    """Return the values of all pairs under the asked relabellings.

    `rows` gives the (n, d) rows that a side multiplies with, `reduce` makes of (m, d, p) products (m,) numbers, and `value` of
    those numbers of a pair its values.
    """
    firsts, seconds = (sorted({pair[end] for pair in pairs}) for end in (0, 1))
    shapes = {place: rows(sides[place]).shape for place in {*firsts, *seconds}}
    widths = {place: shape[1] for place, shape in shapes.items()}
    orders = asked.orders(shapes[firsts[0]][0])
    wanted = {pair: number for number, pair in enumerate(pairs)}
    found = np.empty((len(pairs), len(orders)))

    def beside(places: Sequence[int]) -> FloatArray:
        return np.concatenate([np.asarray(rows(sides[p]), dtype=np.float64) for p in places], axis=1)

    for left in _packed(firsts, widths):
        one = beside(left)
        for right in _packed(seconds, widths):
            other = beside(right)
            step = max(1, AT_ONCE // other.shape[1])
            for start in range(0, len(orders), step):
                some = orders[start : start + step]
                grid = one.T @ np.concatenate([other[order] for order in some], axis=1)
                blocks = _blocks(grid, [widths[p] for p in left], [widths[p] for p in right], len(some))
                for shape, where, stacked in blocks:
                    numbers = reduce(stacked.reshape(-1, *shape)).reshape(len(where), len(some))
                    for (i, j), row in zip(where, numbers, strict=True):
                        at = wanted.get((left[i], right[j]))
                        if at is not None:
                            found[at, start : start + len(some)] = row
    for (first, second), number in wanted.items():
        found[number] = value(sides[first], sides[second], found[number])
    return JointNull(found, null_name(asked.permutations, asked.free))


def _packed(places: Sequence[int], widths: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield sides that together are not too wide, at least one at a time."""
    pack: list[int] = []
    for place in places:
        if pack and sum(widths[p] for p in (*pack, place)) > AT_ONCE:
            yield pack
            pack = []
        pack.append(place)
    yield pack


def _blocks(
    grid: FloatArray, tall: Sequence[int], wide: Sequence[int], draws: int
) -> Iterator[tuple[tuple[int, int], list[Pair], FloatArray]]:
    """Yield the (d, p) products of one shape together: their shape, which they are, (them, draws, d, p)."""
    down, along = np.cumsum([0, *tall]), np.cumsum([0, *wide])
    by_draw = grid.reshape(grid.shape[0], draws, along[-1])
    shapes: dict[tuple[int, int], list[Pair]] = {}
    for i, d in enumerate(tall):
        for j, p in enumerate(wide):
            shapes.setdefault((d, p), []).append((i, j))
    for shape, where in shapes.items():
        parts = [by_draw[down[i] : down[i + 1], :, along[j] : along[j + 1]] for i, j in where]
        yield shape, where, np.stack(parts).transpose(0, 2, 1, 3)


def nuclear(products: FloatArray) -> FloatArray:
    """Return the sum of the singular values of each product."""
    found: FloatArray = np.linalg.svd(products, compute_uv=False).sum(axis=-1)
    return found


def squares(products: FloatArray) -> FloatArray:
    """Return the sum of the squared entries of each product."""
    found: FloatArray = np.einsum("mij,mij->m", products, products)
    return found


def assigned(products: FloatArray) -> FloatArray:
    """Return the largest sum of entries, no two of a row or a column, of each product; a unit may stand alone, for 0."""
    side = max(products.shape[1:])
    square = np.pad(products, [(0, 0), *((0, side - size) for size in products.shape[1:])])
    return np.array([one[linear_sum_assignment(one, maximize=True)].sum() for one in square])
