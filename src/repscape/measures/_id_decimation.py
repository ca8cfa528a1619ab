"""Decimation: TwoNN on ever smaller random subsets, which look at the data at ever larger scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _check, _random
from ..errors import DegenerateDataError
from ..graph import distinct_rows, knn_graph
from ._distinct import near_distances
from ._id_twonn import Estimator, check_estimator, dimension_of_ratios
from ._result import Curve

LEAST_DRAWS = 10


def id_decimation(
    X: Any,
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
    X : (n, d) array
        The points. Identical rows are counted as one point before any draw.
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
        (ddof 0) over sqrt(draws). details: "draws" (m,); "distance" (m,), mean distance to the second neighbour.

    Raises
    ------
    DegenerateDataError
        If there are not more than `min_points` distinct points, or all ratios of a subset are 1.

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
    points = _check.points(X, "X", name)
    used_fraction = check_estimator(name, estimator, fraction)
    _check.integer(min_points, "min_points", name, low=3)
    _check.choice(draws, "draws", name, ("independent", "disjoint", "peer"))
    random = _random.generator(rng, name)
    rows, _ = distinct_rows(points)
    if rows.size <= min_points:
        raise DegenerateDataError(
            f"min_points of {name} must be below the number of distinct points. Got {min_points} for {rows.size} distinct "
            f"points in {points.shape[0]} rows."
        )
    sizes = [rows.size // 2**halving for halving in range(int(math.log2(rows.size / min_points)) + 1)]
    sizes = [size for size in sizes if size > min_points]
    columns = []
    for size in sizes:
        found = []
        for subset in _subsets(rows, size, draws, random):
            graph = knn_graph(points[subset], 2)
            known = replace(graph, members=np.arange(subset.size))  # these rows are distinct, and need no merging
            lengths = near_distances(known, 2, duplicates="merge", function=name).lengths
            log_mu = np.log(lengths[:, 1] / lengths[:, 0])
            dimension = dimension_of_ratios(log_mu, estimator, used_fraction, function=name).value
            found.append((dimension, float(lengths[:, 1].mean())))
        values, distance = np.array(found).T
        columns.append((values.mean(), _spread(values, draws), len(found), distance.mean()))
    mean, stderr, count, distance = (np.array(column) for column in zip(*columns, strict=True))
    return Curve(
        x=np.array(sizes, dtype=np.float64),
        values=mean,
        x_name="points",
        n=rows.size,
        stderr=stderr,
        dropped=points.shape[0] - rows.size,
        options={
            "estimator": estimator,
            "fraction": used_fraction,
            "min_points": min_points,
            "draws": draws,
            "rng": rng if isinstance(rng, int) else "Generator",
            "error": "sd over draws" if draws != "peer" else "sd over draws / sqrt(draws)",
        },
        details={"draws": count.astype(np.int64), "distance": distance},
    )


def _subsets(
    rows: npt.NDArray[np.int64], size: int, draws: str, random: np.random.Generator
) -> Iterator[npt.NDArray[np.int64]]:
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


def _spread(values: npt.NDArray[np.float64], draws: str) -> float:
    if draws == "peer" and values.size > 1:
        return float(values.std() / math.sqrt(values.size))
    return float(values.std(ddof=1)) if values.size > 1 else math.nan
