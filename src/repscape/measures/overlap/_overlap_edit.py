"""Overlap by edits: how few changes turn one list of neighbours into the other."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ._ordered import FloatArray, IndexArray, ListInference, Lists, ordered_estimate
from ._overlap_ordered_kernels import edit_distance


@within_memory
def overlap_edit(
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
    r"""One minus the edit distance of the ordered neighbours of each example, over k.

    The edit (Levenshtein) distance is the fewest insertions, deletions and replacements of one neighbour that turn one list
    into the other [1]_. It sees order, but swapped neighbours cost the same near and far: see :func:`overlap_rbo`.

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
        value in [0, 1], 1 for equal lists; higher means more alike; never above :func:`overlap_lcs`. chance is None without
        permutations: no closed form is known. per_point (n,) has each example's value. details: "adjusted",
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
    .. [1] Levenshtein (1966). Binary codes capable of correcting deletions, insertions, and reversals. Sov. Phys. Dokl. 10.
    .. [2] Hyyro (2003). A bit-vector algorithm for computing Levenshtein and Damerau edit distances. Nordic J. Computing 10.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(300, 4))
    >>> g, h = rs.knn_graph(X, 10), rs.knn_graph(X[:, :3], 10)
    >>> rs.overlap_edit(g, g).value, rs.overlap_edit(g, h).value <= rs.overlap_lcs(g, h).value
    (1.0, True)
    """
    name = "overlap_edit"
    asked = ListInference(error, permutations, groups, within, rng)
    return ordered_estimate(Lists.of(g, h, k=k, function=name), _per_point, function=name, asked=asked, options={})


def _per_point(first: IndexArray, second: IndexArray) -> FloatArray:
    out = np.empty(first.shape[0])
    edit_distance(first, second, out)
    share: FloatArray = 1 - out / first.shape[1]
    return share
