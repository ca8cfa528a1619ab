"""What the densities share: the graph they read, the dimension of its volumes, and how their numbers are put together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from ... import _check
from ...errors import DegenerateDataError, InputTypeError
from ...graph import NeighborGraph
from .._result import Curve, Estimate, normal_interval
from ..dimension import id_gride
from ..points import neighbor_indices
from ..uncertainty import replicates_of_influence, sandwich

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LEAST = 5
"""Neighbours that choosing a size takes: sizes begin at 3, and each is held against the next neighbour."""
GRIDE_RANK = 64
LINKS = 10


@dataclass(frozen=True, slots=True)
class Volumes:
    """Distances to the neighbours of n points, and the dimension in which balls are measured."""

    logs: FloatArray
    """(n, k) logarithms of the distances; minus infinity for a copy."""
    indices: npt.NDArray[Any]
    """(n, k) the neighbours."""
    dimension: float
    """Of the volumes."""
    source: str
    """Where the dimension comes from."""

    @property
    def n(self) -> int:
        """Points."""
        return int(self.logs.shape[0])

    @property
    def unit_ball(self) -> float:
        """Logarithm of the volume of the unit ball."""
        return self.dimension / 2 * math.log(math.pi) - float(gammaln(self.dimension / 2 + 1))

    def log_density(self, sizes: IntArray) -> FloatArray:
        """Return (n,) log(k / (n V_k)) at each point's own number of neighbours."""
        far = self.logs[np.arange(self.n), sizes - 1]
        return np.log(sizes) - self.unit_ball - self.dimension * far - math.log(self.n)

    def slopes(self, sizes: IntArray) -> FloatArray:
        """Return (n,) how the log density at each point moves with the dimension."""
        far = self.logs[np.arange(self.n), sizes - 1]
        return (float(digamma(self.dimension / 2 + 1)) - math.log(math.pi)) / 2 - far


def volumes_of(g: Any, function: str, *, k: int, id: float | None) -> Volumes:
    """Read a graph of all rows with at least k neighbours; settle the dimension."""
    if not isinstance(g, NeighborGraph):
        raise InputTypeError(f"g of {function} must be a NeighborGraph: rs.knn_graph(X, k). Got {type(g).__name__}.")
    neighbor_indices(g, k, name="g", function=function)
    g.require(function, k=k, what=("indices", "distances"))
    width = min(g.indices.shape[1], g.distances.shape[1])  # type: ignore[union-attr]
    with np.errstate(divide="ignore"):
        logs = np.log(g.distances[:, :width])  # type: ignore[index]
    dimension, source = settled_dimension(g, id, function)
    return Volumes(logs, g.indices[:, :width], dimension, source)  # type: ignore[index]


def settled_dimension(g: NeighborGraph, id: float | None, function: str) -> tuple[float, str]:
    """Return the dimension that was given, or the graph's own: Gride's values over ranks, their median."""
    if id is not None:
        return _check.number(id, "id", function, low=0, open_ends="l"), "given"
    curve, rank = _own_curve(g, error=None)
    return float(np.nanmedian(curve.values)), f"median of id_gride at ranks 2 to {rank}"


def _own_curve(g: NeighborGraph, error: Literal["auto"] | None) -> tuple[Curve, int]:
    rank = 1 << (min(GRIDE_RANK, g.k).bit_length() - 1)
    return id_gride(g, max_rank=rank, duplicates="drop", error=error), rank


def _own_deviations(g: NeighborGraph) -> FloatArray | None:
    """Return (draws,) deviations of the graph's own dimension over halves of the points; None where they are not known."""
    curve, _ = _own_curve(g, error="auto")
    if curve.replicates is None:
        return None
    known = np.flatnonzero(np.isfinite(curve.values))
    order = known[np.argsort(curve.values[known], kind="stable")]
    middle = order[[(order.size - 1) // 2, order.size // 2]]  # the median is one of them, or their mean
    found: FloatArray = curve.replicates[:, middle].mean(axis=1)
    return found if np.isfinite(found).all() else None


def density_estimate(
    volumes: Volumes,
    log_density: FloatArray,
    errors: FloatArray,
    *,
    graph: NeighborGraph,
    function: str,
    sizes: IntArray,
    options: Mapping[str, Any],
    error: str | None,
) -> Estimate:
    """Put a density together: the mean of the log densities, each with its error.

    Where the dimension is the graph's own, its error moves all log densities together, each by as much as its ball is large.
    """
    if not np.isfinite(log_density).all():
        row = int(np.flatnonzero(~np.isfinite(log_density))[0])
        raise DegenerateDataError(
            f"{function} has no density at row {row}: its {int(sizes[row])} nearest neighbours are copies of it. Take copies "
            f"out first (rs.Plan counts them), or a larger k. {int((~np.isfinite(log_density)).sum())} rows are such."
        )
    value = float(log_density.mean())
    spread: dict[str, Any] = {}
    parts: dict[str, Any] = {"stderr": errors}
    if error is not None:
        links = max(3, min(LINKS, int(np.median(sizes)) // 3))
        stderr = (
            math.sqrt(sandwich(log_density - value, volumes.indices, min(links, volumes.indices.shape[1]))) / volumes.n
        )
        together = replicates_of_influence(log_density - value, stderr=stderr)
        own = None if volumes.source == "given" else _own_deviations(graph)
        if own is not None and own.shape == together.shape:
            slopes, spread_of_id = volumes.slopes(sizes), float(own.std(ddof=1))
            together = together + slopes.mean() * (own - own.mean())
            stderr = math.hypot(stderr, float(slopes.mean()) * spread_of_id)  # over samples the two hardly go together
            together *= stderr / float(together.std(ddof=1))
            parts = {
                "stderr": np.hypot(errors, slopes * spread_of_id),
                "stderr_neighbors": errors,
                "id_stderr": spread_of_id,
            }
        spread = {"stderr": stderr, "interval": normal_interval(value, stderr), "replicates": together}
    return Estimate(
        value=value,
        n=volumes.n,
        per_point=log_density,
        options={**options, "id": volumes.dimension, "id_from": volumes.source, "error": error},
        details={**parts, "kstar": sizes},
        **spread,
    )
