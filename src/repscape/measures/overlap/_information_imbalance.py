"""Information imbalance: how well distances in one representation predict those in another.

Ranks are exact: one pass over all pairs counts how many points are nearer than a neighbour (n^2 d operations a direction,
memory O(n (d + k))). The same pass counts what each point adds to the ranks of others, so that the leave-one-out error is free.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import GraphDepthError, InputError
from ...graph import NeighborGraph, knn_graph, listed_ranks, neighbor_ranks
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..points import neighbor_indices
from ..uncertainty import replicates_of, replicates_of_influence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "information_imbalance"


@within_memory
def information_imbalance(
    X_or_g: Any, Y: Any, *, k: int = 1, error: Literal["auto", "jackknife", "subsample"] | None = "auto"
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
        "jackknife": spread of the leave-one-out values; a point left out leaves the ranks of others, and gives its place to
        the next neighbour. It costs nothing and errs on the safe side: 1.1 to 1.7 times the spread over fresh samples in
        simulations. "subsample": 20 subsets of a quarter of the points, 1.0 to 1.3 times; needs points on both sides. "auto" is
        "jackknife", None where a graph does not hold neighbour k + 1.

    Returns
    -------
    Estimate
        value in (0, 2): (k + 1)/n at best, chance = 1 where the two are independent; higher means that the first tells less
        about the second. per_point (n,): 2/n times the mean rank of each example's neighbours. details: "reverse" and
        "reverse_stderr", the same from the second to the first, NaN where a graph of the first does not hold the neighbours;
        "best", (k + 1)/n.

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
    there = _imbalance(first, second, k)
    if there is None:
        raise GraphDepthError(
            f"Y of {NAME} is a graph of {second.graph.k} neighbours, which does not hold all {k} nearest neighbours of the "
            f"first representation. Give the points, or knn_graph(Y, k={first.n - 1})."
        )
    back = _imbalance(second, first, k)
    errors = [None if error is None or way is None else way.stderr for way in (there, back)]
    replicates = None if errors[0] is None else there.replicates
    if error == "subsample":
        replicates, errors = _subsampled(first, second, k)
    elif error == "jackknife" and errors[0] is None:
        raise GraphDepthError(
            f"error='jackknife' of {NAME} also looks up neighbour {k + 1}, which a graph given here does not hold. Give the "
            "points, or error='auto'."
        )
    return Estimate(
        value=there.value,
        n=first.n,
        stderr=errors[0],
        interval=None if errors[0] is None else normal_interval(there.value, errors[0]),
        per_point=there.per_point,
        chance=1.0,
        options={"k": k, "error": None if errors[0] is None else "subsample" if error == "subsample" else "jackknife"},
        details={
            "reverse": math.nan if back is None else back.value,
            "reverse_stderr": math.nan if errors[1] is None else errors[1],
            "best": (k + 1) / first.n,
        },
        replicates=replicates,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One representation: its neighbours, and its points where ranks may be counted."""

    graph: NeighborGraph
    points: npt.NDArray[Any] | None

    @property
    def n(self) -> int:
        """Examples."""
        return self.graph.n

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        points = 0 if self.points is None else self.points.nbytes
        return int(points + self.graph.n * self.graph.k * 12)

    def ranks(self, indices: Any) -> tuple[IntArray, IntArray]:
        """Return the ranks of given neighbours here, 0 where unknown, and how often each point is nearer than they are."""
        if self.points is None:
            return listed_ranks(self.graph, indices, function=NAME)
        return neighbor_ranks(self.points, indices, function=NAME)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X_or_g") -> Side:
    """Find the neighbours of one representation."""
    k = options["k"]
    if isinstance(X, NeighborGraph):
        neighbor_indices(X, k, name=name, function=NAME)
        return Side(X, None)
    points = _check.points(X, name, NAME)
    _check.integer(k, "k", NAME, low=1, high=len(points) - 1, why="n - 1")
    return Side(knn_graph(points, min(k + 1, len(points) - 1)), points)


@dataclass(frozen=True, slots=True)
class _Imbalance:
    """One direction."""

    per_point: FloatArray
    influence: FloatArray | None
    """(n,) what each point adds to the value, by leaving it out; None where neighbour k + 1 is not known."""

    @property
    def value(self) -> float:
        return float(self.per_point.mean())

    @property
    def stderr(self) -> float | None:
        if self.influence is None:
            return None
        return float(self.influence.std(ddof=1)) / math.sqrt(self.influence.size)

    @property
    def replicates(self) -> FloatArray | None:
        return None if self.influence is None else replicates_of_influence(self.influence)


def _imbalance(source: Side, target: Side, k: int) -> _Imbalance | None:
    """Return the imbalance from source to target, or None where the target does not know a rank."""
    indices = source.graph.indices[:, : k + 1]  # type: ignore[index]
    ranks, passed = target.ranks(indices)
    if not ranks[:, :k].all():
        return None
    per_point = 2 / source.n * ranks[:, :k].mean(axis=1)
    spare = indices.shape[1] > k and bool(ranks[:, k].all())
    return _Imbalance(per_point, _influence(indices, ranks, passed, k) if spare else None)


def _influence(indices: npt.NDArray[Any], ranks: IntArray, passed: IntArray, k: int) -> FloatArray:
    """Return (n - 1) (value - value without point l); column k has the neighbour that follows when one is left out."""
    n = len(indices)
    # Without point l its own ranks go, every rank that it stood below falls by one, and where it was itself among the
    # nearest the next neighbour takes its place, with a rank that falls by one if l stood below that too.
    change = -ranks[:, :k].sum(axis=1) - passed[:, :k].sum(axis=1)
    follows = ranks[:, k, None] - (ranks[:, :k] < ranks[:, k, None]) - ranks[:, :k]
    np.add.at(change, indices[:, :k].ravel(), follows.ravel())
    total = ranks[:, :k].sum()
    without = 2 / (n - 1) ** 2 * (total + change) / k
    return (n - 1) * (2 / n**2 * total / k - without)  # type: ignore[no-any-return]


def _subsampled(first: Side, second: Side, k: int) -> tuple[FloatArray, list[float | None]]:
    """Return the replicates of the value, and the errors of both directions."""
    if first.points is None or second.points is None:
        raise InputError(
            f"error='subsample' of {NAME} needs points on both sides. Got a graph; error='jackknife' takes it."
        )
    least = 4 * (k + 3)
    if first.n < least:
        raise InputError(f"error='subsample' of {NAME} with k={k} needs at least {least} examples. Got {first.n}.")
    points = first.points, second.points

    def both_ways(rows: IntArray) -> FloatArray:
        a, b = (prepare(side[rows], {"k": k}) for side in points)
        return np.array([2 / rows.size * to.ranks(of.graph.indices[:, :k])[0].mean() for of, to in ((a, b), (b, a))])  # type: ignore[index]

    drawn = replicates_of(both_ways, first.n)
    return drawn[:, 0], [float(error) for error in drawn.std(axis=0, ddof=1)]
