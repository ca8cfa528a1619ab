"""Density with a linear trend over the neighbours: the adaptive estimator PAk."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from ... import _check
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ._density import LEAST, density_estimate, volumes_of
from ._density_kernels import adaptive_slopes
from ._density_kstar import CONVENTIONS, chosen_sizes, narrowed

NAME = "density_pak"


@within_memory
def density_pak(
    g: NeighborGraph,
    *,
    id: float | Estimate | Literal["gride", "twonn"] | None = None,
    k: int | None = None,
    convention: Literal["dadapy", "paper"] = "dadapy",
    duplicates: Literal["merge", "raise"] = "merge",
    error: Literal["auto"] | None = "auto",
) -> Estimate:
    r"""Log density of every point by PAk: k* neighbours, and a density that may change linearly over them.

    The log likelihood sum over l = 1..k* of [F + a l - v_l exp(F + a l)], v_l the volume of the l-th shell, is maximised over F
    and a [1]_, and log rho = F - log n. The trend a takes off most of the bias that k* neighbours bring where the density
    changes; it costs a larger error.

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
        How k* is chosen, as in :func:`density_kstar`.
    duplicates : {"merge", "raise"}
        "merge" takes identical rows, and rows that differ by rounding alone, for one point: neighbours are distinct points, and
        the density is theirs times the mean number of rows to a point over the same neighbours. "raise" refuses them.
    error : {"auto", None}
        Of the mean: the neighbour sandwich, and what the error of the dimension moves, where it has one.

    Returns
    -------
    Estimate
        value: the mean of the log densities, in nats. per_point (n,): the log density at each point. details: "stderr" (n,),
        sqrt((4 k* + 2) / ((k* - 1) k*)); "kstar" (n,); "without_trend", at how many points the likelihood has no maximum and
        the density is that of :func:`density_kstar`. Where the dimension has an error, it is
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
    >>> found = rs.density_pak(rs.knn_graph(X, 100), id=2)
    >>> truth = -np.log(2 * np.pi) - (X**2).sum(axis=1) / 2
    >>> bool(np.corrcoef(found.per_point, truth)[0, 1] > 0.95)
    True
    """
    _check.choice(convention, "convention", NAME, CONVENTIONS)
    _check.choice(error, "error", NAME, ("auto", None))
    volumes = narrowed(
        volumes_of(g, NAME, k=k or LEAST, id=id, duplicates=duplicates, errors=error is not None), k, NAME
    )
    sizes = chosen_sizes(volumes, convention)
    trend = np.empty(volumes.n)
    adaptive_slopes(np.ascontiguousarray(volumes.logs), sizes, volumes.dimension, trend)
    plain = np.isnan(trend)
    found = density_estimate(
        volumes,
        volumes.log_density(sizes) + np.where(plain, 0.0, trend),
        np.where(plain, 1 / np.sqrt(sizes), np.sqrt((4 * sizes + 2) / ((sizes - 1) * sizes))),
        sizes=sizes,
        options={"k": volumes.logs.shape[1], "convention": convention, "duplicates": duplicates},
        error=error,
    )
    return replace(found, details={**found.details, "without_trend": int(plain.sum())})
