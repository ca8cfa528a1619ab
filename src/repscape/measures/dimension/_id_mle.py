"""Levina and Bickel's maximum likelihood: the intrinsic dimension from the distances to all of the k nearest neighbours."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..uncertainty import SURROUNDINGS, error_groups, within_bounds
from ._distinct import near_distances
from ._few_examples import examples_behind, flagged
from ._local_error import LocalError, spread_at
from ._near_copies import LOOKED_AT, NearCopies, warn_of_near_copies

FloatArray = npt.NDArray[np.float64]
NAME = "id_mle"


@within_memory
def id_mle(
    g_or_X: Any,
    *,
    k: int = 20,
    average: Literal["harmonic", "mean", "median"] = "harmonic",
    unbiased: bool = True,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "subsamples", "sandwich", "model"] | None = "auto",
    groups: Any = None,
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
    error : {"auto", "subsamples", "sandwich", "model", None}
        "subsamples": random halves of the points, each at half of k and so at the same scale, relative to what they read; from
        k = 6 and graphs of about 3 k neighbours with indices. "sandwich": the neighbour sandwich of the local scores, which
        counts that neighbouring points share neighbours, from k = 6 on too often (1.1 to 2.3 times too wide); it
        reads up to 100 neighbours, and at least 2 k of them (fewer where n is small). "model": d / sqrt(n (k - 1)), for
        independent distances, 20 to 30 % too small, for "harmonic" only. "auto": "subsamples" where the graph allows it, else
        "sandwich", else None; None for "mean", which a few points decide: no error was found that holds for it.
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes, over random subsets of whole groups.

    Returns
    -------
    Estimate
        value > 0. per_point (rows,): the local dimension at every row that came in, NaN where the row was left out, infinite
        where the k neighbours stand at one distance, None with k = 2 and `unbiased`. details: "distance", the mean distance to
        neighbour k; "quartiles" (3,), of the local dimensions over the points;
        "near_copies", "without_near_copies", "near_copies_decide" and "n_eff", as in :func:`id_twonn`.

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
    _check.choice(error, "error", NAME, ("auto", "subsamples", "sandwich", "model", None))
    least = 3 if unbiased and average != "harmonic" else 2
    _check.integer(k, "k", NAME, low=least, why="" if least == 2 else f"average={average!r} with unbiased=True")
    deeper = LOOKED_AT if error in ("model", None) else max(SURROUNDINGS, 2 * k)
    near = near_distances(g_or_X, k, duplicates=duplicates, function=NAME, deeper=deeper)
    spread = spread_at(near.lengths[:, :k])
    value, scores, local = _average(spread, k, average, unbiased)
    together = error_groups(groups, near.rows, error=error, function=NAME)
    local_error = LocalError(near, k, together, lambda spread, ranks: _average(spread, ranks, average, unbiased)[0])
    wanted = None if average == "mean" and error == "auto" else error
    used, stderr, replicates = local_error.of(value, scores, average=average, error=wanted)

    def of_lengths(lengths: FloatArray) -> float:
        return _average(spread_at(lengths), k, average, unbiased)[0]

    copies = NearCopies.of(near)
    found = Estimate(
        value=value,
        n=near.n,
        stderr=stderr,
        interval=None if stderr is None else within_bounds(value, normal_interval(value, stderr), low=0.0),
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
            **copies.details(value, of_lengths, np.arange(1, k + 1)),
        },
        replicates=replicates,
    )
    found = flagged(found, examples_behind(scores, copies)) if error is not None else found
    warn_of_near_copies(found, NAME)
    return found


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
