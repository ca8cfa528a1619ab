"""Decimation: TwoNN on ever smaller random subsets, which look at the data at ever larger scale."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from ... import _check, _random
from ...errors import DegenerateDataError, RepscapeWarning
from ...graph import NeighborGraph, Points, nearest_within, read_points
from ...machine import within_memory
from .._result import Curve
from ..points import NEAR, points_of
from ..uncertainty import LEAST_POINTS, LEAST_SHARE
from ._dimension_error import TWO_NEAREST
from ._distinct import NearDistances, graph_apart, near_distances
from ._id_twonn import Estimator, check_estimator, dimension_of_ratios

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LEAST_DRAWS = 10


@within_memory
def id_decimation(
    g_or_X: Any,
    *,
    estimator: Estimator = "fit",
    fraction: float | None = None,
    min_points: int = 10,
    draws: Literal["independent", "disjoint", "peer"] = "independent",
    rng: int | np.random.Generator = 0,
) -> Curve:
    """Intrinsic dimension against scale by TwoNN on random subsets of N, N/2, N/4 ... points.

    A smaller subset has its neighbours further away, so it sees the data at a larger scale and less of its noise.

    Parameters
    ----------
    g_or_X : (n, d) array or NeighborGraph
        The points; or their graph with indices and distances, which is faster and good for as long as most points of a subset
        find two of their own among the neighbours stored: points that do not are left out, with a warning where they are more
        than a tenth. Rows that are identical, or differ by rounding alone, are counted as one point before any draw.
    estimator, fraction
        As in :func:`id_twonn`.
    min_points : int of at least 3
        Subsets have more than this many points.
    draws : {"independent", "disjoint", "peer"}
        "independent": max(10, N / size) draws without replacement, each on its own. "disjoint": the points are cut into
        N / size parts that share none, again until there are at least 10. "peer": rint(N / size) independent draws.
    rng : int or numpy Generator
        Source of the draws.

    Returns
    -------
    Curve
        Over x = "points" (subset size, largest first): the mean over draws. stderr: the standard deviation over the draws
        (ddof 1), the spread of one subset of that size, NaN for the full set; with draws="peer" the standard deviation
        (ddof 0) over sqrt(draws). details: "draws" (m,); "distance" (m,), mean distance to the second neighbour; "share" (m,),
        which part of the drawn points had two neighbours in the graph, 1 from points. Values are NaN where hardly any had.

    Raises
    ------
    DegenerateDataError
        If there are not more than `min_points` distinct points, or all ratios of a subset are 1.
    GraphDepthError
        If the graph holds no indices, no distances or fewer than 2 distinct neighbours.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez, Laio (2017). Scientific Reports 7, 12140.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> line = np.linspace(0, 100, 800)[:, None] + np.zeros(2)
    >>> noisy = line + np.random.default_rng(0).normal(scale=0.3, size=line.shape)
    >>> curve = rs.id_decimation(noisy, estimator="mle", min_points=50, rng=0)
    >>> curve.x.tolist(), bool(curve.values[0] > curve.values[-1] + 0.2)
    ([800.0, 400.0, 200.0, 100.0], True)
    """
    name = "id_decimation"
    used_fraction = check_estimator(name, estimator, fraction)
    _check.integer(min_points, "min_points", name, low=3)
    _check.choice(draws, "draws", name, ("independent", "disjoint", "peer"))
    random = _random.generator(rng, name)
    distinct, rows, ratios, conventions = _source(g_or_X, name)
    if distinct <= min_points:
        raise DegenerateDataError(
            f"min_points of {name} must be below the number of distinct points. Got {min_points} for {distinct} distinct "
            f"points in {rows} rows."
        )
    sizes = [distinct // 2**halving for halving in range(int(math.log2(distinct / min_points)) + 1)]
    sizes = [size for size in sizes if size > min_points]
    columns = []
    for size in sizes:
        found = []
        for subset in _subsets(np.arange(distinct), size, draws, random):
            lengths = ratios(subset)
            share = lengths.shape[0] / subset.size
            if lengths.shape[0] < LEAST_POINTS and share < 1:
                found.append((math.nan, math.nan, share))
                continue
            log_mu = np.log(lengths[:, 1] / lengths[:, 0])
            dimension = dimension_of_ratios(log_mu, estimator, used_fraction, function=name, error=None).value
            found.append((dimension, float(lengths[:, 1].mean()), share))
        values, distance, share = np.array(found).T
        columns.append((values.mean(), _spread(values, draws), len(found), distance.mean(), share.mean()))
    mean, stderr, count, distance, share = (np.array(column) for column in zip(*columns, strict=True))
    _warn_of(share, sizes)
    return Curve(
        x=np.array(sizes, dtype=np.float64),
        values=mean,
        x_name="points",
        n=distinct,
        stderr=stderr,
        interval=_intervals(mean, stderr, count),
        dropped=rows - distinct,
        options={
            "estimator": estimator,
            "fraction": used_fraction,
            "min_points": min_points,
            "draws": draws,
            "rng": rng if isinstance(rng, int) else "Generator",
            "error": "sd over draws" if draws != "peer" else "sd over draws / sqrt(draws)",
            **conventions,
        },
        details={"draws": count.astype(np.int64), "distance": distance, "share": share},
    )


def _source(g_or_X: Any, name: str) -> tuple[int, int, Callable[[IntArray], FloatArray], dict[str, Any]]:
    """Return (how many distinct points, how many rows came in, a subset's distances to its two nearest, conventions)."""
    if isinstance(g_or_X, NeighborGraph):
        g_or_X.require(name, k=2, what=("indices", "distances"))
        near = near_distances(g_or_X, 2, duplicates="merge", function=name)
        return near.n, near.rows, _within(near, g_or_X.k), near.conventions
    points = _check.points(points_of(g_or_X), "X", name)
    apart, graph = graph_apart(g_or_X, NEAR)
    if graph is None:
        return apart.rows.size, len(points), lambda subset: np.empty((subset.size, 2)), apart.conventions
    near = near_distances(graph, 2, duplicates="merge", function=name)
    return near.n, len(points), _within(near, NEAR, read_points(points, "X", name), apart.rows), apart.conventions


def _within(
    near: NearDistances, depth: int, points: Points | None = None, rows: IntArray | None = None
) -> Callable[[IntArray], FloatArray]:
    """Return what gives the distances from each point of a subset to its two nearest there, as the graph knows them.

    What it does not know is compared, where there are points, and left out where there are none.
    """
    around = near.surroundings(depth)

    def lengths_in(subset: IntArray) -> FloatArray:
        drawn = np.zeros(near.n, dtype=np.bool_)
        drawn[subset] = True
        lengths = around.within(drawn, TWO_NEAREST)  # type: ignore[union-attr]  # there are indices and distances
        unknown = np.flatnonzero(~np.isfinite(lengths[:, 1]))
        if points is None or rows is None:
            return np.delete(lengths, unknown, axis=0)
        if unknown.size:
            lengths[unknown] = nearest_within(points, rows[subset[unknown]], rows[subset], k=2)[0]
        return lengths

    return lengths_in


def _warn_of(share: FloatArray, sizes: list[int]) -> None:
    """Say where a stored graph was too shallow for the subsets."""
    short = [f"{part:.0%} at {size}" for part, size in zip(share, sizes, strict=True) if part < LEAST_SHARE]
    if short:
        warnings.warn(
            f"id_decimation: of small subsets not all points have two neighbours in the stored graph ({', '.join(short)}). "
            "Give the points, a deeper graph, or a larger min_points.",
            RepscapeWarning,
            stacklevel=3,
        )


def _subsets(rows: IntArray, size: int, draws: str, random: np.random.Generator) -> Iterator[IntArray]:
    """Yield the subsets of one size, each in the order of the rows."""
    if size == rows.size:
        yield rows
        return
    if draws == "disjoint":
        parts = rows.size // size
        for _ in range(math.ceil(LEAST_DRAWS / parts)):
            shuffled = random.permutation(rows)
            yield from (np.sort(shuffled[part * size : (part + 1) * size]) for part in range(parts))
        return
    count = round(rows.size / size)
    for _ in range(count if draws == "peer" else max(LEAST_DRAWS, count)):
        yield np.sort(random.choice(rows, size, replace=False))


def _intervals(mean: FloatArray, stderr: FloatArray, draws: FloatArray) -> FloatArray:
    """Return (m, 2) intervals by Student's t of so many draws; NaN for the full set, which is a single one."""
    reach = stdtrit(np.maximum(draws - 1, 1), 0.975) * stderr
    return np.stack([mean - reach, mean + reach], axis=1)


def _spread(values: FloatArray, draws: str) -> float:
    if draws == "peer" and values.size > 1:
        return float(values.std() / math.sqrt(values.size))
    return float(values.std(ddof=1)) if values.size > 1 else math.nan
