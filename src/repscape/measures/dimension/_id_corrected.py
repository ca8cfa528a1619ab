"""What the dimension may be, once the bias of its estimator is allowed for: a range over families of shapes, never one number.

``benchmarks/corrected_table.py`` draws known manifolds and writes the table of what Gride reads of them.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Curve, Estimate, note_of
from ._id_gride import id_gride

FloatArray = npt.NDArray[np.float64]
NAME = "id_corrected"
TABLE = Path(__file__).parent / "_corrected_table.json"
SAID = "of the true dimension, over families"
REFUSES_ALL = "none: the scale curve is that of no family"
FLOOR = 0.03
"""Relative error of the table itself, at each rank: few samples of each cell, and lines drawn between them."""
COMMON = 0.04
"""Relative error at all ranks together: a shape that is like one of a family, and not the same, reads a little more or less."""
REFUSED = 0.01
STEPS = 241
BESIDE = 1.1
"""How far outside the numbers of points that were simulated the table is read at its edge: that moves it by 1.5 % at most."""
BEYOND = 1.4
"""How far above the largest dimension a curve is still held against a family, on the log scale."""


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
    loops, a bent sheet), also with 5 % of noise, is held against Gride's curve over all ranks, in every dimension at this
    number of points; dimensions whose curve the data refuse are left out. The interval is the union of what is left.

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
        included; infinite above, "at least", where the curve may be of more dimensions than were simulated; None where it is
        that of no family, or n is outside what was simulated, as options["interval"] says then. details: "families", the names
        of those left; "low" and "high" (families,), each one's range; "refused"; "at_least"; "curve" (m,); "note", what tables
        say beside the value: "at least 21.3", "none: ...", or nothing.

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
    least, most = table()["points"][0], table()["points"][-1]
    simulated = least / BESIDE <= curve.n <= most * BESIDE
    spans = spans_of(curve.values, covariance_of(curve), n=curve.n) if simulated else {}
    low = min((span.low for span in spans.values()), default=math.nan)
    high = max((span.high for span in spans.values()), default=math.nan)
    outside = f"none: n is outside what was simulated ({least:,} to {most:,})"
    said = SAID if spans else REFUSES_ALL if simulated else outside
    return Estimate(
        value=float(curve.values[0]),
        n=curve.n,
        dropped=curve.dropped,
        stderr=None if curve.stderr is None else float(curve.stderr[0]),
        interval=(low, high) if spans else None,
        options={
            **{name: value for name, value in curve.options.items() if name != "outliers"},
            "interval": said,
            **({"n_in_table": min(max(curve.n, least), most)} if not least <= curve.n <= most else {}),
        },
        details={
            "families": np.array(list(spans), dtype=str),
            "low": np.array([span.low for span in spans.values()]),
            "high": np.array([span.high for span in spans.values()]),
            "refused": np.array([name for name in table()["curves"] if simulated and name not in spans], dtype=str),
            "at_least": bool(spans) and math.isinf(high),
            "curve": curve.values,
            "note": "; ".join(filter(None, (_range_in_words(spans, low, high, said), note_of(curve)))),
        },
        replicates=None if curve.replicates is None else curve.replicates[:, 0],
    )


def _range_in_words(spans: Mapping[str, Span], low: float, high: float, said: str) -> str:
    """Return what tables say of a range that is not one from end to end."""
    if not spans:
        return said
    return f"at least {low:.3g}" if math.isinf(high) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """Dimensions of a family whose curves the data do not refuse."""

    low: float
    """The smallest."""
    high: float
    """The largest; infinite where that is beyond what was simulated."""


def spans_of(values: FloatArray, covariance: FloatArray, *, n: int) -> dict[str, Span]:
    """Return the span of each family that is left by a curve of n points and the (m, m) covariance of its logarithm."""
    weights = np.linalg.inv(covariance + FLOOR**2 * np.eye(values.size) + COMMON**2)
    worst = float(chdtri(values.size, REFUSED))
    found = {}
    for family in table()["curves"]:
        dimensions, expected = expected_curves(family, n, values.size)
        rise = np.linspace(0, BEYOND, STEPS // 4)[1:, None]  # dimensions that were not simulated: the last, raised
        off = np.log(values) - np.concatenate([expected, expected[-1] + rise])
        places = np.flatnonzero(np.einsum("ij,jk,ik->i", off, weights, off) <= worst)
        if places.size:
            first, last = min(int(places[0]), STEPS - 1), int(places[-1])
            found[family] = Span(float(dimensions[first]), float(dimensions[last]) if last < STEPS - 1 else math.inf)
    return found


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


def covariance_of(curve: Curve) -> FloatArray:
    """Return the covariance of the logarithm of a curve's values."""
    if curve.stderr is None:
        return np.zeros((curve.values.size, curve.values.size))
    relative = np.where(np.isfinite(curve.stderr), curve.stderr, 0.0) / curve.values
    if curve.replicates is None:
        return np.diag(relative**2)
    together: FloatArray = np.asarray(np.nan_to_num(np.corrcoef(curve.replicates.T)))
    np.fill_diagonal(together, 1.0)
    found: FloatArray = together * np.outer(relative, relative)
    return found
