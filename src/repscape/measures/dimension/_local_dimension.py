"""What estimators share that give every point a dimension of its own: how these become one, and its error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import DegenerateDataError
from .._result import Estimate
from ..uncertainty import replicates_of_influence, sandwich, within_bounds
from ._distinct import NearDistances

FloatArray = npt.NDArray[np.float64]
AVERAGES = ("mean", "median", "harmonic")
LINKED = 0.5
"""Of the k neighbours of a point, the share whose values are taken to go with its own."""
DEPTH = 100


def local_estimate(
    local: FloatArray,
    near: NearDistances,
    *,
    k: int,
    average: str,
    error: str | None,
    function: str,
    options: dict[str, Any],
) -> Estimate:
    """Put together the (n,) local dimensions of distinct points; those that are not finite are counted and left out."""
    known = np.isfinite(local)
    if known.sum() < 3:
        raise DegenerateDataError(
            f"{function} has no dimension at {int((~known).sum())} of {local.size} points: their {k} neighbours stand at one "
            "distance."
        )
    held = local[known]
    value = averaged(held, average)
    spread = _spread(local, known, value, near=near, k=k, average=average) if error else {}
    return Estimate(
        value=value,
        n=near.n,
        dropped=near.dropped,
        per_point=near.by_row(local),
        options={**options, "k": k, "average": average, "error": "sandwich" if spread else None, **near.conventions},
        details={
            "quartiles": np.quantile(held, [0.25, 0.5, 0.75]),
            "undefined": int((~known).sum()),
            "distance": float(near.lengths[:, k - 1].mean()),
        },
        **spread,
    )


def averaged(local: FloatArray, average: str) -> float:
    """Return one dimension of many."""
    if average == "median":
        return float(np.median(local))
    return float(1 / np.mean(1 / local)) if average == "harmonic" else float(local.mean())


def _spread(
    local: FloatArray, known: npt.NDArray[np.bool_], value: float, *, near: NearDistances, k: int, average: str
) -> dict[str, Any]:
    """Return the neighbour sandwich; nothing where the neighbours are not known."""
    if near.indices is None:
        return {}
    links = max(2, min(round(LINKED * k), near.indices.shape[1]))
    if near.indices.shape[1] < links:
        return {}
    scores = np.zeros(local.size)
    if average == "harmonic":
        scores[known] = value - value**2 / local[known]
    elif average == "mean":
        scores[known] = local[known] - value
    else:  # the median: the sign over the density there, from the middle half of the values
        low, high = np.quantile(local[known], [0.25, 0.75])
        scores[known] = np.sign(local[known] - value) * (high - low)
    stderr = math.sqrt(sandwich(scores, np.asarray(near.indices), links)) / known.sum()
    by_row = scores
    if near.members is not None:
        by_row = np.zeros(near.rows)
        held = near.members >= 0
        first = np.unique(near.members[held], return_index=True)[1]
        by_row[np.flatnonzero(held)[first]] = scores
    return {
        "stderr": stderr,
        "interval": within_bounds(value, (value - 1.96 * stderr, value + 1.96 * stderr), low=0.0),
        "replicates": replicates_of_influence(by_row, stderr=stderr),
    }
