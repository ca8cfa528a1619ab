"""Label overlap: what share of a point's neighbours carry its label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import GraphDepthError, InputError
from ..graph import NeighborGraph
from ._overlap_neighbors import neighbor_indices
from ._result import Estimate, normal_interval

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def overlap_labels(
    g: NeighborGraph,
    labels: Any,
    *,
    k: int = 30,
    class_fraction: float | None = None,
    weights: Literal["points", "classes"] = "points",
    exclude: Any = None,
    error: Literal["auto", "naive"] | None = "auto",
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
    error : {"auto", "naive", None}
        "naive": sd of the per-point values over sqrt(n), within classes for weights="classes"; its 95 % interval holds the
        mean in 69 to 80 % of samples only. "auto" is "naive".

    Returns
    -------
    Estimate
        value in [0, 1]; chance is the mean of (n_c - n_gc) / (n - n_g) over the points with the weights in use, where the
        point's group g has n_g members, n_gc of them in its class (1 and 1 without `exclude`). per_point (n,) has each
        share. details: "ceiling", the largest value that the class sizes allow; "classes" and "by_class", the mean of each
        class; "adjusted", (value - chance) / (1 - chance), NaN where chance is 1.

    Raises
    ------
    GraphDepthError
        If the graph holds too few neighbours, also once `exclude` has passed some over.
    InputError
        If labels or exclude have another length, or no two points share a label, or k is out of range.

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
    name = "overlap_labels"
    _check.choice(weights, "weights", name, ("points", "classes"))
    _check.choice(error, "error", name, ("auto", "naive", None))
    neighbor_indices(g, 1, name="g", function=name)
    classes, code = _check.codes(labels, "labels", name, n=g.n)
    if classes.size == g.n:
        raise InputError(
            f"labels of {name} must be shared by some points. Got {g.n} different labels for {g.n} points."
        )
    group = np.arange(g.n) if exclude is None else _check.codes(exclude, "exclude", name, n=g.n)[1]
    counts = _Counts.of(code, group)
    wanted = _wanted(k, class_fraction, counts, g.n)
    hits = _hits(g, code, None if exclude is None else group, wanted)
    per_point = hits / wanted
    share = _weights(code, weights)
    value, chance = _mean(per_point, share), _mean(counts.chance, share)
    stderr = _naive_error(per_point, code, weights) if error else None
    members = np.bincount(code)
    return Estimate(
        value=value,
        n=g.n,
        stderr=stderr,
        interval=normal_interval(value, stderr) if stderr is not None else None,
        per_point=per_point,
        chance=chance,
        options={
            "k": None if class_fraction is not None else k,
            "class_fraction": class_fraction,
            "weights": weights,
            "exclude": exclude is not None,
            "error": "naive" if error else None,
        },
        details={
            "ceiling": _mean(np.minimum(wanted, counts.same) / wanted, share),
            "classes": np.array([str(entry) for entry in classes]),
            "by_class": np.bincount(code, weights=per_point) / members,
            "adjusted": (value - chance) / (1 - chance) if chance < 1 else math.nan,
        },
    )


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
    name = "overlap_labels"
    if class_fraction is not None:
        fraction = _check.number(class_fraction, "class_fraction", name, low=0, high=1, open_ends="l")
        wanted = np.maximum(1, (counts.members * fraction).astype(np.int64))
    else:
        wanted = np.full(n, _check.integer(k, "k", name, low=1, high=n - 1, why="n - 1"))
    short = np.flatnonzero(counts.others < wanted)
    if short.size:
        raise InputError(
            f"exclude of {name} leaves too few neighbours: point {short[0]} has {counts.others[short[0]]} examples outside its "
            f"own group, {wanted[short[0]]} are wanted. Take a smaller k or finer groups."
        )
    return wanted


def _hits(g: NeighborGraph, code: IntArray, group: IntArray | None, wanted: IntArray) -> IntArray:
    """Count the wanted neighbours that share the label, passing over the point's own group."""
    deepest = int(wanted.max())
    g.require("overlap_labels", k=deepest, what=("indices",))
    if group is None:
        indices = g.indices[:, :deepest]  # type: ignore[index]
        taken = np.arange(deepest) < wanted[:, None]
        return ((code[indices] == code[:, None]) & taken).sum(axis=1)  # type: ignore[no-any-return]
    outside = group[g.indices] != group[:, None]
    place = outside.cumsum(axis=1)
    short = np.flatnonzero(place[:, -1] < wanted)
    if short.size:
        need = deepest + int(np.bincount(group).max()) - 1
        raise GraphDepthError(
            f"exclude of overlap_labels passes over so many neighbours that {short.size} points are left with fewer than the "
            f"{deepest} wanted. The graph holds {g.k}; knn_graph(X, k={min(need, g.n - 1)}) is always deep enough."
        )
    taken = outside & (place <= wanted[:, None])
    return ((code[g.indices] == code[:, None]) & taken).sum(axis=1)  # type: ignore[no-any-return]


def _weights(code: IntArray, weights: str) -> FloatArray:
    """Return the (n,) weight of each point in the mean."""
    if weights == "points":
        return np.ones(code.size)
    return 1 / np.bincount(code)[code]


def _mean(values: FloatArray, share: FloatArray) -> float:
    return float((share * values).sum() / share.sum())


def _naive_error(per_point: FloatArray, code: IntArray, weights: str) -> float:
    if weights == "points":
        return float(per_point.std(ddof=1) / math.sqrt(per_point.size))
    members = np.bincount(code)
    mean = np.bincount(code, weights=per_point) / members
    squares = np.bincount(code, weights=(per_point - mean[code]) ** 2)
    return float(math.sqrt((squares / np.maximum(members - 1, 1) / members).sum()) / members.size)
