"""Density from the distance to the k-th neighbour: the log density at every point, at one scale."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from ... import _check
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ._density import density_estimate, volumes_of

NAME = "density_knn"


@within_memory
def density_knn(
    g: NeighborGraph,
    *,
    k: int = 10,
    id: float | Estimate | Literal["gride", "twonn"] | None = None,
    duplicates: Literal["merge", "raise"] = "merge",
    error: Literal["auto"] | None = "auto",
) -> Estimate:
    r"""Log density of every point from the volume that holds its k nearest neighbours.

    log rho = log k - log omega_d - d log r_k - log n, omega_d the volume of the unit ball in d dimensions [1]_. Densities of
    layers that fill different numbers of dimensions have different units: compare spread and order, not level.

    Parameters
    ----------
    g : NeighborGraph
        Of n points, with indices and distances of at least k neighbours; Euclidean for the volumes to be volumes.
    k : int
        Neighbours: few follow the density closely and are noisy, many are steady and smooth it.
    id : float > 0, Estimate, "gride" or "twonn", optional
        The intrinsic dimension d. An Estimate: its value, with its standard error carried on. "twonn": the graph's own by
        :func:`id_twonn`; "gride", and None: the median of its Gride curve; both with their errors. ``options["id"]`` has it.
    duplicates : {"merge", "raise"}
        "merge" takes identical rows, and rows that differ by rounding alone, for one point: neighbours are distinct points, and
        the density is theirs times the mean number of rows to a point over the same neighbours. "raise" refuses them.
    error : {"auto", None}
        Of the mean: the neighbour sandwich, and what the error of the dimension moves, where it has one.

    Returns
    -------
    Estimate
        value: the mean of the log densities, in nats; minus it is an estimate of the entropy. per_point (n,): the log density
        at each point. details: "stderr" (n,), its error: 1 / sqrt(k) for a given d; "kstar" (n,), k. Where the dimension has
        an error, it is carried on: "stderr" holds it too, "stderr_neighbors" (n,) does not, and "id_stderr" is the
        dimension's.

    Raises
    ------
    DegenerateDataError
        If fewer than three points differ, or too few for so many neighbours.
    GraphDepthError
        If the graph holds fewer than k neighbours that are no copies of each other.
    InputError
        If k or id is out of range, or duplicates="raise" meets copies.

    References
    ----------
    .. [1] Loftsgaarden, Quesenberry (1965). A nonparametric estimate of a multivariate density function. Annals of Mathematical
       Statistics 36, 1049-1051.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 2))
    >>> found = rs.density_knn(rs.knn_graph(X, 20), k=20, id=2)
    >>> round(-found.value, 1), round(float(np.log(2 * np.pi * np.e)), 1)  # entropy: found, and of a normal distribution
    (2.8, 2.8)
    """
    _check.choice(error, "error", NAME, ("auto", None))
    volumes = volumes_of(g, NAME, k=k, id=id, duplicates=duplicates, errors=error is not None)
    sizes = np.full(volumes.n, k, dtype=np.int64)
    return density_estimate(
        volumes,
        volumes.log_density(sizes),
        np.full(volumes.n, 1 / math.sqrt(k)),
        sizes=sizes,
        options={"k": k, "duplicates": duplicates},
        error=error,
    )
