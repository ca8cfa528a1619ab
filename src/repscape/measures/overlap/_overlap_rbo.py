"""Rank-biased overlap: neighbourhoods compared at every depth, the nearest neighbours counting most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ... import _check
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ..points import neighbor_indices
from ..uncertainty import Asked, JointNull, score_relabelled
from ._ordered import FloatArray, IndexArray, ListInference, Lists, ordered_estimate
from ._overlap_ordered_kernels import rank_biased

NAME = "overlap_rbo"


@within_memory
def overlap_rbo(
    g: NeighborGraph,
    h: NeighborGraph,
    *,
    p: float | None = None,
    k: int | None = None,
    error: Literal["auto", "influence", "sandwich", "naive"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Extrapolated rank-biased overlap of the ordered neighbours of each example.

    With X_d the neighbours that the first d places of both lists share, the mean over examples of [1]_

        (1 - p) sum_d p^(d - 1) X_d / d + p^k X_k / k,   d = 1 ... k.

    Disagreement among the nearest counts more than among the furthest, which plain overlap does not see.

    Parameters
    ----------
    g, h : NeighborGraph
        Graphs of the same n examples.
    p : float in [0, 1), optional
        Persistence: the weight of a depth falls by p with each place. Small p looks at the nearest only. Default 1 - 1/k.
    k : int, optional
        Places compared. Default: all that both graphs hold.
    error : {"auto", "influence", "sandwich", "naive", None}
        "influence": the error of :func:`overlap_neighbors` by influence as far as the values follow that share, and the
        sandwich of the rest; from graphs that hold about k + 4 sqrt(k) neighbours. "sandwich": the variance of the per-point
        values and of the products of neighbouring points, which go together. "naive": sd of the per-point values over sqrt(n),
        too small. "auto" is "influence" from k = 10 where the graphs allow it, and "sandwich" elsewhere.
    permutations : int
        Relabellings of the examples of h, rows and neighbours alike, for p_value.
    groups : (n,) array, optional
        Families, authors: the error counts them as wholes, and whole groups are relabelled, each as another of its size.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are relabelled inside their stratum only.
    rng : int or numpy Generator
        For the relabellings.

    Returns
    -------
    Estimate
        value in [0, 1], 1 for equal lists; higher means more alike. chance is what unrelated lists give, exactly (without
        strata). per_point (n,) has each example's value. details: "adjusted", (value - chance) / (1 - chance);
        with permutations "null_mean", "null_sd" and "partial", (value - null_mean) / (1 - null_mean).

    Raises
    ------
    GraphDepthError
        If a graph holds fewer than k neighbours, or no indices.
    InputError
        If the graphs are of different examples, k or p is out of range, or groups and within leave nothing to exchange.

    References
    ----------
    .. [1] Webber, Moffat, Zobel (2010). A similarity measure for indefinite rankings. ACM TOIS 28(4), 20.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> def lists(first):  # of eight points; only those of point 0 matter here
    ...     rest = [[j for j in range(8) if j != i] for i in range(1, 8)]
    ...     return rs.NeighborGraph.from_arrays(indices=np.array([first, *rest]))
    >>> g, near, far = lists([1, 2, 3, 4, 5, 6, 7]), lists([2, 1, 3, 4, 5, 6, 7]), lists([1, 2, 3, 4, 5, 7, 6])
    >>> [round(float(rs.overlap_rbo(g, h, p=0.9).per_point[0]), 3) for h in (near, far)]
    [0.9, 0.99]
    """
    lists = Lists.of(g, h, k=k, function=NAME)
    used = lists.k
    share, weights = _weights(used, p)

    def per_point(first: IndexArray, second: IndexArray) -> FloatArray:
        out = np.empty(first.shape[0])
        rank_biased(first, second, weights, out)
        return np.minimum(out, 1.0)  # the weights of equal lists sum to 1 up to rounding

    asked = ListInference(error, permutations, groups, within, rng)
    chance = float(weights @ np.arange(1, used + 1) ** 2) / (
        g.n - 1
    )  # unrelated lists of d share d^2 / (n - 1) neighbours
    return ordered_estimate(lists, per_point, function=NAME, asked=asked, options={"p": share}, chance=chance)


def _weights(k: int, p: float | None) -> tuple[float, FloatArray]:
    """Return p and the weight of each depth."""
    share = 1 - 1 / k if p is None else _check.number(p, "p", NAME, low=0, high=1, open_ends="h")
    depths = np.arange(1, k + 1)
    weights = (1 - share) * share ** (depths - 1.0) / depths
    weights[-1] += share**k / k
    return share, weights


def nulls(
    sides: Mapping[int, NeighborGraph], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; None where graphs are of different depth and none is named."""
    depths = {sides[place].k for pair in pairs for place in pair}
    if options["k"] is None and len(depths) > 1:
        return None
    k = depths.pop() if options["k"] is None else int(options["k"])
    firsts, seconds = (sorted({pair[end] for pair in pairs}) for end in (0, 1))
    left, right = (
        np.stack([neighbor_indices(sides[place], k, name="a graph", function=NAME) for place in held])
        for held in (firsts, seconds)
    )
    # A neighbour counts from the depth on at which both lists have it.
    from_here = _weights(k, options["p"])[1][::-1].cumsum()[::-1]
    score = from_here[np.maximum.outer(np.arange(k), np.arange(k))]
    sums = score_relabelled(left, right, np.stack(asked.orders(left.shape[1])), score, np.ones(k + 1))
    at = [{place: row for row, place in enumerate(held)} for held in (firsts, seconds)]
    values = np.stack([sums[:, at[0][one], at[1][other]] for one, other in pairs]) / left.shape[1]
    return JointNull(np.minimum(values, 1.0), f"{asked.permutations} relabellings of the {asked.free.name}")
