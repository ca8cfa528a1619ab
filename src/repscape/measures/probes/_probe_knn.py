"""k-NN probe: do the nearest training examples of an example that was held out carry its label?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from numba import njit

from ... import _check
from ...errors import InputError
from ...graph import knn_query, read_points
from ...machine import memory_available, within_memory
from .._result import Estimate
from ..points import NEAR, Known, graph_of, points_of
from ._folds import BoolArray, Cut, Folds, IntArray, make_folds
from ._held_out import Held, check_metric, correctness, probe_estimate
from ._targets import Target, read_target

NAME = "probe_knn"
FloatArray = npt.NDArray[np.float64]
DEEPER = 51  # neighbours in a training set up to which NEAR of all rows mostly suffice; beyond that twice as many do
NEARER = 1e-6  # each place further away counts for so much less: ties go to the nearer neighbours


@within_memory
def probe_knn(
    X: Any,
    labels: Any,
    *,
    k: int | Sequence[int] = (1, 3, 5, 11, 21, 51),
    task: Literal["auto", "classes", "values"] = "auto",
    metric: str | None = None,
    distance: str = "euclidean",
    folds: int = 5,
    shuffle: bool = True,
    groups: Any = None,
    split: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Held-out accuracy (R^2 for values) of the vote (mean) of the k nearest training examples.

    Points are taken as they are: distances are the representation's own, features are not standardised.

    Parameters
    ----------
    X : (n, d) array
        Points.
    labels, task, metric, folds, shuffle, groups, split, rng
        As for :func:`probe_linear`, so that both are asked about the same rows.
    k : int or sequence of ints
        Neighbours; of several the one that is right most often on the other folds (dev rows) is taken, of equals the largest.
    distance : str
        Metric of :func:`knn_query`.

    Returns
    -------
    Estimate
        As for :func:`probe_linear`; ties go to the class whose neighbours are nearer. Probabilities, for "log_loss" and "auc",
        are (votes + 1) / (k + classes). details: every metric, "by_fold", "k" (K,) chosen, "dev_by_fold" (K,), share of
        wrong answers it was chosen by (1 - R^2 for values), "majority", "classes", "predicted", "margin", "confusion".

    Raises
    ------
    InputError
        As :func:`probe_linear`; if a training set holds fewer than k examples.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.concatenate([np.zeros(50), np.full(50, 9.0)])[:, None] + np.random.default_rng(0).random((100, 3))
    >>> rs.probe_knn(X, np.repeat(["cat", "dog"], 50)).value
    1.0
    """
    points = read_points(points_of(X), "X", NAME, hold=memory_available() // 3)
    target = read_target(labels, task=task, n=points.n, function=NAME)
    metric = check_metric(metric, target, NAME)
    several = [k] if np.ndim(k) == 0 else list(np.ravel(k))
    sizes = np.unique([_check.integer(entry, "k", NAME, low=1, high=points.n - 1, why="n - 1") for entry in several])
    cut = Cut(folds, shuffle, groups, split, int(rng.integers(2**31)) if isinstance(rng, np.random.Generator) else rng)
    parts = make_folds(target, cut, NAME)
    known = Known(points.held(None).source, X.graph) if isinstance(X, Known) else points.held(None).source
    near = _Near(known, parts, int(sizes[-1]), distance)
    held, chosen, dev = [], [], []
    for outer in parts.outers:
        best, wrong = sizes[-1], np.nan
        if sizes.size > 1:
            best, wrong = _choose(near, target, outer.inner, sizes)
        said, rows = near.vote(target, outer.train, outer.test, k=int(best))
        held.append(Held(rows, said, parts.rows(outer.train)))
        chosen.append(best)
        dev.append(wrong)
    return probe_estimate(
        target,
        held,
        metric=metric,
        options={**cut.options(), "k": sizes.tolist(), "distance": distance},
        groups=groups,
        details={"k": np.array(chosen), "dev_by_fold": np.array(dev)},
    )


def _choose(near: _Near, target: Target, inner: Any, sizes: IntArray) -> tuple[int, float]:
    """Return the k of fewest wrong answers on the validation rows, and their share."""
    right, rows = np.zeros(sizes.size), 0
    for learn, validate in inner:
        for place, k in enumerate(sizes):
            said, asked = near.vote(target, learn, validate, k=int(k))
            right[place] += correctness(target, Held(asked, said, near.folds.rows(learn))).sum()
        rows += asked.size
    wrong = (1 - right / rows).tolist()
    best = len(wrong) - 1 - int(np.argmin(wrong[::-1]))
    return int(sizes[best]), wrong[best]


class _Near:
    """Nearest rows of any parts to the rows of others, read from one graph of all rows; what it does not hold is looked up."""

    def __init__(self, X: Any, folds: Folds, k: int, distance: str) -> None:
        self.X, self.folds, self.k, self.distance = points_of(X), folds, k, distance
        deep = min(folds.part.size - 1, NEAR if k <= DEEPER else 2 * k)
        self._graph = graph_of(X, deep, metric=distance)
        self._found: dict[bytes, tuple[IntArray, IntArray]] = {}

    def vote(self, target: Target, learn: BoolArray, ask: BoolArray, *, k: int) -> tuple[FloatArray, IntArray]:
        """Return what the k nearest rows of the parts `learn` say about the rows of the parts `ask`, and those rows."""
        known = self.folds.rows(learn).size
        if known < k:
            raise InputError(f"k of {NAME} must not exceed the training rows: {known} in the smallest set. Got {k}.")
        name = learn.tobytes() + ask.tobytes()
        if name not in self._found:
            self._found = {
                name: self._nearest(learn, ask, min(self.k, known))
            }  # the next question is the same with another k
        neighbors, asked = self._found[name]
        return _said(target, target.truth[neighbors[:, :k]]), asked

    def _nearest(self, learn: BoolArray, ask: BoolArray, k: int) -> tuple[IntArray, IntArray]:
        rows, asked = self.folds.rows(learn), self.folds.rows(ask)
        among = np.zeros(self.folds.part.size, dtype=bool)
        among[rows] = True
        found = np.empty((asked.size, k), dtype=np.int64)
        short = np.flatnonzero(first_among(np.asarray(self._graph.indices), asked, among, found) < k)
        if short.size:
            places, _ = knn_query(self.X[rows], self.X[asked[short]], k, metric=self.distance)
            found[short] = rows[places]
        return found, asked


@njit(cache=True, nogil=True)
def first_among(indices, asked, among, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill `out` (m, k) with the first neighbours of the rows `asked` that are among the chosen; return how many were known."""
    count = np.zeros(asked.size, np.int64)
    for row in range(asked.size):
        for step in range(indices.shape[1]):
            neighbor = indices[asked[row], step]
            if among[neighbor]:
                out[row, count[row]] = neighbor
                count[row] += 1
                if count[row] == out.shape[1]:
                    break
    return count


@njit(cache=True, nogil=True)
def add_votes(neighbors, weight, votes):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Add to votes (m, classes) the weight of each neighbour (m, k) at its class, nearest first."""
    for row in range(neighbors.shape[0]):
        for place in range(neighbors.shape[1]):
            votes[row, neighbors[row, place]] += weight[place]


def _said(target: Target, neighbors: npt.NDArray[Any]) -> FloatArray:
    """Turn the (m, k) labels of the neighbours into shares of the vote, or their mean."""
    m, k = neighbors.shape[:2]
    if target.kind == "values":
        mean: FloatArray = neighbors.mean(axis=1)
        return mean
    weight = 1 - NEARER * np.arange(k)
    if target.kind == "multilabel":
        yes: FloatArray = np.einsum("mkq,k->mq", neighbors, weight) + 1
        yes /= weight.sum() + 2
        return yes
    votes = np.ones((m, target.classes.size))
    add_votes(neighbors, weight, votes)
    votes /= votes.sum(axis=1, keepdims=True)
    return votes
