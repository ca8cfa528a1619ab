"""Density with as many neighbours at each point as lie in a stretch of equal density."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from ... import _check
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import refused_sizes
from ._density import LEAST, Volumes, density_estimate, volumes_of

NAME = "density_kstar"
THRESHOLD = 23.92812698
"""Of the likelihood ratio: the chi-square of one degree of freedom is above it once in a million."""
CONVENTIONS = ("dadapy", "paper")


@within_memory
def density_kstar(
    g: NeighborGraph,
    *,
    id: float | Estimate | Literal["gride", "twonn"] | None = None,
    k: int | None = None,
    convention: Literal["dadapy", "paper"] = "dadapy",
    duplicates: Literal["merge", "raise"] = "merge",
    error: Literal["auto"] | None = "auto",
) -> Estimate:
    r"""Log density of every point over its own largest neighbourhood of constant density, k*.

    For k = 3, 4, ... the density around a point is held against the density around its (k + 1)-th neighbour by a likelihood
    ratio, until that refuses that they are equal (p < 1e-6) [1]_; then log rho = log(k* / (n V_k*)).

    Parameters
    ----------
    g : NeighborGraph
        Of n points, with indices and distances of at least five neighbours; a hundred leave room to choose.
    id : float > 0, Estimate, "gride" or "twonn", optional
        The intrinsic dimension. An Estimate: its value, with its standard error carried on. "twonn": the graph's own by
        :func:`id_twonn`; "gride", and None: the median of its Gride curve; both with their errors. ``options["id"]`` has it.
    k : int, optional
        Neighbours that may be used, at least five. None: all that are stored, in a study up to 100.
    convention : {"dadapy", "paper"}
        Which size is taken: the first that is refused, as there (k - 1 where none is), or the last that is accepted.
    duplicates : {"merge", "raise"}
        "merge" takes identical rows, and rows that differ by rounding alone, for one point: neighbours are distinct points, and
        the density is theirs times the mean number of rows to a point over the same neighbours. "raise" refuses them.
    error : {"auto", None}
        Of the mean: the neighbour sandwich, and what the error of the dimension moves, where it has one.

    Returns
    -------
    Estimate
        value: the mean of the log densities, in nats. per_point (n,): the log density at each point. details: "stderr" (n,),
        1 / sqrt(k*); "kstar" (n,), the neighbours used. Where the dimension has an error, it is
        carried on: "stderr" holds it too, "stderr_neighbors" (n,) does not, and "id_stderr" is the dimension's.

    Raises
    ------
    DegenerateDataError
        If fewer than three points differ, or too few for so many neighbours.
    GraphDepthError
        If the graph holds fewer than five neighbours that are no copies of each other, or fewer than k.
    InputError
        If id or k is out of range, or duplicates="raise" meets copies.

    References
    ----------
    .. [1] Rodriguez, d'Errico, Facco, Laio (2018). Computing the free energy without collective variables. J. Chem. Theory
       Comput. 14, 1206-1215.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 2))
    >>> found = rs.density_kstar(rs.knn_graph(X, 100), id=2)
    >>> centre, rim = (X**2).sum(axis=1) < 0.1, (X**2).sum(axis=1) > 4
    >>> bool(found.per_point[centre].mean() - found.per_point[rim].mean() > 2)
    True
    """
    _check.choice(convention, "convention", NAME, CONVENTIONS)
    _check.choice(error, "error", NAME, ("auto", None))
    volumes = narrowed(
        volumes_of(g, NAME, k=k or LEAST, id=id, duplicates=duplicates, errors=error is not None), k, NAME
    )
    sizes = chosen_sizes(volumes, convention)
    return density_estimate(
        volumes,
        volumes.log_density(sizes),
        1 / np.sqrt(sizes),
        sizes=sizes,
        options={"k": volumes.logs.shape[1], "convention": convention, "duplicates": duplicates},
        error=error,
    )


def narrowed(volumes: Volumes, k: int | None, function: str) -> Volumes:
    """Return the volumes of the first k neighbours."""
    if k is None:
        return volumes
    _check.integer(k, "k", function, low=LEAST)
    return replace(volumes, logs=volumes.logs[:, :k], indices=volumes.indices[:, :k])


def chosen_sizes(volumes: Volumes, convention: str) -> np.ndarray:
    """Return (n,) how many neighbours each point's density is taken over."""
    sizes = np.empty(volumes.n, dtype=np.int64)
    refused_sizes(
        np.ascontiguousarray(volumes.logs), np.ascontiguousarray(volumes.indices), volumes.dimension, THRESHOLD, sizes
    )
    if convention == "paper":
        # Where nothing was refused, the last size that was looked at is accepted.
        open_ended = sizes == volumes.logs.shape[1] - 1
        sizes = np.where(open_ended, sizes, np.maximum(sizes - 1, 3))
    return sizes
