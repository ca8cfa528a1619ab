"""What CKA reads by chance: its exact moments under free relabelling, and the values of many pairs at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..points import Centred, IntArray
from ..uncertainty import Asked, JointNull, Null
from ._gram import HELD_BYTES, Kernel, kernel_of
from ._hsic import Part
from ._joint_null import Flat, Pair, joint_null

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """What the moments read of a centred kernel matrix K."""

    trace: float
    square: float
    """tr(K^2)"""
    diagonal: float
    """sum of squared K_ii"""


def moments(first: Any, second: Any) -> tuple[float, float]:
    """Return mean and standard deviation of the CKA of two sides when the examples of one are relabelled freely.

    Debiased: 0 and sqrt(2 / (n (n - 3))), whatever the data. Biased: the exact permutation moments of the trace of a product
    of two centred matrices (Kazi-Aoual, Hitier, Sabatier and Lebreton 1995).
    """
    n = first.n
    if first.parts[0].debiased:
        return 0.0, math.sqrt(2 / (n * (n - 3)))
    a, b = (_sums(side.parts[0], side.norm) for side in (first, second))
    scale = math.sqrt(a.square * b.square)
    spread, skewed = 1.0, 1.0
    for s in (a, b):
        spread *= (n - 1) * s.square - s.trace**2
        skewed *= n * (n + 1) * s.diagonal - (n - 1) * (s.trace**2 + 2 * s.square)
    variance = 2 * spread / ((n - 1) ** 2 * (n + 1) * (n - 2)) + skewed / ((n + 1) * n * (n - 1) * (n - 2) * (n - 3))
    return a.trace * b.trace / (n - 1) / scale, math.sqrt(max(0.0, variance)) / scale


def closed_null(first: Any, second: Any) -> Null | None:
    """Return the null of known moments; of batches, or kernels too large to be held, none is known."""
    known = all(len(side.parts) == 1 and _diagonal(side.parts[0]) is not None for side in (first, second))
    return Null.of_moments(*moments(first, second)) if known else None


def nulls(
    sides: Mapping[int, Any], pairs: Sequence[Pair], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings."""
    some = next(iter(sides.values()))
    if any(len(side.parts) > 1 for side in sides.values()):
        return None
    return joint_null(
        sides, pairs, n=some.n, asked=asked, flatten=_flat, moments=moments, reduced=_reduced, weights=_weights
    )


def _reduced(side: Any, rows: IntArray) -> Any:
    return side.subset(rows)


def _weights(side: Any) -> FloatArray:
    """Return how much each example counts: its squared distance from the mean; of other kernels, of those looked at."""
    part = side.parts[0]
    return np.asarray(part.squares if part.width is None else side.own[0].by_example)


def _flat(side: Any) -> Flat:
    part = side.parts[0]
    matrix = _matrix(part) / math.sqrt(side.norm)
    n = part.n
    own = None if part.debiased else matrix.diagonal().copy()
    return Flat(math.sqrt(2.0) * matrix[np.triu_indices(n, 1)], own)


def _matrix(part: Part) -> FloatArray:
    kernel = part.kernel
    if kernel is None:
        exact = Centred(part.points.source, part.points.mean, np.dtype(np.float64))
        kernel = kernel_of(exact, width=None, debiased=part.debiased)
    return kernel.rows(0, part.n)


def _sums(part: Part, norm: float) -> Sums:
    diagonal = _diagonal(part)
    if diagonal is None:
        raise ValueError("moments of a kernel that is not held")  # closed_null and joint see to it that it is
    return Sums(float(diagonal.sum()), norm, float(diagonal @ diagonal))


def _diagonal(part: Part) -> FloatArray | None:
    """Return the diagonal of the centred kernel matrix; of the linear one it is the squared distances from the mean."""
    kernel: Kernel | None = part.kernel
    if kernel is None or part.width is None:
        return part.squares
    return None if kernel.held is None or kernel.n**2 * 8 > HELD_BYTES else kernel.held.diagonal()
