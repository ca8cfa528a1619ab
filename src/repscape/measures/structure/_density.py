"""What the densities share: the graph they read, copies as one point, and how their numbers are put together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from ... import _check
from ...errors import GraphDepthError, InputTypeError
from ...graph import NeighborGraph
from .._result import Estimate, normal_interval
from ..dimension import near_distances
from ..points import neighbor_indices
from ..uncertainty import replicates_of_influence, sandwich
from ._own_dimension import Dimension, dimension_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LEAST = 5
"""Neighbours that choosing a size takes: sizes begin at 3, and each is held against the next neighbour."""
LINKS = 10
DUPLICATES = ("merge", "raise")


@dataclass(frozen=True, slots=True)
class Volumes:
    """Distances to the neighbours of n distinct points, and the dimension in which balls are measured."""

    logs: FloatArray
    """(n, k) logarithms of the distances."""
    indices: npt.NDArray[Any]
    """(n, k) the neighbours, as places among the distinct points."""
    id: Dimension
    """Of the volumes."""
    rows: int
    """Rows that the points stand for."""
    members: IntArray | None = None
    """(rows,) the point that each row is; None where no row has a copy."""
    conventions: Mapping[str, Any] | None = None
    """What a result says of rows that were merged because of rounding."""

    @property
    def n(self) -> int:
        """Points."""
        return int(self.logs.shape[0])

    @property
    def dimension(self) -> float:
        """Of the volumes."""
        return self.id.value

    @property
    def unit_ball(self) -> float:
        """Logarithm of the volume of the unit ball."""
        return self.dimension / 2 * math.log(math.pi) - float(gammaln(self.dimension / 2 + 1))

    @property
    def first(self) -> IntArray:
        """(n,) the first row of each point."""
        return np.arange(self.n) if self.members is None else np.unique(self.members, return_index=True)[1]

    @property
    def weights(self) -> FloatArray:
        """(n,) how many rows each point stands for."""
        return np.ones(self.n) if self.members is None else np.bincount(self.members).astype(np.float64)

    def by_row(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values (n,) of the points for each row."""
        return values if self.members is None else values[self.members]

    def log_density(self, sizes: IntArray) -> FloatArray:
        """Return (n,) log(k / (n V_k)) of the points at each one's own number of neighbours: copies are not counted."""
        far = self.logs[np.arange(self.n), sizes - 1]
        return np.log(sizes) - self.unit_ball - self.dimension * far - math.log(self.n)

    def slopes(self, sizes: IntArray) -> FloatArray:
        """Return (n,) how the log density at each point moves with the dimension."""
        far = self.logs[np.arange(self.n), sizes - 1]
        return (float(digamma(self.dimension / 2 + 1)) - math.log(math.pi)) / 2 - far

    def counted(self, log_density: FloatArray, errors: FloatArray, sizes: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return log densities (n,) of rows, and their errors, from those of points.

        The density of rows is that of points times the mean number of rows to a point, over the same neighbours. That mean has
        an error of its own where some points have more copies than others; where all have as many, copying changes nothing.
        """
        if self.members is None:
            return log_density, errors
        more, spread = self.copies()
        at = np.arange(self.n), sizes - 1
        return log_density + more[at], np.hypot(errors, spread[at])

    def copies(self) -> tuple[FloatArray, FloatArray]:
        """Return (n, k) the log of how many more rows a point stands for near each than everywhere, and its error."""
        near = self.weights[self.indices]
        ranks = np.arange(1, near.shape[1] + 1)
        mean = np.cumsum(near, axis=1) / ranks
        square = np.cumsum(near**2, axis=1) / ranks
        spread = np.sqrt(np.maximum(square / mean**2 - 1, 0) / ranks)
        return np.log(mean / (self.rows / self.n)), spread


def volumes_of(g: Any, function: str, *, k: int, id: Any, duplicates: str = "merge", errors: bool = True) -> Volumes:
    """Read a graph with at least k neighbours of each distinct point; settle the dimension, and its error where asked for."""
    if not isinstance(g, NeighborGraph):
        raise InputTypeError(f"g of {function} must be a NeighborGraph: rs.knn_graph(X, k). Got {type(g).__name__}.")
    _check.choice(duplicates, "duplicates", function, DUPLICATES)
    if g.members is None:
        neighbor_indices(g, k, name="g", function=function)
        g.require(function, k=k, what=("indices", "distances"))
    else:
        _check.integer(k, "k", function, low=1)
        g.require(function, k=1, what=("indices", "distances"))
    try:
        near = near_distances(g, k, duplicates=duplicates, function=function)
    except GraphDepthError as error:
        if g.members is not None:
            raise
        raise GraphDepthError(
            f"{function} takes identical rows for one point and needs {k} distinct neighbours of each; copies fill the "
            f"{g.k} places of the graph. Give repscape.graph.distinct_graph(X, k), where each point is once, or a deeper graph."
        ) from error
    indices, lengths = np.asarray(near.indices), near.known
    width = min(indices.shape[1], lengths.shape[1])
    with np.errstate(divide="ignore"):
        logs = np.log(lengths[:, :width])
    return Volumes(
        logs,
        indices[:, :width],
        dimension_of(g, id, function, depth=width, errors=errors),
        near.rows,
        near.members,
        near.conventions,
    )


def density_estimate(
    volumes: Volumes,
    log_density: FloatArray,
    errors: FloatArray,
    *,
    sizes: IntArray,
    options: Mapping[str, Any],
    error: str | None,
) -> Estimate:
    """Put a density together: the mean of the log densities over rows, each with its error.

    Where the dimension has an error, it moves all log densities together, each by as much as its ball is large.
    """
    log_density, errors = volumes.counted(log_density, errors, sizes)
    by_row = volumes.by_row(log_density)
    value = float(by_row.mean())
    spread: dict[str, Any] = {}
    parts: dict[str, Any] = {"stderr": volumes.by_row(errors)}
    if error is not None:
        links = min(max(3, min(LINKS, int(np.median(sizes)) // 3)), volumes.indices.shape[1])
        share = volumes.weights * (volumes.n / volumes.rows)
        stderr = math.sqrt(sandwich(share * (log_density - value), volumes.indices, links)) / volumes.n
        together = replicates_of_influence(by_row - value, stderr=stderr)
        if volumes.id.stderr is not None:
            slopes, own = volumes.by_row(volumes.slopes(sizes)), volumes.id.replicates
            if own is not None and own.shape == together.shape:
                together = together + slopes.mean() * (own - own.mean())
            stderr = math.hypot(stderr, float(slopes.mean()) * volumes.id.stderr)  # the two hardly go together
            together *= stderr / float(together.std(ddof=1))
            parts = {
                "stderr": np.hypot(parts["stderr"], slopes * volumes.id.stderr),
                "stderr_neighbors": parts["stderr"],
                "id_stderr": volumes.id.stderr,
            }
        spread = {"stderr": stderr, "interval": normal_interval(value, stderr), "replicates": together}
    return Estimate(
        value=value,
        n=volumes.n,
        per_point=by_row,
        dropped=volumes.rows - volumes.n,
        options={**options, "id": volumes.dimension, "id_from": volumes.id.source, "error": error}
        | dict(volumes.conventions or {}),
        details={**parts, "kstar": volumes.by_row(sizes)},
        **spread,
    )
