"""What the dimension may be, once the bias of its estimator is allowed for: a range over families of shapes, never one number.

``benchmarks/corrected_table.py`` draws known manifolds and writes the table of what Gride reads of them.
"""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Curve, Estimate
from ._id_gride import id_gride

FloatArray = npt.NDArray[np.float64]
NAME = "id_corrected"
TABLE = Path(__file__).parent / "_corrected_table.json"
SAID = "of the true dimension, over families"
REFUSES_ALL = "none: the scale curve is that of no family"
FLOOR = 0.03
"""Relative error of the table itself: few samples of each cell, and lines drawn between them."""
REFUSED = 0.01
FLAT = 0.3
"""Slope of log raw against log d below which the raw value says no more than "at least"."""
STEPS = 241
BEYOND = 1.4
"""How far above the largest dimension a curve is still held against a family, on the log scale."""
REACH = 1.959963984540054


@within_memory
def id_corrected(
    g_or_X: Any,
    *,
    max_rank: int = 64,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
) -> Estimate:
    r"""The raw dimension, and the range of true dimensions that shapes of such a scale curve and so many points would have.

    TwoNN and Gride read too little where the density falls off or ends at an edge, and too much of what bends or is noisy: even
    the sign of the bias depends on the shape. Each of eight families (Gaussian, exponential, cube, simplex, sphere, torus,
    loops, a bent sheet), also with 5 % of noise, is held against Gride's curve over the ranks; those that it refuses are left
    out; for the others the raw value is inverted at this number of points. The interval is the union.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least `max_rank` neighbours, or the points.
    max_rank : {8, 16, 32, 64}
        Largest rank of the scale curve.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.

    Returns
    -------
    Estimate
        value: the RAW dimension, at ranks 1 and 2, with its own stderr. interval: of the true dimension, sampling error
        included; infinite above where the raw value is too flat against the dimension (a slope below .3) or beyond all that
        was simulated: "at least"; None where the curve is that of no family, as options["interval"] says then. details:
        "families", the names of those left;
        "low" and "high" (families,), each one's range; "refused"; "at_least"; "curve" (m,).

    Raises
    ------
    DegenerateDataError
        If there is no dimension at the first rank.
    GraphDepthError
        If the graph holds fewer than `max_rank` distinct neighbours.
    UnknownNameError
        If max_rank is not among those simulated.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez, Laio (2017). Estimating the intrinsic dimension of datasets by a minimal neighborhood
       information. Scientific Reports 7, 12140.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> found = rs.id_corrected(np.random.default_rng(0).normal(size=(1000, 20)))
    >>> found.value < 17, found.interval[0] < 20 < found.interval[1]
    (True, True)
    """
    _check.choice(max_rank, "max_rank", NAME, (8, 16, 32, 64))
    curve = id_gride(g_or_X, max_rank=max_rank, duplicates=duplicates)
    if not np.isfinite(curve.values).all() or curve.values.min() <= 0:
        raise DegenerateDataError(f"{NAME} has no dimension at some rank up to {max_rank}: distances are tied there.")
    covariance = _covariance(curve)
    raw = math.log(float(curve.values[0]))
    spread = math.sqrt(float(covariance[0, 0]) + FLOOR**2)
    held, refused = {}, []
    for family in table()["curves"]:
        dimensions, expected = expected_curves(family, curve.n, curve.values.size)
        if _misfit(np.log(curve.values), expected, covariance) > float(chdtri(curve.values.size - 1, REFUSED)):
            refused.append(family)
        elif (span := _inverted(raw, spread, dimensions=dimensions, expected=expected[:, 0])) is not None:
            held[family] = span
        else:
            refused.append(family)
    low = min((span.low for span in held.values()), default=math.nan)
    high = max((span.high for span in held.values()), default=math.nan)
    least, most = table()["points"][0], table()["points"][-1]
    stderr = None if curve.stderr is None else float(curve.stderr[0])
    return Estimate(
        value=float(curve.values[0]),
        n=curve.n,
        dropped=curve.dropped,
        stderr=stderr,
        interval=(low, high) if held else None,
        options={
            **{name: value for name, value in curve.options.items() if name != "outliers"},
            "interval": SAID if held else REFUSES_ALL,
            **({} if least <= curve.n <= most else {"n_in_table": min(max(curve.n, least), most)}),
        },
        details={
            "families": np.array(list(held)),
            "low": np.array([span.low for span in held.values()]),
            "high": np.array([span.high for span in held.values()]),
            "refused": np.array(refused),
            "at_least": bool(held) and math.isinf(high),
            "curve": curve.values,
        },
        replicates=None if curve.replicates is None else curve.replicates[:, 0],
    )


@functools.lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the table."""
    found: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


def expected_curves(family: str, n: int, ranks: int) -> tuple[FloatArray, FloatArray]:
    """Return dimensions (s,) and the logarithm of the curve (s, ranks) that n points of the family have in each."""
    held = table()
    points, grid = np.log(held["points"]), np.log(held["dimensions"])
    curves = np.log(np.array(held["curves"][family])[:, :, :ranks])  # (points, dimensions, ranks)
    at = float(np.clip(math.log(n), points[0], points[-1]))
    upper = min(int(np.searchsorted(points, at, side="right")), points.size - 1)
    share = (at - points[upper - 1]) / (points[upper] - points[upper - 1])
    between = (1 - share) * curves[upper - 1] + share * curves[upper]
    fine = np.linspace(grid[0], grid[-1], STEPS)
    return np.exp(fine), np.stack([np.interp(fine, grid, column) for column in between.T], axis=1)


def _covariance(curve: Curve) -> FloatArray:
    """Return that of the logarithm of the values."""
    if curve.stderr is None:
        return np.zeros((curve.values.size, curve.values.size))
    relative = np.where(np.isfinite(curve.stderr), curve.stderr, 0.0) / curve.values
    if curve.replicates is None:
        return np.diag(relative**2)
    together: FloatArray = np.asarray(np.nan_to_num(np.corrcoef(curve.replicates.T)))
    np.fill_diagonal(together, 1.0)
    found: FloatArray = together * np.outer(relative, relative)
    return found


def _misfit(logs: FloatArray, expected: FloatArray, covariance: FloatArray) -> float:
    """Return the least squared distance of the curve from those of a family, in units of its errors and the table's."""
    beyond = (
        expected[-1] + np.linspace(0, BEYOND, STEPS // 4)[:, None]
    )  # dimensions that were not simulated: the last, raised
    off = logs - np.concatenate([expected, beyond])
    weights = np.linalg.inv(covariance + FLOOR**2 * np.eye(logs.size))
    return float(np.einsum("ij,jk,ik->i", off, weights, off).min())


@dataclass(frozen=True, slots=True)
class _Span:
    low: float
    high: float


def _inverted(raw: float, spread: float, *, dimensions: FloatArray, expected: FloatArray) -> _Span | None:
    """Return the dimensions whose raw value is this one within its error; None where none is, and none lies below."""
    near = np.abs(expected - raw) <= REACH * spread
    if not near.any():
        return _Span(float(dimensions[-1]), math.inf) if raw > expected.max() else None
    places = np.flatnonzero(near)
    low, high = float(dimensions[places[0]]), float(dimensions[places[-1]])
    slope = np.gradient(expected, np.log(dimensions))
    closest = int(np.abs(expected - raw).argmin())
    if places[-1] == dimensions.size - 1 or slope[closest] < FLAT:
        high = math.inf
    return _Span(low, high)
