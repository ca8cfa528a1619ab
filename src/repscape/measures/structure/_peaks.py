"""Density peaks: the modes of the density that stand out beyond its errors, the saddles between them, and their tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ..._types import Brief
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ._peak_borders import Field, Saddles, links, preliminary
from ._peak_field import DENSITIES, field_of
from ._peak_merge import Merging, tree_of
from ._peak_threshold import automatic_z

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "cluster_peaks"


@dataclass(frozen=True, slots=True, repr=False)
class Peaks(Brief):
    """Peaks of the density of n points, highest first as numbered, and how high the passes between them are.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> peaks = rs.cluster_peaks(rs.knn_graph(np.vstack([X, X + 20]), 60))
    >>> sorted(set(peaks.labels.tolist())), len(peaks.centers), peaks.saddles.shape
    ([0, 1], 2, (2, 2))
    """

    labels: IntArray
    """(n,) the peak of each point, 0 to m - 1; -1 for the halo where it was asked for."""
    centers: IntArray
    """(m,) the point on each peak; the highest peak is number 0."""
    saddles: FloatArray
    """(m, m) log density of the highest pass between two peaks; NaN where none is known."""
    saddle_errors: FloatArray
    """(m, m) its error."""
    halo: npt.NDArray[np.bool_]
    """(n,) whether a point lies below the highest saddle of its peak, where its peak is not certain."""
    tree: FloatArray
    """(m - 1, 4) the dendrogram, highest saddle first: two branches, log density of the saddle, points below. Branches are
    numbered as in scipy's linkages: 0 to m - 1 are the peaks, m + i is what row i joined; minus infinity: no pass is known."""
    heights: FloatArray
    """(m,) log density at each centre."""
    errors: FloatArray
    """(m,) its error."""
    populations: IntArray
    """(m,) points of each peak, its halo among them."""
    saddle_points: IntArray
    """(m, m) the point that stands on each pass, -1 where none is known."""
    log_density: FloatArray
    """(n,) at each point."""
    stderr: FloatArray
    """(n,) its error."""
    options: Mapping[str, Any]
    """Every convention used: "z" and "z_from", "density", "k", "id" and "id_from", "duplicates", and the rows "merged"."""
    id_errors: FloatArray
    """(n,) how far the error of the dimension moves the log density at each point, all of them together; 0 where none is known.
    It stretches all heights by one factor, and so is in no error of a peak or saddle."""

    @property
    def significance(self) -> FloatArray:
        """(m,) how far each peak stands above its highest saddle, in errors of both; infinite where it has none."""
        m = self.heights.size
        if m < 2:
            return np.full(m, np.inf)
        filled = np.where(np.isnan(self.saddles), -np.inf, self.saddles)
        highest = filled.argmax(axis=1)
        errors = self.errors + np.nan_to_num(self.saddle_errors[np.arange(m), highest])
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (self.heights - filled[np.arange(m), highest]) / errors
        return np.where(errors > 0, found, np.where(self.heights > filled[np.arange(m), highest], np.inf, 0.0))


@within_memory
def cluster_peaks(
    g: NeighborGraph,
    *,
    z: float | Literal["auto"] = "auto",
    density: Literal["pak", "kstar", "knn", "kpeaks"] = "pak",
    id: float | Estimate | Literal["gride", "twonn"] | None = None,
    halo: bool = False,
    k: int | None = None,
    duplicates: Literal["merge", "raise"] = "merge",
) -> Peaks:
    r"""Clusters as peaks of the density: each point goes uphill, and peaks within the noise of their saddles are one.

    Advanced density peaks [1]_. With g the log density less its error, a centre is a point that none of its own k* neighbours
    stands above and that lies in the k* neighbourhood of no higher point. The others, highest first, follow their nearest
    neighbour that is assigned. The saddle of two peaks is the highest point of either whose nearest neighbour across is nearest
    to it. Two peaks are merged where either stands less than z times the errors above their saddle, the highest saddle first.
    Neighbours of one and the same height are a plateau, and a plateau is one peak, or none where it leads up.

    Parameters
    ----------
    g : NeighborGraph
        Of n points, with indices and distances; a hundred neighbours leave room to choose k*.
    z : float >= 0 or "auto"
        How many errors a peak must stand above its saddles. A number: as in DADApy, whose default is 1.65; peaks without a
        border between them are never merged then, and samples of one normal distribution in many dimensions may come out in
        pieces. "auto": peaks without a border are joined at the highest link between them, and z is the .95 quantile of the
        largest significance in samples of one normal distribution of as many points, dimensions and neighbours.
    density : {"pak", "kstar", "knn", "kpeaks"}
        Log density by :func:`density_pak`, :func:`density_kstar` or :func:`density_knn`; "kpeaks": k* itself stands for it.
    id : float > 0, Estimate, "gride" or "twonn", optional
        The intrinsic dimension. An Estimate: its value, its standard error carried on to ``id_errors``. "twonn", "gride": the
        graph's own, with its error. None: that of "gride", and no error of it is worked out.
    halo : bool
        Label points of the halo -1.
    k : int, optional
        For "knn" the neighbours, 16 by default; else those among which k* is chosen, up to 100 of those stored by default.
    duplicates : {"merge", "raise"}
        "merge" takes identical rows, and rows that differ by rounding alone, for one point that stands for so many rows, as
        :func:`density_pak` does; ``options["merged"]`` counts them. "raise" refuses them.

    Returns
    -------
    Peaks
        labels (n,), centers (m,), saddles and saddle_errors (m, m), halo (n,), the tree, and what they are made of.

    Raises
    ------
    DegenerateDataError
        If fewer than three points differ.
    GraphDepthError
        If the graph holds fewer than k neighbours that are no copies of each other, or than five.
    InputError
        If z, k or id is out of range, z is "auto" with density="kpeaks", or duplicates="raise" meets copies.

    References
    ----------
    .. [1] d'Errico, Facco, Laio, Rodriguez (2021). Automatic topography of high-dimensional data sets by non-parametric density
       peak clustering. Information Sciences 560, 476-492.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(size=(400, 2)), rng.normal(size=(200, 2)) + 8])
    >>> peaks = rs.cluster_peaks(rs.knn_graph(X, 60))
    >>> peaks.populations.tolist()
    [400, 200]
    """
    _check.choice(density, "density", NAME, DENSITIES)
    _check.choice(halo, "halo", NAME, (True, False))
    field, used = field_of(g, NAME, density=density, k=k, id=id, duplicates=duplicates)
    threshold, source = settled_z(z, field, NAME, density=density, k=used)
    centers, labels, saddles = preliminary(field)
    if z == "auto":
        saddles = saddles.joined(links(field, labels))
    merging = Merging.of(field.log_density[centers], field.stderr[centers], saddles).run(threshold)
    options = {
        "z": threshold,
        "z_from": source,
        "density": density,
        "k": used,
        "id": field.volumes.dimension,
        "id_from": field.volumes.id.source,
        "halo": halo,
        "duplicates": duplicates,
        "merged": field.volumes.rows - field.volumes.n,
        **(field.volumes.conventions or {}),
    }
    return _described(field, centers, labels, merging=merging, options=options)


def settled_z(z: Any, field: Field, function: str, *, density: str, k: int) -> tuple[float, str]:
    """Return the threshold that was given, or that of matched normal samples."""
    if isinstance(z, str):
        _check.choice(z, "z", function, ("auto",))
        return automatic_z(field, density=density, k=k, function=function)
    return _check.number(z, "z", function, low=0), "given"


def _described(
    field: Field, centers: IntArray, labels: IntArray, *, merging: Merging, options: Mapping[str, Any]
) -> Peaks:
    """Number the peaks that are left from the highest, and say all that is known of them."""
    roots = merging.roots()
    kept = np.unique(roots)
    kept = kept[np.argsort(-field.log_density[centers[kept]], kind="stable")]
    number = np.empty(roots.size, dtype=np.int64)
    number[kept] = np.arange(kept.size)
    final = number[roots[labels]]
    m = kept.size
    left = merging.left()
    pairs = np.sort(number[left.pairs], axis=1) if left.pairs.size else left.pairs
    heights, errors, points = np.full((m, m), np.nan), np.full((m, m), np.nan), np.full((m, m), -1, dtype=np.int64)
    for one, other in (pairs.T, pairs.T[::-1]):
        heights[one, other], errors[one, other], points[one, other] = left.heights, left.stderr, left.points
    volumes, own = field.volumes, centers[kept]
    labels_of_rows = volumes.by_row(final)
    populations = np.bincount(labels_of_rows, minlength=m)
    highest = np.where(np.isnan(heights), -np.inf, heights).max(axis=1, initial=-np.inf)
    halo = volumes.by_row(field.log_density < highest[final])
    first = volumes.first
    moved = (
        np.zeros(volumes.n) if volumes.id.stderr is None else np.abs(volumes.slopes(field.sizes)) * volumes.id.stderr
    )
    return Peaks(
        labels=np.where(halo, -1, labels_of_rows) if options["halo"] else labels_of_rows,
        centers=first[own],
        saddles=heights,
        saddle_errors=errors,
        halo=halo,
        tree=tree_of(
            field.log_density[own],
            field.stderr[own],
            Saddles(pairs, left.heights, left.stderr, left.points),
            populations=populations,
        ),
        heights=field.log_density[own],
        errors=field.stderr[own],
        populations=populations,
        saddle_points=np.where(points >= 0, first[points], -1),
        log_density=volumes.by_row(field.log_density),
        stderr=volumes.by_row(field.stderr),
        options=options,
        id_errors=volumes.by_row(moved),
    )


def split_significance(g: NeighborGraph, *, density: str, k: int, id: float | None = None) -> tuple[float, float]:
    """Return the largest significance of a peak that merging all would remove, and the dimension used.

    Above it as z, these points are one peak; over samples of one normal distribution its quantiles are thresholds.
    """
    field, _ = field_of(g, NAME, density=density, k=k, id=id)
    centers, labels, saddles = preliminary(field)
    saddles = saddles.joined(links(field, labels))
    merging = Merging.of(field.log_density[centers], field.stderr[centers], saddles).run(np.inf)
    worst = max((significance for *_, significance in merging.deaths), default=0.0)
    apart = np.unique(merging.roots()).size > 1
    return (np.inf if apart else worst), field.volumes.dimension
