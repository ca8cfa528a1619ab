"""What RSA reads by chance: its exact moments under free relabelling of the conditions, and many pairs at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..points import IntArray
from ..uncertainty import Asked, JointNull, Null
from ._joint_null import Flat, Pair, joint_null
from ._rdm_compare import Side, row_sums

INNER = ("pearson", "spearman", "cosine")
"""Comparators that are an inner product of two vectors over pairs."""
LEAST = 4


def moments(first: Side, second: Side) -> tuple[float, float]:
    """Return mean and standard deviation of the comparison when the conditions of one side are relabelled freely.

    Pairs that share a condition go together, and pairs that do not are not independent either: each of the three kinds has its
    share of the products on both sides.
    """
    n = first.n
    count = n * (n - 1)
    (level, a, g), (other, b, h) = _weights(first), _weights(second)
    spread = 2 * a * b / count + 4 * (g - a) * (h - b) / (count * (n - 2))
    spread += (2 * a - 4 * g) * (2 * b - 4 * h) / (count * (n - 2) * (n - 3))
    return level * other * count / 2, math.sqrt(max(0.0, spread)) / 2


def _weights(side: Side) -> tuple[float, float, float]:
    """Return the mean entry, and of the entries less their mean the sum of squares and of squared row sums, over all (i, j)."""
    if not side.weights:
        n = side.n
        sums = row_sums(side.pieces(), n)
        level = 0.0 if side.compare != "cosine" else float(sums.sum()) / (n * (n - 1))
        away = sums - level * (n - 1)
        side.weights.append((level, 2.0 - n * (n - 1) * level**2, float(away @ away)))
    return side.weights[0]


def closed_null(first: Side, second: Side) -> Null | None:
    """Return the null of known moments, where the comparator is an inner product."""
    if first.compare not in INNER or first.n < LEAST:
        return None
    return Null.of_moments(*moments(first, second))


def nulls(
    sides: Mapping[int, Side], pairs: Sequence[Pair], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; None of comparators that are no inner product."""
    some = next(iter(sides.values()))
    if some.compare not in INNER or some.n < LEAST or any(side.vector is None for side in sides.values()):
        return None
    return joint_null(
        sides, pairs, n=some.n, asked=asked, flatten=_flat, moments=moments, reduced=_reduced, weights=_by_condition
    )


def _reduced(side: Side, rows: IntArray) -> Side:
    return side.subset(rows)


def _by_condition(side: Side) -> np.ndarray:
    return row_sums((piece**2 for piece in side.pieces()), side.n)


def _flat(side: Side) -> Flat:
    return Flat(np.asarray(side.vector))
