"""Levina and Bickel's maximum likelihood: the intrinsic dimension from the distances to all of the k nearest neighbours."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError, GraphDepthError, InputError
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..uncertainty import SURROUNDINGS, replicates_of_influence, sandwich
from ._distinct import NearDistances, near_distances
from ._near_copies import LOOKED_AT, NearCopies, warn_of_near_copies

FloatArray = npt.NDArray[np.float64]
NAME = "id_mle"
LINKED = 0.75
"""Of the k neighbours of a point, the share whose scores go with its own; by simulation, see the docs page."""


@within_memory
def id_mle(
    g_or_X: Any,
    *,
    k: int = 20,
    average: Literal["harmonic", "mean", "median"] = "harmonic",
    unbiased: bool = True,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "sandwich", "model"] | None = "auto",
) -> Estimate:
    r"""Intrinsic dimension by maximum likelihood over the k nearest neighbours of each point; also the local dimension.

    The local dimension at a point whose neighbours stand at distances r_1 <= ... <= r_k is (k - 1) / sum_j log(r_k / r_j) [1]_.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least k neighbours and their distances, or the points.
    k : int in [2, n - 1]
        Neighbours of each point: its scale.
    average : {"harmonic", "mean", "median"}
        How local dimensions become one: "harmonic" is the likelihood of all points together [2]_, "mean" is Levina and
        Bickel's own, which a few points of very large local dimension decide.
    unbiased : bool
        Local dimensions with k - 2 in place of k - 1, whose expectation is the dimension, and for "harmonic" n (k - 1) - 1 in
        place of n (k - 1). With k = 2 and "harmonic" this is TwoNN's maximum likelihood estimate.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.
    error : {"auto", "sandwich", "model", None}
        "sandwich": the neighbour sandwich of the local scores, which counts that neighbouring points share neighbours; for the
        three averages. It reads up to 100 neighbours, and needs a graph with indices and at least 2 k of them (fewer where n
        is small). "model": d / sqrt(n (k - 1)), for independent distances, 20 to 30 % too small, for "harmonic" only.
        "auto": "sandwich" where the graph allows it, else None.

    Returns
    -------
    Estimate
        value > 0. per_point (rows,): the local dimension at every row that came in, NaN where the row was left out, infinite
        where the k neighbours stand at one distance, None with k = 2 and `unbiased`. details: "distance", the mean distance to
        neighbour k; "quartiles" (3,), of the local dimensions over the points;
        "near_copies", "without_near_copies" and "near_copies_decide", as in :func:`id_twonn`.

    Raises
    ------
    InputError
        If k is out of range: "mean" and "median" with `unbiased` need 3.
    GraphDepthError
        If the graph holds fewer than k distinct neighbours, or error="sandwich" and too few for it.
    DegenerateDataError
        If fewer than 3 distinct points are left, or the k neighbours of every point stand at one distance; with "mean", of
        any point.

    References
    ----------
    .. [1] Levina, Bickel (2005). Maximum likelihood estimation of intrinsic dimension. NeurIPS 17.
    .. [2] MacKay, Ghahramani (2005). Comments on "Maximum likelihood estimation of intrinsic dimension".

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> sheet = np.random.default_rng(0).random((2000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> found = rs.id_mle(sheet, k=10)
    >>> round(found.value, 1), found.per_point.shape
    (2.0, (2000,))
    """
    _check.choice(average, "average", NAME, ("harmonic", "mean", "median"))
    _check.choice(error, "error", NAME, ("auto", "sandwich", "model", None))
    least = 3 if unbiased and average != "harmonic" else 2
    _check.integer(k, "k", NAME, low=least, why="" if least == 2 else f"average={average!r} with unbiased=True")
    deeper = LOOKED_AT if error in ("model", None) else max(SURROUNDINGS, 2 * k)
    near = near_distances(g_or_X, k, duplicates=duplicates, function=NAME, deeper=deeper)
    spread = _spread(near.lengths[:, :k])
    value, scores, local = _average(spread, k, average, unbiased)
    used, stderr = _error(near, scores, value, k=k, average=average, error=error)

    def of_lengths(lengths: FloatArray) -> float:
        return _average(_spread(lengths), k, average, unbiased)[0]

    found = Estimate(
        value=value,
        n=near.n,
        stderr=stderr,
        interval=None if stderr is None else normal_interval(value, stderr),
        per_point=None if local is None else near.by_row(local),
        dropped=near.dropped,
        options={
            "k": k,
            "average": average,
            "unbiased": unbiased,
            "duplicates": duplicates,
            "error": used,
            **near.conventions,
        },
        details={
            "distance": float(near.lengths[:, k - 1].mean()),
            "quartiles": np.full(3, np.nan) if local is None else np.quantile(local, [0.25, 0.5, 0.75], method="lower"),
            **NearCopies.of(near).details(value, of_lengths, np.arange(1, k + 1)),
        },
        replicates=_replicates(near, scores, stderr) if used == "sandwich" else None,
    )
    warn_of_near_copies(found, NAME)
    return found


def _spread(lengths: FloatArray) -> FloatArray:
    """Return the sum over neighbours of log(r_k / r_j) at each point."""
    log_r = np.log(lengths)
    spread: FloatArray = (log_r.shape[1] - 1) * log_r[:, -1] - log_r[:, :-1].sum(axis=1)
    return np.maximum(spread, 0.0)  # equal distances can leave a rounding error below 0


def _average(spread: FloatArray, k: int, average: str, unbiased: bool) -> tuple[float, FloatArray, FloatArray | None]:
    """Return (the dimension, the (n,) influence of each point on it, the (n,) local dimensions)."""
    n = spread.size
    if not spread.any() or (average == "mean" and not spread.all()):
        raise DegenerateDataError(
            f"{NAME} cannot tell a dimension: the {k} nearest neighbours of {int((spread == 0).sum())} points of {n} stand at "
            "one distance, as on a grid." + (" Take average='harmonic' or 'median'." if spread.any() else "")
        )
    numerator = k - 2 if unbiased else k - 1
    with np.errstate(divide="ignore"):
        local = numerator / spread if numerator else None
    if average == "harmonic" or local is None:
        value = (n * (k - 1) - unbiased) / float(spread.sum())
        return value, -value * (spread / spread.mean() - 1), local
    if average == "mean":
        return float(local.mean()), local - local.mean(), local
    value = float(np.median(local))
    if not math.isfinite(value):
        raise DegenerateDataError(
            f"{NAME} has no finite median: half of the points have their {k} neighbours at one distance."
        )
    return value, _median_influence(local, value), local


def _median_influence(local: FloatArray, median: float) -> FloatArray:
    """Return sign(x - median) / (2 density at the median), the density from the middle of the sorted values."""
    reach = math.ceil(local.size**0.8 / 4)  # narrower for more points, wide enough to be smooth
    middle = (local.size - 1) // 2
    ordered = np.sort(local)
    low, high = max(0, middle - reach), min(local.size - 1, middle + reach)
    gap = float(ordered[high] - ordered[low])
    inverse_density = gap * local.size / (high - low) if math.isfinite(gap) else 0.0
    return np.sign(local - median) * inverse_density / 2


def _error(
    near: NearDistances, scores: FloatArray, value: float, *, k: int, average: str, error: str | None
) -> tuple[str | None, float | None]:
    """Return (the method used, the standard error)."""
    if error is None:
        return None, None
    if error == "model":
        if average != "harmonic":
            raise InputError(f"error='model' of {NAME} goes with average='harmonic' only. Got average={average!r}.")
        return "model", value / math.sqrt(near.n * (k - 1))
    held = 0 if near.indices is None else near.indices.shape[1]
    wanted = min(2 * k, near.n - 1)
    if held < wanted:
        if error == "sandwich":
            raise GraphDepthError(
                f"error='sandwich' of {NAME} reads the indices of at least {wanted} distinct neighbours. Got {held}. "
                "Give the points or a deeper graph, and duplicates other than 'drop'."
            )
        return None, None
    variance = sandwich(scores, np.asarray(near.indices), max(1, round(LINKED * k)))
    return "sandwich", math.sqrt(variance) / near.n


def _replicates(near: NearDistances, scores: FloatArray, stderr: float | None) -> FloatArray:
    """Return the deviations over subsets of the rows that came in: a point counts at its first row."""
    by_row = scores
    if near.members is not None:
        by_row = np.zeros(near.rows)
        by_row[np.unique(near.members, return_index=True)[1]] = scores
    return replicates_of_influence(by_row, stderr=stderr)
