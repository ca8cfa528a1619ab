"""Lists of nearest neighbours of one side, and where two lists agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ... import _check
from ...graph import knn_graph
from ..points import common_places as common_places
from ..points import rows_of, shared_by_index, unit_rows
from ..uncertainty import TIES, Asked, JointNull, score_relabelled
from ._held import FloatArray, Held
from ._pair import null_name

Metric = Literal["cosine", "euclidean"]
Prepare = Callable[[Any, Mapping[str, Any], str], Held]


def held_lists(  # house: the points, how near is meant, and who asks
    X: Any, options: Mapping[str, Any], *, name: str, function: str, again: Prepare, unit: bool = False
) -> Held:
    """Find the k nearest neighbours of every example; `unit`: keep the rows of length 1 too."""
    source = rows_of(X, name, function, axis="examples")
    metric = _check.choice(options["metric"], "metric", function, ("cosine", "euclidean"))
    k = _check.integer(options["k"], "k", function, low=1, high=source.shape[0] - 1, why="n - 1")
    one_more = min(k + 1, source.shape[0] - 1)  # it says whether something is tied with the last
    graph = knn_graph(source, one_more, metric=metric)
    lists, tied = np.asarray(graph.indices, dtype=np.int64)[:, :k], graph.ties()
    rows = {"unit": unit_rows(source.astype(np.float64), name, function, centre=False)} if unit else {}
    return Held(source, lambda some: again(some, options, name), rows=rows, lists=lists, tied=tied)


def ties_of(sides: tuple[Held, Held], *, ordered: bool = False) -> dict[str, float]:
    """Return what ties broken by index on both sides may add, as a detail; `ordered`: of a measure that reads the order."""
    first, second = sides
    if first.n != second.n:
        return {}  # which is refused where the sides are compared
    lists = first.neighbours, second.neighbours
    by_index = shared_by_index(lists, (first.tied, second.tied), ordered=ordered)
    return {TIES: by_index} if by_index else {}


def lists_null(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, score: FloatArray, share: FloatArray
) -> JointNull:
    """Return the mean over examples of share[c] times the score of their c common neighbours, of all pairs.

    score (k, k) is that of a neighbour by its places in the first list and the second, share (k + 1,).
    """
    firsts, seconds = (sorted({pair[end] for pair in pairs}) for end in (0, 1))
    left, right = (np.stack([sides[place].neighbours for place in held]) for held in (firsts, seconds))
    # Example order[i] comes to stand where i was, so that i itself becomes what the inverse says.
    orders = np.argsort(np.stack(asked.orders(left.shape[1])), axis=1)
    sums = score_relabelled(left, right, orders, score, share)
    at = [{place: row for row, place in enumerate(held)} for held in (firsts, seconds)]
    values = np.stack([sums[:, at[0][one], at[1][other]] for one, other in pairs]) / left.shape[1]
    return JointNull(values, null_name(asked.permutations, asked.free))
