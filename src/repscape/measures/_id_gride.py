"""Gride: the intrinsic dimension as a function of neighbourhood size, from ratios of distances to ranks n and 2n."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from .. import _check
from ..errors import DegenerateDataError
from ._distinct import near_distances
from ._result import Curve

FloatArray = npt.NDArray[np.float64]


def id_gride(
    g_or_X: Any,
    *,
    max_rank: int = 64,
    outliers: Literal["dadapy"] | None = None,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "model"] | None = "auto",
) -> Curve:
    r"""Intrinsic dimension against scale by Gride: ratios of the distances to the neighbours of rank 2n and n.

    For n = 1, 2, 4, ... the likelihood of mu = r_2n / r_n under a d-dimensional manifold with locally constant density is
    maximised over d [1]_. At n = 1 this is TwoNN's maximum likelihood estimate.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least `max_rank` neighbours and their distances, or the points.
    max_rank : int in [2, n - 1]
        Largest rank 2n; the curve stands at 2, 4, 8, ... up to it.
    outliers : {"dadapy", None}
        "dadapy": leave out ratios above 20 (q95 - q50) + q50, as that package does. None keeps all.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.
    error : {"auto", "model", None}
        "model": 1 / sqrt(Fisher information) with independent ratios, the peers' value. Neighbouring points share
        neighbours, so it is too small, the more so at high rank. "auto" is "model".

    Returns
    -------
    Curve
        Over x = "rank" (the upper rank 2n): values > 0, NaN at a rank where all ratios are 1, as on a grid. details:
        "distance" (m,), the mean distance to the neighbour of that rank; "used" (m,), the ratios used; "unit_ratios" (m,),
        how many of them are exactly 1.

    Raises
    ------
    InputError
        If max_rank is out of range.
    GraphDepthError
        If the graph holds fewer than `max_rank` distinct neighbours.
    DegenerateDataError
        If there are too few distinct points, or all ratios are 1 at every rank.

    References
    ----------
    .. [1] Denti, Doimo, Laio, Mira (2022). The generalized ratios intrinsic dimension estimator. Scientific Reports 12, 20005.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 3))
    >>> curve = rs.id_gride(X, max_rank=16)
    >>> curve.x.tolist(), curve.values.round().tolist()
    ([2.0, 4.0, 8.0, 16.0], [3.0, 3.0, 3.0, 3.0])
    """
    name = "id_gride"
    _check.integer(max_rank, "max_rank", name, low=2)
    _check.choice(outliers, "outliers", name, ("dadapy", None))
    _check.choice(error, "error", name, ("auto", "model", None))
    lower = 2 ** np.arange(int(math.log2(max_rank)))
    near = near_distances(g_or_X, int(2 * lower[-1]), duplicates=duplicates, function=name)
    rows = [_at_rank(near.lengths, int(rank), outliers) for rank in lower]
    values, stderr, used, ties = (np.array(column) for column in zip(*rows, strict=True))
    if np.isnan(values).all():
        raise DegenerateDataError(
            "id_gride cannot tell a dimension: all ratios are 1 (the neighbours of every point stand at one distance)."
        )
    return Curve(
        x=(2 * lower).astype(np.float64),
        values=values,
        x_name="rank",
        n=near.n,
        stderr=stderr if error else None,
        dropped=near.dropped,
        options={
            "max_rank": max_rank,
            "outliers": outliers,
            "duplicates": duplicates,
            "error": "model" if error else None,
        },
        details={
            "distance": near.lengths[:, 2 * lower - 1].mean(axis=0),
            "used": used.astype(np.int64),
            "unit_ratios": ties.astype(np.int64),
        },
    )


def _at_rank(lengths: FloatArray, rank: int, outliers: str | None) -> tuple[float, float, int, int]:
    """Return (dimension, model error, ratios used, ratios equal to 1) at r_2n / r_n."""
    mu = lengths[:, 2 * rank - 1] / lengths[:, rank - 1]
    if outliers == "dadapy":
        median, high = np.quantile(mu, [0.5, 0.95])
        mu = mu[mu < 20 * (high - median) + median]
    log_mu = np.log(mu)
    if mu.size < 2 or log_mu.sum() <= 0:
        return math.nan, math.nan, mu.size, int((log_mu == 0).sum())
    value = _maximum(log_mu, rank)
    return value, 1 / math.sqrt(_information(value, log_mu, rank)), mu.size, int((log_mu == 0).sum())


def _score(d: float, log_mu: FloatArray, rank: int) -> float:
    """Return the derivative of the log-likelihood; a ratio of 1 enters through its limit, 1 / d."""
    positive = log_mu[log_mu > 0]
    grown = positive / -np.expm1(-d * positive)  # mu^d log mu / (mu^d - 1), which cannot overflow in this form
    pull = float(grown.sum()) + (log_mu.size - positive.size) / d
    return (log_mu.size - 1) / d + (rank - 1) * pull - (2 * rank - 1) * float(log_mu.sum())


def _maximum(log_mu: FloatArray, rank: int) -> float:
    if rank == 1:
        return (log_mu.size - 1) / float(log_mu.sum())
    low = high = (log_mu.size - 1) / float(log_mu.sum())
    while _score(low, log_mu, rank) < 0:
        low /= 2
    while _score(high, log_mu, rank) > 0:
        high *= 2
    return float(brentq(_score, low, high, args=(log_mu, rank), xtol=1e-12, rtol=1e-13))


def _information(d: float, log_mu: FloatArray, rank: int) -> float:
    """Return the observed Fisher information, with N / d^2 as peers write it."""
    positive = log_mu[log_mu > 0]
    curved = (positive / (2 * np.sinh(np.minimum(d * positive / 2, 350.0)))) ** 2
    return log_mu.size / d**2 + (rank - 1) * (float(curved.sum()) + (log_mu.size - positive.size) / d**2)
