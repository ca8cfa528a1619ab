"""Label overlap: what share of a point's neighbours carry its label."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import GraphDepthError, InputError, RepscapeWarning
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ..points import neighbor_indices
from ..uncertainty import Null, exchanges
from ._label_error import spread_of_labels, weighted_mean, weights_of
from ._label_null import LabelUnits, Lists, label_null
from ._overlap_label_kernels import count_hits, outside_own_group

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "overlap_labels"


@within_memory
def overlap_labels(  # house: what can be asked of labels
    g: NeighborGraph,
    labels: Any,
    *,
    k: int = 30,
    class_fraction: float | None = None,
    weights: Literal["points", "classes"] = "points",
    exclude: Any = None,
    error: Literal["auto", "influence", "naive"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Share of the k nearest neighbours that carry a point's own label.

    Parameters
    ----------
    g : NeighborGraph
        Graph of n examples.
    labels : (n,) array
        Class of each example.
    k : int
        Neighbours looked at.
    class_fraction : float in (0, 1], optional
        Instead of k, look at k_c = max(1, int(n_c class_fraction)) neighbours of the points of a class with n_c members.
    weights : {"points", "classes"}
        "points": plain mean over the points. "classes": mean of the class means, the default of peers.
    exclude : (n,) array, optional
        Groups (families, authors): neighbours of a point's own group are passed over and the k places filled with the next
        ones, so the graph must hold up to k + (largest group) - 1 neighbours.
    error : {"auto", "influence", "naive", None}
        "influence": sd over sqrt(n) of what leaving out each point changes: its own share, and that its place in other lists
        goes to the next neighbour; less the noise of pairs, which that counts twice. The next neighbour is read where the
        graph holds it; where not, it is taken to share the label as often as the last one does (options["next_neighbor"]
        says). "naive": sd of the per-point values over sqrt(n), within
        classes for weights="classes"; its 95 % interval holds the mean in 69 to 80 % of samples only. "auto" is "influence".
    permutations : int
        Shuffles of the labels, for p_value: of an overlap at least so large.
    groups : (n,) array, optional
        Families, authors: the error counts them as wholes, and labels are shuffled by whole groups. Needed wherever labels are
        the same within families, since shuffled points then reject a null that is true in 18 to 100 % of cases.
    within : (n,) array, optional
        Strata, such as binned length: labels are shuffled inside their stratum only, so that what the strata explain counts
        as chance.
    rng : int or Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value in [0, 1]; chance is the mean of (n_c - n_gc) / (n - n_g) over the points with the weights in use, where the
        point's group g has n_g members, n_gc of them in its class (1 and 1 without `exclude`). per_point (n,) has each
        share. details: "ceiling", the largest value that the class sizes allow; "classes" and "by_class", the mean of each
        class; "adjusted", (value - chance) / (1 - chance), NaN where chance is 1; with permutations "null_mean" and "null_sd",
        and "partial", (value - null_mean) / (1 - null_mean): with `within`, what the labels share beyond the strata.

    Raises
    ------
    GraphDepthError
        If the graph holds too few neighbours, also once `exclude` has passed some over.
    InputError
        If labels, exclude, groups or within have another length, or no two points share a label, or k is out of range; if
        labels differ within groups, or no stratum has two labels to exchange.

    References
    ----------
    .. [1] Doimo, Glielmo, Ansuini, Laio (2020). Hierarchical nucleation in deep neural networks. NeurIPS 33.
    .. [2] Valeriani et al. (2023). The geometry of hidden representations of large transformer models. NeurIPS 36.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.concatenate([np.zeros(50), np.full(50, 9.0)])[:, None] + np.random.default_rng(0).random((100, 3))
    >>> rs.overlap_labels(rs.knn_graph(X, 10), np.repeat(["cat", "dog"], 50), k=10).value
    1.0
    """
    _check.choice(weights, "weights", NAME, ("points", "classes"))
    _check.choice(error, "error", NAME, ("auto", "influence", "naive", None))
    _check.integer(permutations, "permutations", NAME, low=0)
    neighbor_indices(g, 1, name="g", function=NAME)
    classes, code = _shared_labels(labels, g.n)
    group = None if exclude is None else _check.codes(exclude, "exclude", NAME, n=g.n)[1]
    counts = _Counts.of(code, np.arange(g.n) if group is None else group)
    wanted = _wanted(k, class_fraction, counts, g.n)
    lists = _lists(g, group, wanted, k=k, class_fraction=class_fraction)
    per_point = _hits(lists, code, wanted) / wanted
    share = weights_of(code, weights)
    value, chance = weighted_mean(per_point, share), weighted_mean(counts.chance, share)
    together = None if groups is None else _check.codes(groups, "groups", NAME, n=g.n)[1]
    spread, named = spread_of_labels(
        per_point, code, lists, wanted=wanted, weights=weights, error=error, groups=together
    )
    null: Null | None = None
    named["null"] = None
    if permutations:
        _warn_of_families(code, group, groups)
        free = exchanges(g.n, groups, within, function=NAME)
        units = LabelUnits.of(code, free, function=NAME)
        generator = _random.generator(rng, NAME)
        null = label_null(lists, units, value, weights=weights, permutations=permutations, rng=generator)
        named["null"] = f"{permutations} shuffles of the labels of {free.name}"
    return Estimate(
        value=value,
        n=g.n,
        p_value=null.p_value if null else None,
        per_point=per_point,
        chance=chance,
        options={
            "k": lists.k,
            "class_fraction": class_fraction,
            "weights": weights,
            "exclude": exclude is not None,
            **named,
        },
        details={
            "ceiling": weighted_mean(np.minimum(wanted, counts.same) / wanted, share),
            "classes": np.array([str(entry) for entry in classes]),
            "by_class": np.bincount(code, weights=per_point) / np.bincount(code),
            "adjusted": (value - chance) / (1 - chance) if chance < 1 else math.nan,
            **(null.details(value) if null else {}),
        },
        **spread,
    )


def _shared_labels(labels: Any, n: int) -> tuple[npt.NDArray[Any], IntArray]:
    classes, code = _check.codes(labels, "labels", NAME, n=n)
    if classes.size == n:
        raise InputError(f"labels of {NAME} must be shared by some points. Got {n} different labels for {n} points.")
    return classes, code


@dataclass(frozen=True, slots=True)
class _Counts:
    """For each point, how many others may be its neighbours, and how many of those share its label."""

    others: IntArray
    same: IntArray
    members: IntArray

    @classmethod
    def of(cls, code: IntArray, group: IntArray) -> _Counts:
        both = np.unique(np.stack([group, code]), axis=1, return_inverse=True, return_counts=True)
        in_class, in_group = np.bincount(code)[code], np.bincount(group)[group]
        in_both = both[2][both[1].ravel()]
        return cls(others=code.size - in_group, same=in_class - in_both, members=in_class)

    @property
    def chance(self) -> FloatArray:
        return self.same / np.maximum(self.others, 1)


def _wanted(k: int, class_fraction: float | None, counts: _Counts, n: int) -> IntArray:
    """Return how many neighbours each point looks at."""
    if class_fraction is not None:
        fraction = _check.number(class_fraction, "class_fraction", NAME, low=0, high=1, open_ends="l")
        wanted = np.maximum(1, (counts.members * fraction).astype(np.int64))
    else:
        wanted = np.full(n, _check.integer(k, "k", NAME, low=1, high=n - 1, why="n - 1"))
    short = np.flatnonzero(counts.others < wanted)
    if short.size:
        raise InputError(
            f"exclude of {NAME} leaves too few neighbours: point {short[0]} has {counts.others[short[0]]} examples outside its "
            f"own group, {wanted[short[0]]} are wanted. Take a smaller k or finer groups."
        )
    return wanted


def _lists(
    g: NeighborGraph, group: IntArray | None, wanted: IntArray, *, k: int, class_fraction: float | None
) -> Lists:
    """Return the neighbours that are looked at and, where the graph holds it, the one after them."""
    deepest = int(wanted.max())
    g.require(NAME, k=deepest, what=("indices",))
    looked_at = None if class_fraction is not None else k
    indices: Any = g.indices
    if group is None:
        return Lists(indices, np.full(g.n, g.k), looked_at, class_fraction)
    lists = np.zeros((g.n, min(deepest + 1, g.k)), dtype=indices.dtype)
    lengths = np.empty(g.n, dtype=np.int64)
    outside_own_group(indices, group, lists, lengths)
    short = np.flatnonzero(lengths < wanted)
    if short.size:
        need = deepest + int(np.bincount(group).max()) - 1
        raise GraphDepthError(
            f"exclude of {NAME} passes over so many neighbours that {short.size} points are left with fewer than the "
            f"{deepest} wanted. The graph holds {g.k}; knn_graph(X, k={min(need, g.n - 1)}) is always deep enough."
        )
    return Lists(lists, lengths, looked_at, class_fraction)


def _hits(lists: Lists, code: IntArray, wanted: IntArray) -> IntArray:
    """Count the wanted neighbours that share the label."""
    hits = np.empty(code.size, dtype=np.int64)
    count_hits(lists.indices, code, wanted, hits)
    return hits


def _warn_of_families(code: IntArray, group: IntArray | None, groups: Any) -> None:
    """Warn where points are shuffled although their labels are those of families."""
    if group is None or groups is not None or np.bincount(group).max() < 2:
        return
    if np.unique(np.stack([group, code]), axis=1).shape[1] == group.max() + 1:
        warnings.warn(
            f"{NAME}: the labels are the same within each group of `exclude`, and shuffling single points then rejects far too "
            "often. Give the same column as groups= to shuffle whole groups.",
            RepscapeWarning,
            stacklevel=3,
        )
