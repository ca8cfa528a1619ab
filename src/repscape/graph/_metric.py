"""The metrics: how rows are prepared, what the kernels compare, and what a compared value means as a distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. Kernels order neighbours by a compared value, then by index."""

    name: str
    kind: int
    """What is compared: 0 squared difference, 1 sum of |a - b|, 2 largest |a - b|, 3 number of unequal entries."""
    prepare: Callable[[npt.NDArray[Any], int], FloatArray] | None
    """Applied to (a block of rows, the number of its first row) before rows are compared, or None."""
    finish: Callable[[FloatArray, int], FloatArray]
    """(compared values, number of features) -> distances, in the place of the values."""

    @property
    def by_products(self) -> bool:
        """Whether candidates can be found through matrix products."""
        return self.kind == 0


def _unit_rows(block: npt.NDArray[Any], first: int) -> FloatArray:
    rows = block.astype(np.float64)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    if not largest.all():
        raise InputError(
            "X must hold no row of zeros where metric='cosine', nor one of equal entries where metric='correlation': "
            f"it has no direction. Row {first + int(np.argmin(largest))} is one."
        )
    # Divided by a power of two near the largest entry, which is exact, so that squares neither overflow nor vanish.
    rows = np.ldexp(rows, -np.frexp(largest)[1])
    unit: FloatArray = rows / np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return unit


def _centred_unit_rows(block: npt.NDArray[Any], first: int) -> FloatArray:
    rows = block.astype(np.float64)
    flat = rows.max(axis=1, keepdims=True) == rows.min(axis=1, keepdims=True)
    centred = rows - rows.mean(axis=1, keepdims=True)
    return _unit_rows(np.where(flat, 0.0, centred), first)  # the mean of equal entries may round: call it 0


def _half(values: FloatArray, _: int) -> FloatArray:
    return np.divide(values, 2, out=values)


def _root(values: FloatArray, _: int) -> FloatArray:
    return np.sqrt(values, out=values)


def _same(values: FloatArray, _: int) -> FloatArray:
    return values


def _share(values: FloatArray, features: int) -> FloatArray:
    return np.divide(values, features, out=values)


METRICS = (
    Metric("euclidean", 0, None, _root),
    Metric("cosine", 0, _unit_rows, _half),
    Metric("correlation", 0, _centred_unit_rows, _half),
    Metric("manhattan", 1, None, _same),
    Metric("chebyshev", 2, None, _same),
    Metric("hamming", 3, None, _share),
)
PRECOMPUTED = "precomputed"  # not compared here: the distances are given


def find(name: Any, function: str) -> Metric:
    """Return the metric of that name."""
    _check.choice(name, "metric", function, (*(metric.name for metric in METRICS), PRECOMPUTED))
    if name == PRECOMPUTED:
        raise InputError(f"metric='precomputed' is for knn_graph: {function} needs points.")
    found: Metric = next(metric for metric in METRICS if metric.name == name)
    return found
