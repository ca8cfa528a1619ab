"""Overlap in order: the longest run of neighbours that two representations list in the same order."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ._ordered import FloatArray, IndexArray, ListInference, Lists, ordered_estimate
from ._overlap_ordered_kernels import longest_common


@within_memory
def overlap_lcs(
    g: NeighborGraph,
    h: NeighborGraph,
    *,
    k: int | None = None,
    error: Literal["auto", "influence", "sandwich", "naive"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Longest common subsequence of the ordered neighbours of each example, over k.

    The most neighbours that both lists hold in the same order, others allowed between them [1]_. It does not tell a change
    among the nearest from one among the furthest: for that see :func:`overlap_rbo`.

    Parameters
    ----------
    g, h : NeighborGraph
        Graphs of the same n examples.
    k : int, optional
        Places compared. Default: all that both graphs hold.
    error : {"auto", "influence", "sandwich", "naive", None}
        "influence": the error of :func:`overlap_neighbors` by influence as far as the values follow that share, and the
        sandwich of the rest; from graphs that hold about k + 4 sqrt(k) neighbours. "sandwich": the variance of the per-point
        values and of the products of neighbouring points, which go together. "naive": sd of the per-point values over sqrt(n),
        too small. "auto" is "influence" from k = 10 where the graphs allow it, and "sandwich" elsewhere.
    permutations : int
        Relabellings of the examples of h, rows and neighbours alike, for p_value and chance.
    groups : (n,) array, optional
        Families, authors: the error counts them as wholes, and whole groups are relabelled, each as another of its size.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are relabelled inside their stratum only.
    rng : int or numpy Generator
        For the relabellings.

    Returns
    -------
    Estimate
        value in [0, 1], 1 for equal lists; higher means more alike; never above :func:`overlap_neighbors`. chance is None
        without permutations: no closed form is known. per_point (n,) has each example's value. details: "adjusted",
        (value - chance) / (1 - chance), where there is a chance; with permutations "null_mean", "null_sd" and "partial",
        (value - null_mean) / (1 - null_mean).

    Raises
    ------
    GraphDepthError
        If a graph holds fewer than k neighbours, or no indices.
    InputError
        If the graphs are of different examples, k is out of range, or groups and within leave nothing to exchange.

    References
    ----------
    .. [1] Hunt, Szymanski (1977). A fast algorithm for computing longest common subsequences. CACM 20(5), 350-353.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(300, 4))
    >>> g, h = rs.knn_graph(X, 10), rs.knn_graph(X[:, :3], 10)
    >>> rs.overlap_lcs(g, g).value, rs.overlap_lcs(g, h).value < rs.overlap_neighbors(g, h, k=10).value
    (1.0, True)
    """
    name = "overlap_lcs"
    asked = ListInference(error, permutations, groups, within, rng)
    return ordered_estimate(Lists.of(g, h, k=k, function=name), _per_point, function=name, asked=asked, options={})


def _per_point(first: IndexArray, second: IndexArray) -> FloatArray:
    out = np.empty(first.shape[0])
    longest_common(first, second, out)
    share: FloatArray = out / first.shape[1]
    return share
