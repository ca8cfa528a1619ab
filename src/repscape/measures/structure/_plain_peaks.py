"""Density peaks as first proposed: centres are dense and far from anything denser; everybody else follows uphill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ..._types import Brief
from ...errors import InputError
from ...graph import distinct_graph, distinct_rows
from ...machine import within_memory
from .._result import Estimate
from ._peak_field import field_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "cluster_plain_peaks"
DEPTH = 100
HIGHEST = 1.05
"""The highest point has nothing denser: it stands so many times as far as the farthest of the others, as in DADApy."""
BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, repr=False)
class PlainPeaks(Brief):
    """Clusters of n points around m centres, and the decision graph they were chosen on.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> found = rs.cluster_plain_peaks(np.vstack([X, X + 20]), peaks=2)
    >>> len(found.centers), found.labels.shape
    (2, (400,))
    """

    labels: IntArray
    """(n,) the centre that each point follows, 0 to m - 1."""
    centers: IntArray
    """(m,) the point that each is, the densest first."""
    log_density: FloatArray
    """(n,) at each point."""
    distances: FloatArray
    """(n,) from each point to the nearest denser one."""
    above: IntArray
    """(n,) that denser one; -1 at the densest of all."""
    score: FloatArray
    """(n,) the distance over the spacing of points, distances * density^(1/id): by it `peaks` are chosen."""
    options: Mapping[str, Any]
    """Every convention used."""


@within_memory
def cluster_plain_peaks(
    X: Any,
    *,
    peaks: int | None = None,
    least_density: float | None = None,
    least_distance: float | None = None,
    density: Literal["pak", "kstar", "knn"] = "knn",
    k: int | None = None,
    id: float | Estimate | Literal["gride", "twonn"] | None = None,
) -> PlainPeaks:
    """Plain density peaks: centres are far from any denser point, and each other point follows its nearest denser one.

    The clusters of Rodriguez and Laio [1]_, with no statement of what is significant: the number of peaks, or the cuts of the
    decision graph, are the user's choice. :func:`cluster_peaks` chooses by errors instead.

    Parameters
    ----------
    X : (n, d) array
        Points.
    peaks : int in [1, n], optional
        So many centres: those with the largest distance to a denser point in units of the spacing of points there. (The
        product of density and distance, which is usual on a plane, is decided by the density alone in many dimensions.)
    least_density, least_distance : float, optional
        In place of `peaks`: centres have a larger log density and a larger distance; one of them may be left out. The densest
        point is always a centre.
    density : {"pak", "kstar", "knn"}
        As in :func:`cluster_peaks`.
    k : int, optional
        For "knn" the neighbours, 16 by default; else those among which k* is chosen, up to 100.
    id : float > 0, Estimate, "gride" or "twonn", optional
        The intrinsic dimension, as in :func:`cluster_peaks`.

    Returns
    -------
    PlainPeaks
        labels (n,), centers (m,), and the decision graph: log_density and distances (n,). Of points of one density the earlier
        counts as the denser. Identical rows are one point; ``options["merged"]`` counts them.

    Raises
    ------
    InputError
        If neither `peaks` nor a cut is given, or both, or a value is out of range.

    References
    ----------
    .. [1] Rodriguez, Laio (2014). Clustering by fast search and find of density peaks. Science 344, 1492-1496.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(size=(400, 2)), rng.normal(size=(200, 2)) + 8])
    >>> np.bincount(rs.cluster_plain_peaks(X, peaks=2).labels).tolist()
    [400, 200]
    """
    points = _check.points(X, "X", NAME)
    n = points.shape[0]
    _check.choice(density, "density", NAME, ("pak", "kstar", "knn"))
    cuts = least_density is not None or least_distance is not None
    if (peaks is None) != cuts:
        raise InputError(
            f"{NAME} takes either peaks, or least_density and least_distance. Got {'both' if cuts else 'neither'}."
        )
    if peaks is not None:
        _check.integer(peaks, "peaks", NAME, low=1, high=n, why="points")
    low, far = (
        -np.inf if cut is None else _check.number(cut, name, NAME)
        for cut, name in ((least_density, "least_density"), (least_distance, "least_distance"))
    )
    distinct, _ = distinct_rows(points)
    graph = distinct_graph(points, min(max(DEPTH, k or 0), distinct.size - 1), rounding=True)
    field, used = field_of(graph, NAME, density=density, k=k, id=id)
    first = field.volumes.first
    indices, lengths = np.asarray(graph.indices), np.asarray(graph.distances)
    above, distances = _uphill(points[first], field.log_density, indices, lengths)
    score = distances * np.exp(field.log_density / field.volumes.dimension)
    if peaks is None:
        chosen = (field.log_density > low) & (distances > far)
        chosen[above < 0] = True
    else:
        _check.integer(peaks, "peaks", NAME, low=1, high=first.size, why="points that differ")
        chosen = np.zeros(first.size, dtype=bool)
        chosen[np.lexsort((-field.log_density, -score, above >= 0))[:peaks]] = True
    centers, labels = _followed(field.log_density, chosen, above)
    options = {
        "peaks": peaks,
        "least_density": least_density,
        "least_distance": least_distance,
        "density": density,
        "k": used,
        "id": field.volumes.dimension,
        "id_from": field.volumes.id.source,
        "merged": n - first.size,
        **(field.volumes.conventions or {}),
    }
    of_rows = field.volumes.by_row
    return PlainPeaks(
        of_rows(labels),
        first[centers],
        of_rows(field.log_density),
        of_rows(distances),
        of_rows(np.where(above >= 0, first[above], -1)),
        of_rows(score),
        options,
    )


def _followed(height: FloatArray, chosen: npt.NDArray[np.bool_], above: IntArray) -> tuple[IntArray, IntArray]:
    """Return the centres, the densest first, and the label of each point (n,)."""
    order = _order(height)
    centers = order[chosen[order]]
    labels = np.empty(height.size, dtype=np.int64)
    labels[centers] = np.arange(centers.size)
    for point in order.tolist():  # from the densest: whom it follows has a label
        if not chosen[point]:
            labels[point] = labels[above[point]]
    return centers, labels


def _order(height: FloatArray) -> IntArray:
    """Return the points from the densest; of equal ones the earlier comes first."""
    found: IntArray = np.argsort(-height, kind="stable")
    return found


def _uphill(
    points: FloatArray, height: FloatArray, indices: npt.NDArray[Any], lengths: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the nearest denser point of each (n,), and how far it is."""
    n = height.size
    order = _order(height)
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    denser = rank[indices] < rank[:, None]
    place, found = denser.argmax(axis=1), denser.any(axis=1)
    rows = np.arange(n)
    above, distances = indices[rows, place].astype(np.int64), lengths[rows, place].copy()
    step = max(1, BLOCK // points.shape[1])
    for row in np.flatnonzero(~found).tolist():
        others = order[: rank[row]]
        nearest, least = -1, np.inf
        for start in range(0, others.size, step):
            block = others[start : start + step]
            apart = ((points[block].astype(np.float64) - points[row]) ** 2).sum(axis=1)
            if apart.min() < least:
                nearest, least = int(block[apart.argmin()]), float(apart.min())
        above[row], distances[row] = nearest, np.sqrt(least)
    top = order[0]
    others = np.delete(distances, top)
    distances[top] = HIGHEST * (others.max() if others.size else 1.0)
    return above, distances
