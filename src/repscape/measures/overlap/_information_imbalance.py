"""Information imbalance: how well distances in one representation predict those in another.

Ranks are exact: one pass over all pairs counts how many points are nearer than a neighbour (n^2 d operations a direction,
memory O(n (d + k))). The same pass counts what each point adds to the ranks of others, so that the leave-one-out error is free.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import GraphDepthError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import TIES, exchanges, with_null, within_bounds
from ._imbalance_error import imbalance_error
from ._imbalance_null import imbalance_null
from ._imbalance_null import nulls as nulls
from ._imbalance_sides import NAME, Side, imbalance, moved_by_ties, prepare


@within_memory
def information_imbalance(
    X_or_g: Any,
    Y: Any,
    *,
    k: int = 1,
    error: Literal["auto", "jackknife", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Information imbalance from the first representation to the second: 2/n times the mean rank, there, of the nearest here.

    For every point, its nearest neighbours in the first representation are looked up among the neighbours in the second: their
    mean rank is (k + 1) / 2 where the first knows all about the second, and n / 2 where it knows nothing [1]_.

    Parameters
    ----------
    X_or_g : (n, d) array or NeighborGraph
        The first representation; distances are Euclidean, or those of the graph.
    Y : (n, p) array or NeighborGraph
        The second, row by row the same examples. A graph must hold every neighbour that is looked up, else it is refused:
        a rank that is not known is never drawn at random.
    k : int in [1, n - 1]
        Neighbours in the first representation over which ranks are averaged.
    error : {"auto", "jackknife", "subsample", None}
        "subsample": 20 random quarters of the examples, measured anew, relative to what they read (neighbours are farther away
        there, and the value larger); needs points on both sides and 4 (k + 3) examples. With `groups`, the values without parts
        made of whole groups instead. "jackknife": spread of the leave-one-out values; a point left out leaves the ranks of
        others, and gives its place to the next neighbour. It costs nothing, and counts what belongs to pairs of points twice:
        1.1 to 2.3 times the spread over fresh samples. "auto" is "subsample" where there are points, else "jackknife", None
        where a graph does not hold neighbour k + 1.
    permutations : int
        Relabellings of the examples of Y, for p_value: the share of them that give at most the value. Each costs as much as the
        measure itself, and Y must be points.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and whole groups are relabelled, each as another of its
        size.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are relabelled inside their stratum only.
    rng : int or numpy Generator
        For the relabellings.

    Returns
    -------
    Estimate
        value in (0, 2): (k + 1)/n at best, chance = 1 where the two are independent; higher means that the first tells less
        about the second. per_point (n,): 2/n times the mean rank of each example's neighbours. details: "reverse" and
        "reverse_stderr", the same from the second to the first, NaN where a graph of the first does not hold the neighbours;
        "best", (k + 1)/n; with permutations "null_mean" and "null_sd"; "ties", where both break ties by index: the most that
        may take off. Where that matters there is no null, and ``options["null"]`` says so.

    Raises
    ------
    InputError
        If the two are of different examples, k is out of range, or points are not a finite (n, d) array.
    GraphDepthError
        If Y is a graph without some neighbour of the first, or a graph holds fewer than k neighbours.

    References
    ----------
    .. [1] Glielmo, Zeni, Cheng, Csanyi, Laio (2022). Ranking the information content of distance measures. PNAS Nexus 1.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 2))
    >>> found = rs.information_imbalance(X, X[:, :1])  # a plane tells about its first axis, which says less of the plane
    >>> found.value < 0.1 < found.details["reverse"] < 0.6
    True
    """
    _check.choice(error, "error", NAME, ("auto", "jackknife", "subsample", None))
    first, second = (
        side if isinstance(side, Side) else prepare(side, {"k": k}, name)
        for side, name in ((X_or_g, "X_or_g"), (Y, "Y"))
    )
    _check.same_rows(first.n, second.n, ("X_or_g", "Y"), NAME)
    _check.integer(permutations, "permutations", NAME, low=0)
    free = exchanges(first.n, groups, within, function=NAME)
    there = imbalance(first, second, k)
    if there is None:
        raise GraphDepthError(
            f"Y of {NAME} is a graph of {second.graph.k} neighbours, which does not hold all {k} nearest neighbours of the "
            f"first representation. Give the points, or knn_graph(Y, k={first.n - 1})."
        )
    back = imbalance(second, first, k)
    values = there.value, math.nan if back is None else back.value
    found = imbalance_error((first, second), (there, back), k=k, error=error, groups=free.groups)
    stderr = found.stderr[0]
    by_index = moved_by_ties(first, second, k)
    null = None
    if permutations:
        null = imbalance_null(first, second, k, value=there.value, free=free, draws=permutations, rng=rng)
    result = Estimate(
        value=there.value,
        n=first.n,
        stderr=stderr,
        interval=None if stderr is None else within_bounds(values[0], found.interval(values[0]), low=0.0, high=2.0),
        per_point=there.per_point,
        chance=1.0,
        options={
            "k": k,
            "error": found.name,
            "null": None,
        },
        details={
            "reverse": values[1],
            "reverse_stderr": math.nan if found.stderr[1] is None else found.stderr[1],
            "best": (k + 1) / first.n,
            **({TIES: by_index} if by_index else {}),
        },
        replicates=found.replicates,
    )
    if null is None:
        return result
    name = f"{permutations} relabellings of the {free.name}"
    return with_null(result, null, less=True, bounds=(0.0, 2.0), name=name, known=1.0)
