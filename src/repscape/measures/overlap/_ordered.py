"""What the overlaps of two ordered lists of neighbours share: checking, the error, the null, the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import GraphDepthError
from ...graph import NeighborGraph
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
    withheld,
    within_bounds,
)
from ._list_error import ERRORS, ListError, depth_for_influence, list_error

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[Any]
PerPoint = Callable[[IndexArray, IndexArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Lists:
    """The ordered neighbours of two representations, and what the error and the null read of them."""

    first: IndexArray
    """(n, k) of the first representation."""
    second: IndexArray
    graphs: tuple[NeighborGraph, NeighborGraph]

    @property
    def n(self) -> int:
        """Examples."""
        return int(self.first.shape[0])

    @property
    def k(self) -> int:
        """Places compared."""
        return int(self.first.shape[1])

    @classmethod
    def of(cls, g: NeighborGraph, h: NeighborGraph, *, k: int | None, function: str) -> Lists:
        """Take the first k places of two graphs of the same examples, or what both hold where k is None."""
        for name, graph in (("g", g), ("h", h)):
            neighbor_indices(graph, 1, name=name, function=function)
        _check.same_rows(g.n, h.n, ("g", "h"), function)
        used = min(g.k, h.k) if k is None else k
        first, second = (neighbor_indices(x, used, name=name, function=function) for name, x in (("g", g), ("h", h)))
        return cls(np.ascontiguousarray(first), np.ascontiguousarray(second), (g, h))


@dataclass(frozen=True, slots=True)
class ListInference:
    """How a caller wants the error and the null."""

    error: str | None
    permutations: int
    groups: Any
    within: Any
    rng: int | np.random.Generator


def ordered_estimate(
    lists: Lists,
    per_point: PerPoint,
    *,
    function: str,
    asked: ListInference,
    options: Mapping[str, Any],
    chance: float | None = None,
) -> Estimate:
    """Compare the lists row by row; where no chance is known, that of free relabellings stands for it."""
    _check.choice(asked.error, "error", function, ERRORS)
    _check.integer(asked.permutations, "permutations", function, low=0)
    values = per_point(lists.first, lists.second)
    value = float(values.mean())
    free = exchanges(lists.n, asked.groups, asked.within, function=function)
    found = _error(values, lists, asked.error, free.groups, function=function)
    stderr = found.stderr if found else None
    null = _null(lists, per_point, value, asked=asked, free=free, function=function) if asked.permutations else None
    if chance is None and null is not None and free.free:
        chance = null.mean
    one, other = (graph.ties() for graph in lists.graphs)
    by_index = shared_by_index((lists.first, lists.second), (one, other), ordered=True)
    adjusted = {} if chance is None else {"adjusted": (value - chance) / (1 - chance) if chance < 1 else 1.0}
    result = Estimate(
        value=value,
        n=lists.n,
        stderr=stderr,
        interval=None if stderr is None else within_bounds(value, normal_interval(value, stderr), low=0.0, high=1.0),
        per_point=values,
        chance=chance,
        options={"k": lists.k, **options, "error": found.method if found else None, "null": None},
        details={**adjusted, **({TIES: by_index} if by_index else {})},
        replicates=replicates_of_influence(found.influence, stderr=stderr) if found else None,
    )
    if null is None:
        return result
    name = f"{asked.permutations} relabellings of the {free.name}"
    judged = with_null(result, null, less=False, bounds=(0.0, 1.0), name=name, known=chance)
    if withheld(judged):
        return judged
    details = {**judged.details, "partial": null.details(value)["partial"]}
    return replace(judged, details=details, chance=chance)  # of groups and strata no chance is known


def _error(
    values: FloatArray, lists: Lists, error: str | None, groups: npt.NDArray[np.int64] | None, *, function: str
) -> ListError | None:
    """Return the error, or refuse one that the graphs do not allow."""
    if error is None:
        return None
    first, second = (np.asarray(graph.indices) for graph in lists.graphs)
    found = list_error(values, first, second, k=lists.k, error=error, groups=groups)
    if found is None:
        raise GraphDepthError(
            f"error of {function} may be 'influence' for k > 1 and graphs that hold about "
            f"{depth_for_influence(lists.k, lists.n)} neighbours where k = {lists.k}. Got graphs of {lists.graphs[0].k} and "
            f"{lists.graphs[1].k}; take error='sandwich', or deeper graphs."
        )
    return found


def relabelled(indices: IndexArray, order: npt.NDArray[np.int64]) -> IndexArray:
    """Return the lists with example i renamed order[i]: rows and entries alike, so that they stay a graph of points."""
    moved = np.empty_like(indices)
    moved[order] = order[indices]
    return moved


def _null(  # house: the lists, what is compared, and what is relabelled how
    lists: Lists, per_point: PerPoint, value: float, *, asked: ListInference, free: Exchanges, function: str
) -> Null:
    """Return the null of relabelled examples."""
    return shuffle_null(
        lambda order: float(per_point(lists.first, relabelled(lists.second, order)).mean()),
        lists.n,
        value=value,
        permutations=asked.permutations,
        rng=_random.generator(asked.rng, function),
        within=free.within,
        groups=free.groups,
    )
