"""The log density that peaks are looked for in, also where points have copies: by PAk, k*, k neighbours, or k* itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError
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


def field_of(g: Any, function: str, *, density: str, k: int | None, id: float | None) -> tuple[Field, int]:
    """Return the field over a graph of all rows, and its k: neighbours of "knn", else those among which k* is chosen."""
    fixed = density == "knn"
    if k is not None:
        _check.integer(k, "k", function, low=1 if fixed else LEAST)
    least = (USUAL_K if fixed else LEAST) if k is None else k
    held = volumes_of(g, function, k=least, id=id)
    stored = held.logs.shape[1]
    used = least if fixed else min(stored, MOST if k is None else k)
    most = stored if fixed else used
    volumes = Volumes(
        np.ascontiguousarray(held.logs[:, :most]),
        np.ascontiguousarray(held.indices[:, :most]),
        held.dimension,
        held.source,
    )
    sizes = np.full(volumes.n, used, dtype=np.int64) if fixed else chosen_sizes(volumes, "dadapy")
    volumes, sizes = _past_copies(volumes, sizes, function)
    if density == "kpeaks":
        return Field(volumes, sizes.astype(np.float64), _unlike_sizes(volumes, sizes), sizes), used
    log_density, stderr = volumes.log_density(sizes), 1 / np.sqrt(sizes)
    if density == "pak":
        trend = np.empty(volumes.n)
        adaptive_slopes(volumes.logs, sizes, volumes.dimension, trend)
        plain = np.isnan(trend)
        log_density = log_density + np.where(plain, 0.0, trend)
        stderr = np.where(plain, stderr, np.sqrt((4 * sizes + 2) / ((sizes - 1) * sizes)))
    return Field(volumes, log_density, stderr, sizes), used


def _past_copies(volumes: Volumes, sizes: IntArray, function: str) -> tuple[Volumes, IntArray]:
    """Where all neighbours used are copies, take the first that is none too; where all that are stored are, bound the volume.

    A heap of copies deeper than the graph stands as dense as if its last neighbour stood at the smallest distance there is.
    """
    copies = np.isneginf(volumes.logs).sum(axis=1)
    if not copies.any():
        return volumes, sizes
    width = volumes.logs.shape[1]
    whole = np.flatnonzero(copies == width)
    if whole.size == volumes.n:
        raise DegenerateDataError(
            f"{function} needs points that differ. All {volumes.n} have only copies among their {width} neighbours."
        )
    if whole.size:
        logs = volumes.logs.copy()
        logs[whole, -1] = volumes.logs[np.isfinite(volumes.logs)].min()
        volumes = Volumes(logs, volumes.indices, volumes.dimension, volumes.source)
    return volumes, np.maximum(sizes, np.minimum(copies + 1, width))


def _unlike_sizes(volumes: Volumes, sizes: IntArray) -> FloatArray:
    """Return (n,) the root of the summed squared differences between the k* of a point and of its neighbours, over k*.

    The sum runs over all but the last of the k*, the mean over k*, as in the peer.
    """
    around = (sizes[volumes.indices] - sizes[:, None]).astype(np.float64) ** 2
    counted = np.arange(volumes.indices.shape[1]) < sizes[:, None] - 1
    found: FloatArray = np.sqrt((around * counted).sum(axis=1) / sizes)
    return found
