"""Few points of many features: all products are held at once, and each pair that may matter is compared exactly, once.

With n below d the exact comparisons cost as much as the products. Here they are shared by the two points of a pair; a first
round takes the k best of each row by their scores, and a second whatever the bound cannot put beyond the k-th distance that
the first has found. So every row is certified by the first products, however close its neighbours stand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..machine import Crew
from . import _audit, _direct, _kernels_few, _screen
from ._audit import Audit
from ._certify import Encoded, Frame
from ._direct import Found
from ._points import Points

POINTS = 2048  # all products and differences of so many take 52 MiB
FEATURES = 128  # from which comparing is dearer than looking through all scores
TILE = 256
PAIR_BYTES = 13  # a product in float32, a difference, a mark


def suits(points: Points) -> bool:
    """Whether these are few points of many features, and in memory."""
    return points.n <= POINTS and points.d >= FEATURES and points.whole is not None


def nearest(points: Points, k: int, frame: Frame, *, audit: Audit, crew: Crew) -> Found:
    """Return (squared distances, indices) of each point's k nearest others; certain unless the audit is broken by then."""
    whole = points.whole
    if whole is None:
        raise ValueError("points must be in memory")
    n = points.n
    rows = _screen.encode(points, frame, audit.products, start=0, stop=n, crew=crew)
    square = _products(rows, audit, crew)
    marks, squares = np.zeros((n, n), np.uint8), np.empty((n, n))
    values, ids = _direct.heaps(
        n, k
    )  # a row that broken products leave open has no limit: whatever comes next is nearer
    shrink = audit.products.bound.shrink(frame.scale, points.d)
    size = min(TILE, -(-n // crew.threads))
    starts = range(0, n, max(1, size // 4))

    def mark(first: int, _: None) -> None:
        _kernels_few.mark_nearest(square, rows.bias, first, min(first + starts.step, n), k, marks)

    def compare(first: int, _: None) -> None:
        _kernels_few.compare_marked(whole, marks, first, min(first + starts.step, n), squares)

    def settle(first: int, _: None) -> None:
        last = min(first + starts.step, n)
        audit.note(
            _kernels_few.settle(whole, square, rows.bias, marks, squares, first, last, shrink, values, ids)
        )  # fmt: skip

    for step in (mark, compare, settle):
        crew.map(step, starts, what="exact distances")
    return values, ids


def _products(rows: Encoded, audit: Audit, crew: Crew) -> npt.NDArray[Any]:
    """All products, held to their bound row by row."""
    products, n = audit.products, len(rows.bias)
    square = np.empty((n, n), products.dtype)
    if _audit.poisoned():
        products.poison(square)
    size = n if crew.threads == 1 else min(TILE, -(-n // 2))

    def multiply(pair: tuple[int, int], room: Any) -> None:
        a, b = (rows.part(first, first + size) for first in pair)
        if _audit.poisoned():
            products.poison(room)
        tile = products.multiply(a, b, room)
        if tile.base is not square:
            _kernels_few.put(tile, square, *pair)

    def check(first: int, _: None) -> None:
        part = rows.part(first, first + share)
        audit.note(_audit.missed(square[first : first + share], part, rows, products=products))

    starts = range(0, n, size)
    pairs = [(i, j) for shift in starts for i in starts if (j := i + shift) < n]
    pairs.sort(key=lambda pair: pair[0] == pair[1])  # halves of a symmetric product last: they are short
    crew.map(multiply, pairs, what=products.name, workspace=lambda: square if size == n else products.tile(size))
    share = -(-n // crew.threads)
    crew.map(check, range(0, n, share), what=products.name)
    return square
