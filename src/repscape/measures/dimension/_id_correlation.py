"""Grassberger and Procaccia's correlation dimension: how the number of pairs of points within a radius grows with it."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..points import NEAR, Centred, centred, points_of, spans, square_norms
from ..uncertainty import by_group, error_groups, influence_stderr, marked, replicates_of_influence
from ._distinct import graph_apart
from ._id_correlation_kernels import count_lengths, count_within

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "id_correlation"
TILE = 1024
ROUNDING = 1e-9
TIED = 0.5
"""Different distances as a share of the points, at or below which they tie; two points may have the distance between them."""


@within_memory
def id_correlation(
    X: Any,
    *,
    ranks: tuple[int, int] = (10, 20),
    radii: int = 8,
    error: Literal["auto", "influence"] | None = "auto",
    groups: Any = None,
) -> Estimate:
    r"""Correlation dimension: the slope of log C(r) against log r, where C(r) is the share of pairs closer than r [1]_.

    The radii lie where the data have their neighbours: from the median distance to the first of `ranks` to the median distance
    to the second. Every pair within them counts: the neighbours of most points are known that far, and points with more of them
    are compared with all.

    Parameters
    ----------
    X : (n, d) array
        The points; a graph of neighbours is not enough, since all pairs within a radius are counted. Rows that are
        identical, or differ by rounding alone, are counted as one point: such pairs lie within every radius.
    ranks : (int, int)
        Neighbour ranks whose median distances are the smallest and the largest radius.
    radii : int of at least 2
        Radii between them, in equal ratios; the slope is fitted to all by least squares. 2: the slope between the ends.
    error : {"auto", "influence", None}
        "influence": from how many pairs each point has within each radius, a sum over pairs treated as such. The radii are
        taken as given. "auto": "influence", but None where distances tie, as between whole numbers: the radii then step from
        one tie to the next, which no count of pairs shows (options["ties"]).
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes.

    Returns
    -------
    Estimate
        value >= 0. details: "radii" (m,), "pairs" (m,) within each, "correlation" (m,) the share C(r) of all pairs, and
        "slopes" (m - 1,) between successive radii: where they drift, one number says little.

    Raises
    ------
    DegenerateDataError
        If there are too few distinct points, or both radii are equal.

    References
    ----------
    .. [1] Grassberger, Procaccia (1983). Measuring the strangeness of strange attractors. Physica D 9, 189-208.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((2000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_correlation(X).value, 1)
    1.9
    """
    points = _check.points(points_of(X), "X", NAME)
    near, far = _checked_ranks(ranks)
    _check.integer(radii, "radii", NAME, low=2)
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    together = error_groups(groups, len(points), error=error, function=NAME)
    apart, graph = graph_apart(X, max(NEAR, 2 * far))
    rows = apart.rows
    if graph is None or rows.size <= far:
        raise DegenerateDataError(
            f"{NAME} needs {far} distinct neighbours of each point (ranks={tuple(ranks)}), so at least {far + 1} distinct "
            f"points. Got {rows.size} in {len(points)} rows."
        )
    lengths = np.asarray(graph.distances)
    at = _radii(lengths[:, [near - 1, far - 1]], near, far, number=radii)
    distinct = centred(points if rows.size == len(points) else points[rows], "X", NAME, precision="float64")
    counts = _counts(distinct, at, lengths)
    weights = np.log(at) - np.log(at).mean()
    weights /= weights @ weights
    pairs = counts.sum(axis=0) // 2
    value = float(weights @ np.log(pairs))
    n, extra = rows.size, dict[str, Any]()
    tied = _tied(lengths[:, far - 1])
    if error == "influence" or (error == "auto" and not tied):
        scores, stderr = _influence(counts, weights, None if together is None else together[rows])
        by_row = np.zeros(len(points))  # a point counts at its first row
        by_row[rows] = scores
        extra = {
            "stderr": stderr,
            "interval": normal_interval(value, stderr),
            "replicates": replicates_of_influence(by_group(by_row, together), stderr=stderr),
        }
    found = Estimate(
        value=value,
        n=n,
        dropped=len(points) - n,
        options={
            "ranks": [near, far],
            "radii": radii,
            "error": "influence" if extra else None,
            **({"ties": "distances tie: the radii step from one to the next"} if tied else {}),
            **apart.conventions,
        },
        details={
            "radii": at,
            "pairs": pairs,
            "correlation": pairs / (n * (n - 1) / 2),
            "slopes": np.diff(np.log(pairs)) / np.diff(np.log(at)),
        },
        **extra,
    )
    return marked(found, by_row, together) if extra else found


def _radii(lengths: FloatArray, near: int, far: int, *, number: int) -> FloatArray:
    """Return so many radii from the median distance to one neighbour to that to another, (n, 2)."""
    low, high = np.median(lengths, axis=0)
    if not 0 < low < high:
        raise DegenerateDataError(
            f"{NAME} has no range of radii: the median distances to neighbours {near} and {far} are {low:g} and {high:g}."
        )
    return np.geomspace(low, high, number)


def _tied(lengths: FloatArray) -> bool:
    """Return whether the distances to a neighbour (n,) are mostly the same few, as between whole numbers."""
    ordered = np.sort(lengths)
    return bool((np.diff(ordered) > ROUNDING * ordered[1:]).sum() + 1 <= TIED * ordered.size)


def _checked_ranks(ranks: Any) -> tuple[int, int]:
    if not isinstance(ranks, tuple | list) or len(ranks) != 2:
        raise InputError(f"ranks of {NAME} must be two whole numbers. Got {ranks!r}.")
    near, far = ranks
    _check.integer(near, "ranks[0]", NAME, low=1)
    _check.integer(far, "ranks[1]", NAME, low=near + 1)
    return near, far


def _counts(points: Centred, at: FloatArray, lengths: FloatArray) -> IntArray:
    """Return (n, m) how many partners each point has within each radius.

    Where the neighbours known (n, k) reach beyond the largest radius they are all there are; the other points are compared
    with all.
    """
    n = points.n
    edges = at**2 * (1 + 1e-11)  # a radius may be some pair's distance: rounding must not decide
    counts = np.zeros((n, at.size), dtype=np.int64)
    count_lengths(lengths, edges, counts)
    dense = np.flatnonzero(lengths[:, -1] ** 2 <= edges[-1]) if lengths.shape[1] < n - 1 else np.empty(0, np.int64)
    if dense.size:
        norms = square_norms(points)
        counts[dense] = 0
        for start, stop in spans(dense.size, TILE):
            some = dense[start:stop]
            held, own = points.at(some), np.zeros((some.size, at.size), dtype=np.int64)
            for first, last in spans(n, TILE):
                count_within(held @ points.block(first, last).T, norms[some], norms[first:last], edges, own)
            own[:, 0] -= 1  # each lies within every radius of itself
            counts[some] = own
    total: IntArray = counts.cumsum(axis=1)
    return total


def _influence(counts: IntArray, weights: FloatArray, groups: IntArray | None) -> tuple[FloatArray, float]:
    """Return the influence of each point on the slope, and the standard error of the slope.

    The slope is sum_m w_m log C_m, and each C_m a mean over pairs. A mean over pairs varies by 4 Var(h) / n, h being a point's
    mean over its pairs; but the h that is seen holds each pair's own noise twice, which is taken off once.
    """
    n = counts.shape[0]
    mean = counts.mean(axis=0)
    scores = 2 * (counts / mean - 1) @ weights
    in_ring = np.diff(counts.sum(axis=0), prepend=0) / 2
    of_pair = (weights / mean)[::-1].cumsum()[::-1]  # the score of a pair by its ring, times n - 1
    own_noise = 4 * float(in_ring @ of_pair**2) / n**2
    whole = None if groups is None else np.unique(groups, return_inverse=True)[1]
    variance = influence_stderr(scores, whole) ** 2 - own_noise
    return scores, math.sqrt(max(variance, own_noise))
