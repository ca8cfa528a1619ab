"""Online code length: in how few bits can the labels be told to somebody who has the representation?

The labels are sent portion by portion; each is coded with a linear probe that learned from those before. A representation from
which few examples suffice gives a short code, so that ease of learning counts and not only the final accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import Spread
from ._design import Array, Design, FloatArray, Frames, IntArray, design
from ._linear import check_penalties
from ._logistic import Fits, scan, solve
from ._targets import Target, read_target

NAME = "probe_mdl"
PORTIONS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)
MDL_PENALTIES = tuple(float(p) for p in np.logspace(-1, 4, 6))


@within_memory
def probe_mdl(
    X: Any,
    labels: Any,
    *,
    portions: Sequence[float] = PORTIONS,
    penalties: float | Sequence[float] = MDL_PENALTIES,
    orders: int = 3,
    tol: float = 1e-5,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Bits of the online code of the labels, given the representation.

    The first portion costs log2(classes) for each example. Each later portion costs minus log2 of the probabilities that a
    logistic probe gives, which learned from all examples before it. Of several penalties a portion uses the one whose own
    code of the portions before was shortest (the strongest, to begin with), so that nothing is used that the receiver does not
    know. Features are standardised over all examples: the receiver has the representation, only labels are sent.

    Parameters
    ----------
    X : (n, d) array
        Points.
    labels : (n,) array
        Class of each example, at least 2 classes.
    portions : sequence of increasing floats in (0, 1]
        Where portions end, as shares of the examples; the last is 1. The default is that of [1]_.
    penalties : float or sequence of floats
        As for :func:`probe_linear`.
    orders : int
        Random orders of the examples, at least 3 for an error.
    tol : float
        Largest entry of the gradient of the mean loss at which a fit is done.
    rng : int or numpy Generator
        For the orders, which do not depend on X: every layer is coded in the same ones.

    Returns
    -------
    Estimate
        value: code length in bits, the mean over the orders; lower means that the labels are read more easily. stderr from
        the spread over orders, which says how much the order matters, not how other examples would do: options["spread_over"]
        says "orders", so does every ± that is printed, and nothing is concluded from it. chance: n times the
        entropy of the labels, what a code without a representation comes to. Probabilities are mixed with 1 / (training
        examples + 1) parts of a uniform guess, so that a class not seen before costs finitely much; portions whose training
        examples are all of one class are coded uniformly. details: "bits_per_example"; "uniform", n log2(classes);
        "compression", uniform over code length; "by_order" (orders,); "ends" (portions,), examples sent; "bits"
        (portions,), mean cost of each portion.

    Raises
    ------
    InputError
        If there is one class only, labels are missing, or portions do not increase to 1.

    References
    ----------
    .. [1] Voita, Titov (2020). Information-theoretic probing with minimum description length. EMNLP.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> y = np.arange(300) % 2
    >>> X = y[:, None] * 6.0 + np.random.default_rng(0).normal(size=(300, 4))
    >>> found = rs.probe_mdl(X, y)
    >>> found.value < 60, found.details["uniform"]
    (True, 300.0)
    """
    target = read_target(labels, task="classes", n=len(X), function=NAME)
    if target.kind != "classes":
        raise InputError(f"labels of {NAME} must be one column of classes. Got shape {np.shape(labels)}.")
    _check.integer(orders, "orders", NAME, low=1)
    path = check_penalties(penalties, NAME)
    ends = _ends(portions, target.n)
    draws = _random.generator(rng, NAME)
    classes = target.classes.size
    bits = []
    for _ in range(orders):
        block = np.empty(target.n, dtype=np.int64)
        block[draws.permutation(target.n)] = np.searchsorted(ends, np.arange(target.n), side="right")
        losses = _losses(design(X, block, parts=ends.size, function=NAME), target, penalties=path, tol=tol)
        bits.append([ends[0] * math.log2(classes), *_follow_leader(losses / math.log(2))])
    by_order = np.sum(bits, axis=1)
    value, uniform = float(by_order.mean()), target.n * math.log2(classes)
    spread = None
    if orders >= 3:
        spread = Spread.of(value, float(by_order.std(ddof=1)) / math.sqrt(orders), orders - 1)
    share = np.bincount(target.truth) / target.n
    return Estimate(
        value=value,
        n=target.n,
        stderr=None if spread is None else spread.stderr,
        interval=None if spread is None else spread.interval,
        chance=float(-target.n * (share * np.log2(share)).sum()),
        options={
            "portions": list(portions),
            "penalties": path.tolist(),
            "orders": orders,
            "tol": tol,
            "error": None if spread is None else "spread over orders of the same examples, not over other examples",
            **({} if spread is None else {"spread_over": "orders"}),
        },
        details={
            "bits_per_example": value / target.n,
            "uniform": uniform,
            "compression": uniform / value,
            "by_order": by_order,
            "ends": ends,
            "bits": np.mean(bits, axis=0),
        },
    )


def _ends(portions: Sequence[float], n: int) -> IntArray:
    """Return how many examples have been sent after each portion; portions of no example are left out."""
    shares = np.array([_check.number(p, "portions", NAME, low=0, high=1, open_ends="l") for p in portions])
    if shares.size < 2 or (np.diff(shares) <= 0).any() or shares[-1] != 1:
        raise InputError(f"portions of {NAME} must increase to 1. Got {list(portions)}.")
    return np.unique(np.maximum(1, np.rint(shares * n).astype(np.int64)))


def _losses(rows: Design, target: Target, *, penalties: FloatArray, tol: float) -> FloatArray:
    """Return (portions - 1, penalties) costs in nats of each portion under the probes that learned from those before it."""
    link, blocks, count = target.link(rows.points.dtype), rows.parts, penalties.size
    before = np.tri(blocks - 1, blocks, dtype=bool)
    on = np.eye(blocks, dtype=bool)[1:]
    held = np.array(
        [np.bincount(target.truth[rows.part == block], minlength=target.classes.size) for block in range(blocks)]
    )
    useful = ((before @ held) > 0).sum(axis=1) > 1
    costs = np.repeat(rows.counts[1:, None] * math.log(target.classes.size), count, axis=1)
    if not useful.any():
        return costs
    sets = np.repeat(before[useful], count, axis=0)
    n = (sets @ rows.counts).astype(np.float64)
    plain = Frames(n, np.zeros((n.size, rows.d)), np.ones((n.size, rows.d)))
    fits = Fits(sets, np.tile(penalties, int(useful.sum())))
    solution = solve(rows, link, fits=fits, frames=plain, function=NAME, tol=tol)
    blind = 1 / (n + 1)

    def _visit(total: FloatArray, users: IntArray, numbers: IntArray, scores: Array) -> None:
        likely = np.exp(-link.loss(scores, numbers))
        mixed = (1 - blind[users, None]) * likely + blind[users, None] / target.classes.size
        total[users, rows.part[numbers[0]]] -= np.log(mixed).sum(axis=1)

    total = scan(rows, solution, on=np.repeat(on[useful], count, axis=0), visit=_visit)
    costs[useful] = total.sum(axis=1).reshape(-1, count)
    return costs


def _follow_leader(costs: FloatArray) -> FloatArray:
    """Return the cost of each portion under the penalty whose portions before cost least; of equals the strongest."""
    so_far = np.cumsum(np.concatenate([np.zeros((1, costs.shape[1])), costs[:-1]]), axis=0)
    leader = costs.shape[1] - 1 - np.argmin(so_far[:, ::-1], axis=1)
    chosen: FloatArray = costs[np.arange(len(costs)), leader]
    return chosen
