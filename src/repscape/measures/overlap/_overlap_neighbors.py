"""Neighbourhood overlap: what share of a point's neighbours in one representation are its neighbours in another."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import GraphDepthError
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..points import neighbor_indices, shared_by_index
from ..uncertainty import (
    TIES,
    Exchanges,
    Null,
    exchanges,
    replicates_of_influence,
    shuffle_null,
    with_null,
    within_bounds,
)
from ._list_error import ERRORS, ListError, depth_for_influence, list_error
from ._null_of_overlap import moments
from ._null_of_overlap import nulls as nulls
from ._overlap_kernels import count_relabelled, count_shared

FloatArray = npt.NDArray[np.float64]


@within_memory
def overlap_neighbors(
    g: NeighborGraph,
    h: NeighborGraph,
    *,
    k: int = 30,
    error: Literal["auto", "sandwich", "influence", "naive"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Share of the k nearest neighbours that two representations of the same examples have in common.

    chi_k = (1 / n) sum_i #(A_i and B_i) / k, where A_i and B_i are the k nearest neighbours of example i [1]_.

    Parameters
    ----------
    g, h : NeighborGraph
        Graphs of the same n examples, each with at least k neighbours.
    k : int
        Neighbours compared.
    error : {"auto", "sandwich", "influence", "naive", None}
        "sandwich": neighbouring points share neighbours, so their values go together, and the products of linked points are
        added to the variance; links are the first max(3, min(10, k // 3)) neighbours in either graph. "influence": what each
        point does to all shares, its own and those of the lists it stands in, less what that counts several times; from
        graphs deep enough to find k / 2 neighbours in half of the points (k + 4 sqrt(k) are). "naive": sd of the per-point
        values over sqrt(n); its 95 % interval holds the mean in 63 to 85 % of samples only. "auto" is "influence" from k = 10
        where the graphs allow it, and "sandwich" elsewhere.
    permutations : int
        Relabellings of the examples of one graph, rows and entries alike, for p_value: of an overlap at least so large.
    groups : (n,) array, optional
        Families, authors: the error counts them as wholes, and whole groups are relabelled, each as another of its size.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are relabelled inside their stratum only, which asks
        whether the representations agree on more than the strata.
    rng : int or Generator
        For the relabellings.

    Returns
    -------
    Estimate
        value in [0, 1], 1 for equal neighbourhoods; chance is k / (n - 1). per_point (n,) has each example's share.
        details: "by_k" (k,), the overlap at every k from 1; "adjusted", (value - chance) / (1 - chance); "null_mean",
        "null_sd" and "null_threshold", from the relabellings or, without groups and strata, from exact moments; "partial",
        (value - null_mean) / (1 - null_mean): with `within`, what agrees beyond the strata; where both graphs break ties at
        the k-th place by index, "ties", the most that may add. Where that matters there is no null: ``options["null"]``
        says so.

    Raises
    ------
    GraphDepthError
        If a graph holds fewer than k neighbours, or no indices.
    InputError
        If the graphs are of different examples; if groups or within leave nothing to exchange.

    References
    ----------
    .. [1] Doimo, Glielmo, Ansuini, Laio (2020). Hierarchical nucleation in deep neural networks. NeurIPS 33.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 8))
    >>> g, h = rs.knn_graph(X, 10), rs.knn_graph(X[:, :7], 10)
    >>> rs.overlap_neighbors(g, g, k=10).value, 0.4 < rs.overlap_neighbors(g, h, k=10).value < 0.8
    (1.0, True)
    """
    name = "overlap_neighbors"
    _check.choice(error, "error", name, ERRORS)
    _check.integer(permutations, "permutations", name, low=0)
    first, second = (neighbor_indices(x, k, name=side, function=name) for side, x in (("g", g), ("h", h)))
    _check.same_rows(g.n, h.n, ("g", "h"), name)
    shared = np.zeros(g.n, dtype=np.int32)
    by_rank = np.zeros(k, dtype=np.int64)
    count_shared(first, second, shared, by_rank)
    per_point = shared / k
    value = float(per_point.mean())
    chance = k / (g.n - 1)
    by_index = shared_by_index((first, second), (g.ties(), h.ties()))
    free = exchanges(g.n, groups, within, function=name)
    found = _error(per_point, g, h, k=k, error=error, groups=free.groups)
    stderr = found.stderr if found else None
    result = Estimate(
        value=value,
        n=g.n,
        stderr=stderr,
        interval=None if stderr is None else within_bounds(value, normal_interval(value, stderr), low=0.0, high=1.0),
        per_point=per_point,
        chance=chance,
        options={"k": k, "error": found.method if found else None, "null": None},
        details={
            "by_k": by_rank.cumsum() / (g.n * np.arange(1, k + 1)),
            "adjusted": (value - chance) / (1 - chance) if chance < 1 else 1.0,
            **({TIES: by_index} if by_index else {}),
        },
        replicates=replicates_of_influence(found.influence, stderr=stderr) if found else None,
    )
    if not permutations:
        if not free.free:
            return result
        null, null_name = Null.of_moments(*moments(first, second)), "exact moments"
    else:
        null, null_name = _null(first, second, value, permutations=permutations, free=free, rng=rng)
    return with_null(result, null, less=False, bounds=(0.0, 1.0), name=null_name, known=chance)


def _error(
    per_point: FloatArray,
    g: NeighborGraph,
    h: NeighborGraph,
    *,
    k: int,
    error: str | None,
    groups: npt.NDArray[np.int64] | None,
) -> ListError | None:
    """Return the error, or refuse one that the graphs do not allow."""
    first: Any = g.indices
    second: Any = h.indices
    found = None if error is None else list_error(per_point, first, second, k=k, error=error, groups=groups)
    if found is None and error is not None:
        raise GraphDepthError(
            f"error of overlap_neighbors may be 'influence' for k > 1 and graphs that hold about {depth_for_influence(k, g.n)} "
            f"neighbours where k = {k}. Got graphs of {g.k} and {h.k}; take error='sandwich', or deeper graphs."
        )
    return found


def _null(
    first: npt.NDArray[Any],
    second: npt.NDArray[Any],
    value: float,
    *,
    permutations: int,
    free: Exchanges,
    rng: int | np.random.Generator,
) -> tuple[Null, str]:
    """Return the null of relabelled examples, and its name."""
    n, k = first.shape
    name = "overlap_neighbors"
    stamp = np.full(n, -1, dtype=np.int64)
    null = shuffle_null(
        lambda order: count_relabelled(first, second, k, order, stamp) / (n * k),
        n,
        value=value,
        permutations=permutations,
        rng=_random.generator(rng, name),
        within=free.within,
        groups=free.groups,
    )
    return null, f"{permutations} relabellings of the {free.name}"
