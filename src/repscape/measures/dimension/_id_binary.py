"""BID: the dimension of strings of bits, from the distribution of their Hamming distances."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, root
from scipy.special import digamma, gammaln

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import deleted_parts, jackknife, within_bounds

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "id_binary"
BLOCK = 2048
LEAST = 3


@within_memory
def id_binary(
    X: Any,
    *,
    low: float = 0.0,
    high: float = 0.2,
    threshold: float | None = None,
    error: Literal["auto", "jackknife"] | None = "auto",
) -> Estimate:
    r"""Binary intrinsic dimension: so many independent fair bits would stand as far apart [1]_.

    Hamming distances r of d(r) independent bits have the law C(d, r) / 2^d; with d(r) = d0 + d1 r and over the distances
    between two quantiles, the divergence of this law from what is seen is made least, and the dimension is d0.

    Parameters
    ----------
    X : (n, d) array
        Bits: two values in all, such as 0 and 1, -1 and 1, or False and True.
    low, high : float
        Quantiles of the distances of different points, between which the law is fitted.
    threshold : float, optional
        Make bits of real numbers: X > threshold.
    error : {"auto", "jackknife", None}
        "jackknife": from the values without each of 20 random parts of the points.

    Returns
    -------
    Estimate
        value > 0, d0. details: "slope", d1: below 0 bits bind more the farther apart points are, 0 for independent ones;
        "divergence", what is left of it, in nats; "distances" (m,) fitted, "seen" (m,) and "law" (m,), their shares.

    Raises
    ------
    DegenerateDataError
        If fewer than three distances lie between the quantiles.
    InputError
        If X holds other than two values, or an option is out of range.

    References
    ----------
    .. [1] Acevedo, Rodriguez, Laio (2025). Unsupervised detection of semantic correlations in big data. Communications
       Physics 8, 202.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> bits = np.random.default_rng(0).integers(0, 2, size=(1000, 30))
    >>> round(rs.id_binary(np.repeat(bits, 1, axis=1), high=0.5).value)
    30
    """
    _check.choice(error, "error", NAME, ("auto", "jackknife", None))
    _check.number(low, "low", NAME, low=0, high=1, open_ends="h")
    _check.number(high, "high", NAME, low=low, high=1, open_ends="l")
    bits = _bits(X, threshold)
    n, d = bits.shape
    parts = deleted_parts(n) if error else ()
    total, by_part, inside = _histograms(bits, parts)
    fit = _fitted(total, low, high)
    value, slope = fit[0], fit[1]
    spread: dict[str, Any] = {}
    if error:
        rest = (total - one + both for one, both in zip(by_part, inside, strict=True))
        left = [_fitted(counts, low, high, start=(value, slope))[0] for counts in rest]
        found, replicates = jackknife(value, left)
        interval = within_bounds(value, found.interval, low=0.0)
        spread = {"stderr": found.stderr, "interval": interval, "replicates": replicates}
    kept = _between(total, low, high)
    seen = total[kept] / total[kept].sum()
    return Estimate(
        value=value,
        n=n,
        options={"low": low, "high": high, "threshold": threshold, "error": "jackknife" if error else None},
        details={
            "slope": slope,
            "divergence": fit[2],
            "distances": kept,
            "seen": seen,
            "law": np.exp(_log_law(kept.astype(np.float64), value, slope)),
            "bits": d,
        },
        **spread,
    )


def _bits(X: Any, threshold: float | None) -> npt.NDArray[np.float32]:
    points = _check.points(X, "X", NAME)
    if threshold is not None:
        return (np.asarray(points) > _check.number(threshold, "threshold", NAME)).astype(np.float32)
    values = np.unique(points)
    if values.size != 2:
        raise InputError(
            f"X of {NAME} must hold two values, the states of a bit. Got {values.size}: {_check.shown(values[:4].tolist())} "
            "... threshold= makes bits of numbers."
        )
    bits: npt.NDArray[np.float32] = (points == values[1]).astype(np.float32)
    return bits


def _histograms(bits: npt.NDArray[np.float32], parts: Any) -> tuple[FloatArray, list[FloatArray], list[FloatArray]]:
    """Return counts of distances over ordered pairs: of all, of those from a part, and of those within it (from both ends)."""
    n, d = bits.shape
    ones = bits.sum(axis=1)
    rows = np.zeros((n, d + 1))
    part_of = np.full(n, -1)
    for place, part in enumerate(parts):
        part_of[part] = place
    inside = [np.zeros(d + 1) for _ in parts]
    for start in range(0, n, BLOCK):
        block = slice(start, start + BLOCK)
        apart = (ones[block, None] + ones - 2 * bits[block] @ bits.T).round().astype(np.int64)
        here = np.arange(apart.shape[0])
        code = here[:, None] * (d + 1) + apart
        counted = np.bincount(code.ravel(), minlength=apart.shape[0] * (d + 1)).reshape(-1, d + 1)
        counted[here, 0] -= 1  # itself
        rows[block] = counted
        for place, part in enumerate(parts):
            mine = np.flatnonzero(part_of[block] == place)
            if mine.size:
                inside[place] += np.bincount(apart[np.ix_(mine, part)].ravel(), minlength=d + 1)
    for place, part in enumerate(parts):
        inside[place][0] -= part.size
    return rows.sum(axis=0), [2 * rows[part].sum(axis=0) for part in parts], inside


def _between(total: FloatArray, low: float, high: float) -> IntArray:
    """Return the distances from the last at or below the low quantile to the last at or below the high one."""
    seen = np.flatnonzero(total > 0)
    shares = np.round(np.cumsum(np.round(total[seen] / total[seen].sum(), 10)), 10)

    def at(level: float) -> int:
        below = np.flatnonzero(shares <= level)
        return int(below[-1]) if below.size else 0

    first = at(low) if low > 0 else 0
    kept = seen[first : at(high) + 1]
    if kept.size < LEAST:
        raise DegenerateDataError(
            f"{NAME} needs {LEAST} distances between the quantiles {low:g} and {high:g}. Got {kept.size}. Take a higher one, "
            "or more points."
        )
    return kept


def _log_law(r: FloatArray, d0: float, d1: float) -> FloatArray:
    """Return the log of the law over these distances; NaN where it has none (fewer bits than differ)."""
    d = d0 + d1 * r
    if not (d - r > -1).all() or not (d > 0).all():
        return np.full(r.size, np.nan)
    raw = gammaln(d + 1) - gammaln(r + 1) - gammaln(d - r + 1) - d * math.log(2)
    top = raw.max()
    found: FloatArray = raw - top - math.log(np.exp(raw - top).sum())
    return found


def _fitted(
    total: FloatArray, low: float, high: float, *, start: tuple[float, float] | None = None
) -> tuple[float, float, float]:
    """Return d0, d1 and the divergence that is left."""
    kept = _between(total, low, high)
    r = kept.astype(np.float64)
    seen = total[kept] / total[kept].sum()
    own = float((seen * np.log(seen)).sum())
    mean = float(total @ np.arange(total.size) / total.sum())

    def loss(at: FloatArray) -> float:
        law = _log_law(r, float(at[0]), float(at[1]))
        return own - float(seen @ law) if np.isfinite(law).all() else 1e3

    bits = total.size - 1

    def slope(at: FloatArray) -> FloatArray:
        law = _log_law(r, float(at[0]), float(at[1]))
        if not np.isfinite(law).all():
            return np.array([1e3, 1e3])
        d = at[0] + at[1] * r
        score = (np.exp(law) - seen) * (digamma(d + 1) - digamma(d - r + 1) - math.log(2))
        return np.array([score.sum(), (r * score).sum()])

    if start is None:
        bits = total.size - 1
        starts = [(float(r[-1]), 1.0), *((s * bits, 2 - s * bits / mean) for s in np.arange(0.05, 1.0, 0.1))]
        start = min(starts, key=lambda at: loss(np.array(at)))
        walk = minimize(
            loss, np.array(start), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-12, "maxiter": 800}
        )
        start = (float(walk.x[0]), float(walk.x[1]))
    solved = root(slope, np.array(start), tol=1e-14)
    best = solved.x if loss(solved.x) <= loss(np.array(start)) * (1 + 1e-9) + 1e-15 else np.array(start)
    return float(best[0]), float(best[1]), max(loss(best), 0.0)
