"""The log density that peaks are looked for in: by PAk, k*, k neighbours, or k* itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ._density import LEAST, Volumes, volumes_of
from ._density_kernels import adaptive_slopes
from ._density_kstar import chosen_sizes
from ._peak_borders import Field

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DENSITIES = ("pak", "kstar", "knn", "kpeaks")
MOST = 100
"""Neighbours among which sizes are chosen where none are said."""
USUAL_K = 16
"""Neighbours of density="knn" where none are said."""


def field_of(  # house: what is asked of a density, and of its dimension
    g: Any, function: str, *, density: str, k: int | None, id: Any, duplicates: str = "merge"
) -> tuple[Field, int]:
    """Return the field over a graph's distinct points, and its k: neighbours of "knn", else those among which k* is chosen."""
    fixed = density == "knn"
    if k is not None:
        _check.integer(k, "k", function, low=1 if fixed else LEAST)
    least = (USUAL_K if fixed else LEAST) if k is None else k
    asked = id is not None  # the graph's own, where nobody asked, without its error: that is most of the work
    held = volumes_of(g, function, k=least, id=id, duplicates=duplicates, errors=asked)
    stored = held.logs.shape[1]
    used = least if fixed else min(stored, MOST if k is None else k)
    most = stored if fixed else used
    volumes = replace(
        held,
        logs=np.ascontiguousarray(held.logs[:, :most]),
        indices=np.ascontiguousarray(held.indices[:, :most]),
    )
    sizes = np.full(volumes.n, used, dtype=np.int64) if fixed else chosen_sizes(volumes, "dadapy")
    if density == "kpeaks":
        return Field(volumes, sizes.astype(np.float64), _unlike_sizes(volumes, sizes), sizes), used
    log_density, stderr = volumes.log_density(sizes), 1 / np.sqrt(sizes)
    if density == "pak":
        trend = np.empty(volumes.n)
        adaptive_slopes(volumes.logs, sizes, volumes.dimension, trend)
        plain = np.isnan(trend)
        log_density = log_density + np.where(plain, 0.0, trend)
        stderr = np.where(plain, stderr, np.sqrt((4 * sizes + 2) / ((sizes - 1) * sizes)))
    return Field(volumes, *volumes.counted(log_density, stderr, sizes), sizes), used


def _unlike_sizes(volumes: Volumes, sizes: IntArray) -> FloatArray:
    """Return (n,) the root of the summed squared differences between the k* of a point and of its neighbours, over k*.

    The sum runs over all but the last of the k*, the mean over k*, as in the peer.
    """
    around = (sizes[volumes.indices] - sizes[:, None]).astype(np.float64) ** 2
    counted = np.arange(volumes.indices.shape[1]) < sizes[:, None] - 1
    found: FloatArray = np.sqrt((around * counted).sum(axis=1) / sizes)
    return found
