"""How far a peak of one normal distribution stands out by chance: the threshold of z="auto", read from simulated samples.

``benchmarks/peaks_calibration.py`` draws samples of one normal distribution and writes the table: for each density and number
of neighbours the mean and the spread of the largest significance as functions of log n and log d, quadratic and cubic, and how
many spreads above the mean a high quantile lies, so that no cell is above .05. Dimensions are those that are used: the graph's
own lies below the true one.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ._peak_borders import Field

TABLE = Path(__file__).parent / "_peak_table.json"
LEAST = 0.3
"""No threshold is below it."""


@functools.lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the table."""
    found: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


def automatic_z(field: Field, *, density: str, k: int, function: str) -> tuple[float, str]:
    """Return the threshold for so many points, dimensions and neighbours, and where it comes from."""
    if density == "kpeaks":
        raise InputError(
            f"z of {function} must be a number with density='kpeaks', whose errors are no errors of a log density. Got 'auto'."
        )
    n, dimension = field.volumes.n, field.volumes.dimension
    given = field.volumes.id.given
    sizes = sorted(map(int, _cells(density, given)))
    z = split_threshold(n, dimension, density=density, k=k, given=given)
    least, most = table()["points"]
    beyond = [
        said
        for said, out in (
            (f"n = {n:,}", not least <= n <= most),
            (f"dimension {dimension:.3g}", dimension > table()["dimensions"][1]),
            (f"k = {k}", not sizes[0] <= k <= sizes[-1]),
        )
        if out
    ]
    where = "quantile .95 of single normal distributions"
    return z, f"{where}, at the edge of those simulated for {', '.join(beyond)}" if beyond else where


def split_threshold(n: int, dimension: float, *, density: str, k: int, given: bool) -> float:
    """Return the threshold of "auto" for so many points, dimensions and neighbours; given: the dimension is not the own one."""
    cells = _cells(density, given)
    sizes = sorted(map(int, cells))
    return float(
        np.interp(math.log(k), np.log(sizes), [threshold_at(cells[str(size)], n, dimension) for size in sizes])
    )


def _cells(density: str, given: bool) -> dict[str, Any]:
    found: dict[str, Any] = table()["cells"][f"{density}/{'given' if given else 'own'}"]
    return found


def threshold_at(cell: dict[str, Any], n: int, dimension: float) -> float:
    """Return the threshold that the surfaces of one density and number of neighbours give."""
    low, high = cell["id"]
    least, most = table()["points"]
    at = threshold_terms(min(max(n, least), most), min(max(dimension, low), high))
    mean, spread = (float(np.dot(at, cell[name])) for name in ("mean", "spread"))
    return float(max(LEAST, mean + cell["reach"] * max(spread, cell["least_spread"])))


def threshold_terms(n: float, dimension: float) -> Sequence[float]:
    """Return what the surfaces are sums of."""
    a, b = math.log(n / 1000), math.log(dimension / 5)
    return (1.0, a, b, a * a, a * b, b * b, b * b * b)
