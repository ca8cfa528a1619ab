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
    prepare: Callable[[npt.NDArray[Any], str], npt.NDArray[Any]] | None
    """Applied to blocks of rows before they are compared, or None."""
    finish: Callable[[FloatArray, int], FloatArray]
    """(compared values, number of features) -> distances."""

    @property
    def by_products(self) -> bool:
        """Whether candidates can be found through matrix products."""
        return self.kind == 0


def _unit_rows(block: npt.NDArray[Any], function: str) -> FloatArray:
    rows = block.astype(np.float64)
    # The largest entry goes first, so that squares neither overflow nor vanish. It is rounded to a power of two: exact.
    largest = np.abs(rows).max(axis=1, keepdims=True)
    if not largest.all():
        raise InputError(
            f"X of {function} must hold no row of zeros (of equal entries, for metric='correlation'): it has no "
            f"direction. Row {int(np.argmin(largest))} is one."
        )
    rows = np.ldexp(rows, -np.frexp(largest)[1])
    unit: FloatArray = rows / np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return unit


def _centred_unit_rows(block: npt.NDArray[Any], function: str) -> FloatArray:
    rows = block.astype(np.float64)
    flat = rows.max(axis=1, keepdims=True) == rows.min(axis=1, keepdims=True)
    centred = rows - rows.mean(axis=1, keepdims=True)
    return _unit_rows(np.where(flat, 0.0, centred), function)  # the mean of equal entries may round: call it 0


def _half(values: FloatArray, _: int) -> FloatArray:
    return values / 2


def _root(values: FloatArray, _: int) -> FloatArray:
    return np.sqrt(values)


def _same(values: FloatArray, _: int) -> FloatArray:
    return values


def _share(values: FloatArray, features: int) -> FloatArray:
    return values / features


METRICS = (
    Metric("euclidean", 0, None, _root),
    Metric("cosine", 0, _unit_rows, _half),
    Metric("correlation", 0, _centred_unit_rows, _half),
    Metric("manhattan", 1, None, _same),
    Metric("chebyshev", 2, None, _same),
    Metric("hamming", 3, None, _share),
)
PRECOMPUTED = "precomputed"


def find(name: Any, function: str) -> Metric:
    """Return the metric of that name."""
    _check.choice(name, "metric", function, (*(metric.name for metric in METRICS), PRECOMPUTED))
    found: Metric = next(metric for metric in METRICS if metric.name == name)
    return found
