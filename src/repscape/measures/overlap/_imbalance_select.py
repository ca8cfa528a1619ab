"""Information imbalance put to use: which features tell about a space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import _check, _random
from ...errors import InputError
from ...machine import check_memory, within_memory
from .._result import Curve
from ..uncertainty import Asked, Exchanges, IntArray, Null, exchanges
from ._imbalance_related import related
from ._imbalance_sums import FloatArray, all_ranks, all_squares, error_of, imbalance_of_sums, square

NAME = "imbalance_select"


@dataclass(frozen=True, slots=True)
class Selection:
    """Features in the order in which they were taken.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> found = rs.imbalance_select(X, X[:, [1]], most=2)
    >>> found.features[0], len(found.features)
    (1, 2)
    """

    features: tuple[int, ...]
    """Columns of X."""
    curve: Curve
    """Imbalance of the first 1, 2, ... of them to Y, with errors over examples."""
    p_values: FloatArray
    """(m,) share of relabellings of the candidates that do as well: whether the last one, unrelated to those before it, adds to
    them. NaN without permutations, and where it is related to them: relabelling it would part them too."""
    p_related: FloatArray
    """(m,) whether the last one is related to those before it: the p-value of their being unrelated; NaN of the first, and
    without permutations."""


@within_memory
def imbalance_select(
    X: Any,
    Y: Any,
    *,
    k: int = 1,
    most: int | None = None,
    standardise: bool = True,
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Selection:
    """Take features one after another, each the one that lowers the information imbalance to Y the most.

    Parameters
    ----------
    X : (n, d) array
        Candidates.
    Y : (n, p) array
        What is to be told, Euclidean.
    k : int in [1, n - 1]
        Neighbours over which ranks are averaged.
    most : int, optional
        Features taken; None: all.
    standardise : bool
        Bring every feature to variance 1 first: distances add their squares up.
    permutations : int
        Relabellings of the candidates, for a p-value of each feature taken. The best of d candidates was taken, so that the
        p-values are those of the best of d relabelled candidates too: each relabelling moves all candidates alike. From the
        second feature on a p-value is given only of a feature that may be taken for unrelated to those before it, as in
        :func:`imbalance_conditional`.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and whole groups are relabelled, each as another of its
        size.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are relabelled inside their stratum only.
    rng : int or numpy Generator
        For halves and relabellings.

    Returns
    -------
    Selection
        .features, .curve (value (k + 1) / n at best, 1 by chance; stderr over random halves, or without parts made of whole
        groups, NaN where these are too small), .p_values, .p_related.

    Raises
    ------
    InputError
        If k or most is out of range, a feature is constant, the sides are of different examples, or there are more
        permutations than arrangements.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> rs.imbalance_select(X, X[:, [2, 0]] * [2, 1], most=2).features
    (2, 0)
    """
    points, target = _check.points(X, "X", NAME).astype(np.float64), _check.points(Y, "Y", NAME)
    _check.same_rows(len(points), len(target), ("X", "Y"), NAME)
    n, d = points.shape
    _check.integer(k, "k", NAME, low=1, high=n - 1, why="n - 1")
    count = d if most is None else _check.integer(most, "most", NAME, low=1, high=d, why="d")
    _check.integer(permutations, "permutations", NAME, low=0)
    flat = np.flatnonzero(points.std(axis=0) <= 1e-12 * np.maximum(np.abs(points).max(axis=0), 1e-300))
    if flat.size:
        raise InputError(
            f"X of {NAME} must hold no constant feature. Column {int(flat[0])} is constant ({flat.size} of {d})."
        )
    free = exchanges(n, groups, within, function=NAME)
    orders = Asked(permutations, rng, free, NAME).orders(n) if permutations else []
    if standardise:
        points = (points - points.mean(axis=0)) / points.std(axis=0)
    check_memory(8 * n * n * (10 if permutations else 3), f"{NAME}, for the distances of {n:,} examples,")
    source = _random.generator(rng, NAME)
    steps = _Steps(points, all_ranks(target, function=NAME), k, orders, free)
    for _ in range(count):
        steps.take()
    errors = []
    for size, value in enumerate(steps.values, 1):
        chosen = points[:, steps.taken[:size]]

        def of(rows: IntArray, chosen: FloatArray = chosen) -> float:
            return imbalance_of_sums(all_squares(chosen[rows]), all_ranks(target[rows], function=NAME), k)

        errors.append(error_of(of, n, value=value, k=k, groups=free.groups, rng=source, relative=True))
    curve = Curve(
        np.arange(1, count + 1),
        np.array(steps.values),
        "features",
        n,
        stderr=np.array([error for _, error in errors]),
        chance=1.0,
        options={"k": k, "standardise": standardise, "error": errors[0][0]},
        details={"best": (k + 1) / n},
    )
    return Selection(tuple(steps.taken), curve, np.array(steps.p_values), np.array(steps.p_related))


@dataclass(slots=True)
class _Steps:
    """Features taken one by one."""

    points: FloatArray
    ranks: IntArray
    k: int
    orders: Sequence[IntArray]
    free: Exchanges
    taken: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    p_values: list[float] = field(default_factory=list)
    p_related: list[float] = field(default_factory=list)

    def take(self) -> None:
        """Take the feature that lowers the imbalance the most."""
        n, d = self.points.shape
        left = [j for j in range(d) if j not in self.taken]
        held = all_squares(self.points[:, self.taken]) if self.taken else np.zeros((n, n))
        found = [self._with(held, self.points[:, j]) for j in left]
        best = left[int(np.argmin(found))]
        p_related, p_value = math.nan, math.nan
        if len(self.orders):
            unrelated = True
            if self.taken:
                seen = related(self.points[:, [best]], self.points[:, self.taken], self.free, function=NAME)
                p_related, unrelated = seen.p_value, seen.unrelated
            if unrelated:
                drawn = [min(self._with(held, self.points[order, j]) for j in left) for order in self.orders]
                p_value = Null.of(min(found), np.array(drawn), less=True).p_value or math.nan
        self.taken.append(best)
        self.values.append(min(found))
        self.p_values.append(p_value)
        self.p_related.append(p_related)

    def _with(self, held: FloatArray, column: FloatArray) -> float:
        return imbalance_of_sums(held + square(column), self.ranks, self.k)
