"""Learning curve of the linear probe: how many examples it takes to read the labels from a representation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Curve
from ._design import design
from ._folds import Cut, Folds, IntArray, Outer, check_classes, make_folds
from ._held_out import check_metric, probe_estimate
from ._linear import PENALTIES, Regression, check_penalties, linear_probes
from ._targets import Target, read_target

NAME = "probe_learning"


@within_memory
def probe_learning(
    X: Any,
    labels: Any,
    *,
    fractions: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0),
    task: Literal["auto", "classes", "values"] = "auto",
    metric: str | None = None,
    penalties: float | Sequence[float] = PENALTIES,
    folds: int = 5,
    groups: Any = None,
    tol: float = 1e-5,
    rng: int | np.random.Generator = 0,
) -> Curve:
    """Value of :func:`probe_linear` against the number of examples that it learns from.

    Each fold's training rows are thinned out, class by class, into nested subsets; the held-out rows stay the same. The penalty
    is chosen anew at each size.

    Parameters
    ----------
    X, labels, task, metric, penalties, tol
        As for :func:`probe_linear`.
    fractions : sequence of floats in (0, 1]
        Shares of the training rows.
    folds, groups, rng
        The same folds as those of :func:`probe_linear`; at least 3.

    Returns
    -------
    Curve
        x: mean number of training examples; values: mean over the folds; stderr by Nadeau and Bengio. details: "by_fold"
        (sizes, K), "penalty" (sizes, K).

    Raises
    ------
    InputError
        As :func:`probe_linear`; if the smallest subset leaves a class without an example.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(400) % 2
    >>> curve = rs.probe_learning(y[:, None] + rng.normal(size=(400, 20)), y, fractions=[0.05, 1.0])
    >>> curve.x.tolist(), bool(curve.values[1] > curve.values[0])
    ([16.0, 320.0], True)
    """
    target = read_target(labels, task=task, n=len(X), function=NAME)
    metric = check_metric(metric, target, NAME)
    path = check_penalties(penalties, NAME)
    shares = np.unique([_check.number(f, "fractions", NAME, low=0, high=1, open_ends="l") for f in fractions])
    if not shares.size:
        raise InputError(f"fractions of {NAME} must hold at least one number in (0, 1]. Got none.")
    _check.integer(folds, "folds", NAME, low=3, high=target.n)
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**31))
    cut = Cut(folds=folds, groups=groups, rng=rng)
    thinned = _thinned(target, make_folds(target, cut, NAME), shares, rng=rng)
    check_classes(target, thinned, NAME)
    regression = Regression.of(
        design(X, thinned.part, parts=thinned.parts, function=NAME), target, function=NAME, tol=tol
    )
    found = linear_probes(regression, target, thinned, penalties=path)
    sizes = [found.held[place : place + folds] for place in range(0, len(found.held), folds)]
    summed = [probe_estimate(target, held, metric=metric, options={}, details={}) for held in sizes]
    return Curve(
        x=np.array([np.mean([fold.train.size for fold in held]) for held in sizes]),
        values=np.array([entry.value for entry in summed]),
        x_name="training examples",
        n=target.n,
        stderr=np.array([entry.stderr for entry in summed]),
        interval=np.array([entry.interval for entry in summed]),
        chance=summed[-1].chance,
        options={
            "task": target.kind,
            "metric": metric,
            **cut.options(),
            "fractions": shares.tolist(),
            "penalties": path.tolist(),
            "tol": tol,
            "error": "Nadeau-Bengio over folds",
        },
        details={
            "by_fold": np.array([entry.details["by_fold"] for entry in summed]),
            "penalty": found.penalty.reshape(len(sizes), folds),
        },
    )


def _thinned(target: Target, folds: Folds, shares: Any, *, rng: Any) -> Folds:
    """Cut every fold by the share of its rows at which each comes in, and learn from ever more of these parts."""
    order = _random.generator(rng, NAME).permutation(target.n)
    code = target.truth if target.kind == "classes" else np.zeros(target.n, dtype=np.int64)
    reach = np.empty(target.n)
    count = int(folds.part.max()) + 1
    for fold in range(count):
        for own in np.unique(code):
            rows: IntArray = order[(folds.part[order] == fold) & (code[order] == own)]
            reach[rows] = (np.arange(rows.size) + 0.5) / max(rows.size, 1)
    level = np.searchsorted(shares, reach)
    used = level < shares.size
    levels = int(shares.size)
    # Rows beyond the largest share are held out all the same.
    part = np.where(used, folds.part * (levels + 1) + level, folds.part * (levels + 1) + levels)
    fold_of, level_of = np.divmod(np.arange(count * (levels + 1)), levels + 1)
    outers = []
    for top in range(levels):
        for outer in folds.outers:
            learn = outer.train[fold_of] & (level_of <= top)
            inner = tuple(
                (train[fold_of] & (level_of <= top), valid[fold_of] & (level_of <= top)) for train, valid in outer.inner
            )
            outers.append(Outer(learn, outer.test[fold_of], inner))
    return Folds(part, tuple(outers))
