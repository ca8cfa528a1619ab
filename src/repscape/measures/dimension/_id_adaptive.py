"""The dimension over neighbourhoods of constant density, and these neighbourhoods by the dimension, until both agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import kolmogorov
from scipy.stats import binom

from ... import _check
from ...errors import DegenerateDataError, GraphDepthError
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..uncertainty import refused_sizes, replicates_of_influence, sandwich, within_bounds
from ._distinct import NearDistances, near_distances
from ._id_twonn import id_twonn

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "id_adaptive"
DEPTH, LEAST = 100, 5
WIDE = 0.25
"""Share of the points in a typical neighbourhood from which on it is said that they are too few."""
THRESHOLD = 23.92812698
"""Of the likelihood ratio of two densities: once in a million where they are equal."""
BEST_RATIO, LARGEST_RATIO = 0.2032, 0.975
"""Share of the volume, and radius, at which the binomial estimator varies least."""


@within_memory
def id_adaptive(
    g_or_X: Any,
    *,
    estimator: Literal["gride", "binomial"] = "gride",
    iterations: int = 5,
    ratio: float | None = None,
    start: float | None = None,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "sandwich", "model"] | None = "auto",
) -> Estimate:
    r"""Intrinsic dimension over each point's largest neighbourhood of constant density, found anew with each dimension [1]_.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with indices and distances, or the points; up to 100 neighbours are chosen among.
    estimator : {"gride", "binomial"}
        "gride": the likelihood of r_k* / r_(k*/2). "binomial": how many of the k* stand within `ratio` of the radius, a
        binomial count of probability ratio^d.
    iterations : int
        How often k* and the dimension are found anew.
    ratio : float in (0, 1), optional
        For "binomial". None: .2032^(1/d), which varies least, up to .975.
    start : float > 0, optional
        The first dimension. None: TwoNN by the fit.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.
    error : {"auto", "sandwich", "model", None}
        "sandwich": counts that neighbours share neighbours, over the median of k* / 2 links. "model": for independent points,
        the peers' value. "auto": "sandwich" where the neighbours are known.

    Returns
    -------
    Estimate
        value > 0. details: "path" (iterations + 1,), the dimensions on the way; "kstar" (n,), of the distinct points; "note",
        where its median is more than a quarter of the points, whose edges the error knows nothing of; for
        "binomial" also "p_model", how probable counts so unlike a binomial law are by Kolmogorov's test, which takes points for
        independent: a small one says that the density, the dimension or the scale vary; and "within", the mean count.

    Raises
    ------
    DegenerateDataError
        If no neighbour stands within the inner radius, or all ratios are 1.
    GraphDepthError
        If the graph holds fewer than five distinct neighbours, or no indices.
    InputError
        If an option is out of range.

    References
    ----------
    .. [1] Di Noia, Macocco, Glielmo, Laio, Mira (2024). Beyond the noise: intrinsic dimension estimation with optimal
       neighbourhood identification. arXiv:2405.15132.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(1000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_adaptive(X).value, 1), round(rs.id_adaptive(X, estimator="binomial").value, 1)
    (2.0, 2.0)
    """
    _check.choice(estimator, "estimator", NAME, ("gride", "binomial"))
    _check.choice(error, "error", NAME, ("auto", "sandwich", "model", None))
    _check.integer(iterations, "iterations", NAME, low=1)
    if ratio is not None:
        _check.number(ratio, "ratio", NAME, low=0, high=1, open_ends="lh")
    near = near_distances(g_or_X, LEAST, duplicates=duplicates, function=NAME, deeper=DEPTH)
    if near.indices is None:
        raise GraphDepthError(f"{NAME} needs to know who the neighbours are. Give the points, or a graph with indices.")
    width = min(DEPTH, near.known.shape[1], near.indices.shape[1])
    lengths = np.ascontiguousarray(near.known[:, :width])
    held = _Held(lengths, np.log(lengths), np.ascontiguousarray(near.indices[:, :width]))
    if start is None:
        start = id_twonn(g_or_X, duplicates=duplicates, error=None).value
    value = _check.number(start, "start", NAME, low=0, open_ends="l")
    path = [value]
    for _ in range(iterations):
        sizes = held.sizes(value)
        found = _gride(held, sizes) if estimator == "gride" else _binomial(held, sizes, ratio or _best_ratio(value))
        value = found.value
        path.append(value)
    options = {
        "estimator": estimator,
        "iterations": iterations,
        "ratio": ratio,
        "start": path[0],
        "duplicates": duplicates,
    }
    return _estimate(near, found, sizes, error=error, path=path, options=options)


def _best_ratio(dimension: float) -> float:
    return float(min(LARGEST_RATIO, BEST_RATIO ** (1 / dimension)))


@dataclass(frozen=True, slots=True)
class _Held:
    lengths: FloatArray
    logs: FloatArray
    indices: npt.NDArray[Any]

    def sizes(self, dimension: float) -> IntArray:
        """Return (n,) k* in this dimension."""
        out = np.empty(self.lengths.shape[0], dtype=np.int64)
        refused_sizes(self.logs, self.indices, dimension, THRESHOLD, out)
        return out


@dataclass(frozen=True, slots=True)
class _Found:
    value: float
    scores: FloatArray
    """(n,) derivatives of the log likelihood."""
    information: float
    """Its expected second derivative, of all points."""
    model: float
    """Standard error for independent points."""
    links: int
    details: dict[str, Any]


def _gride(held: _Held, sizes: IntArray) -> _Found:
    """Maximise the likelihood of the ratios of the distances to neighbours k* and k* / 2, k* made even."""
    upper = np.minimum(sizes + sizes % 2, held.lengths.shape[1] - held.lengths.shape[1] % 2)
    lower = upper // 2
    rows = np.arange(sizes.size)
    log_mu = held.logs[rows, upper - 1] - held.logs[rows, lower - 1]
    gap, whole = upper - lower - 1, (upper - 1) * log_mu
    if not (log_mu > 0).any():
        raise DegenerateDataError(f"{NAME} cannot tell a dimension: all ratios are 1.")

    def scores(d: float) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(log_mu > 0, log_mu / -np.expm1(-d * log_mu), 1 / d)
        return np.asarray((1 - 1 / sizes.size) / d + gap * part - whole)  # N - 1 for N, as the peer has it

    low, high = 1e-3, 1e3
    value = float(brentq(lambda d: float(scores(d).sum()), low, high, xtol=1e-12, rtol=1e-14))
    decay = np.exp(-value * log_mu)
    with np.errstate(invalid="ignore", divide="ignore"):
        curve = np.where(log_mu > 0, (log_mu / np.maximum(1 - decay, 1e-300)) ** 2 * decay, 1 / value**2)
    information = sizes.size / value**2 + float((gap * curve).sum())
    links = max(2, int(np.median(lower)))
    return _Found(value, scores(value), information, 1 / math.sqrt(information), links, {})


def _binomial(held: _Held, sizes: IntArray, ratio: float) -> _Found:
    """Count the neighbours within `ratio` of the distance to neighbour k*, who is himself no draw."""
    n = sizes.size
    rows = np.arange(n)
    inner = held.lengths[rows, sizes - 1] * ratio
    within = ((held.lengths < inner[:, None]) & (np.arange(held.lengths.shape[1]) < sizes[:, None] - 1)).sum(axis=1)
    tries = sizes - 1
    share = float(within.sum() / tries.sum())
    if not 0 < share < 1:
        raise DegenerateDataError(
            f"{NAME} finds {'no' if share == 0 else 'every'} neighbour within {ratio:.3g} of the radius. Take another ratio, "
            "or a deeper graph."
        )
    value = math.log(share) / math.log(ratio)
    slope = share * math.log(ratio)  # of the share by the dimension
    scores = (within - share * tries) * slope / (share * (1 - share))
    information = float(tries.sum()) * slope**2 / (share * (1 - share))
    return _Found(
        value,
        scores,
        information,
        1 / math.sqrt(information),
        max(2, int(np.median(sizes)) // 2),
        {
            "p_model": _fits(within, tries, share),
            "within": float(within.mean()),
            "ratio": ratio,
        },
    )


def _fits(within: IntArray, tries: IntArray, share: float) -> float:
    """Return Kolmogorov's p of counts against binomial laws of so many tries each."""
    kinds, number = np.unique(tries, return_counts=True)
    at = np.arange(int(tries.max()) + 1)
    law = (binom.cdf(at[:, None], kinds, share) * number).sum(axis=1) / within.size
    seen = np.cumsum(np.bincount(within, minlength=at.size)) / within.size
    return float(kolmogorov(math.sqrt(within.size) * float(np.abs(seen - law).max())))


def _estimate(
    near: NearDistances,
    found: _Found,
    sizes: IntArray,
    *,
    error: str | None,
    path: list[float],
    options: dict[str, Any],
) -> Estimate:
    spread: dict[str, Any] = {}
    used = None
    if error is not None:
        used = "model" if error == "model" else "sandwich"
        stderr = found.model
        if used == "sandwich":
            links = min(found.links, np.asarray(near.indices).shape[1])
            stderr = (
                math.sqrt(sandwich(found.scores - found.scores.mean(), np.asarray(near.indices), links))
                / found.information
            )
        interval = normal_interval(found.value, stderr)
        spread = {"stderr": stderr, "interval": within_bounds(found.value, interval, low=0.0)}
        if near.members is None:
            spread["replicates"] = replicates_of_influence(found.scores, stderr=stderr)
    typical = float(np.median(sizes))
    note = (
        f"k* is {typical:.0f} of {near.n} points: too few for neighbourhoods without edges, which lower the dimension"
    )
    return Estimate(
        value=found.value,
        n=near.n,
        dropped=near.dropped,
        options={**options, "error": used, **near.conventions},
        details={
            "path": np.array(path),
            "kstar": sizes,
            "note": note if typical > WIDE * near.n else "",
            **found.details,
        },
        **spread,
    )
