"""IMD: whether two representations have the same intrinsic geometry, told by heat that spreads on their neighbour graphs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy.linalg import eigvalsh

from ... import _check
from ...graph import knn_graph
from ...machine import check_memory, within_memory
from .._result import Estimate
from ..points import rows_of
from ._held import FloatArray, Held, held_estimate, refuse_permutations
from ._pair import Inference, ready
from ._pair_error import Parts

NAME = "sim_imd"
UNIT = 1e6  # the peer counts in millionths
TIMES = (-1.0, 1.0, 256)  # powers of ten from and to, and how many


@within_memory
def sim_imd(
    X: Any,
    Y: Any,
    *,
    k: int = 5,
    mode: Literal["max", "l2"] = "max",
    normalize: Literal["empty", "complete", "none"] = "empty",
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Multi-scale intrinsic distance of two representations.

    The heat trace sum exp(-t lambda) over the eigenvalues lambda of the normalised Laplacian of the graph of k nearest
    neighbours (two examples are linked if either lists the other) says at every time t how far heat has spread [1]_. Released
    code estimates it from random vectors; here all eigenvalues are found, n^3 operations. Whether single examples go together
    is not asked.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    k : int in [1, n - 2]
        Neighbours in the graphs.
    mode : {"max", "l2"}
        The largest difference of the heat traces over times, weighted by exp(-2 (t + 1 / t)), or its Euclidean norm without
        weights.
    normalize : {"empty", "complete", "none"}
        What a heat trace is divided by: that of the empty graph (n), of the complete one, or nothing.
    error : {"auto", "subsample", None}
        "subsample": over 20 random halves of the examples (with `groups`, of the groups) that are the same for all values of n
        examples; deviations are taken relative to what the halves read. It costs five to ten times the value. "auto" is that.
    permutations : int
        0: relabelling the examples changes nothing of it, so that there is no such null; anything else is refused.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size.
    within : (n,) array, optional
        Strata: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value of at least 0, in millionths as in released code; higher means less alike. details: "times" and, at each,
        "heat_x" and "heat_y".

    Raises
    ------
    InputError
        If k is out of range, permutations are asked for, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Tsitsulin, Munkhoeva, Mottin, Karras, Bronstein, Oseledets, Muller (2020). The shape of data: intrinsic distance
       for data distributions. ICLR.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> rs.sim_imd(X, 3 * X + 1, error=None).value < 1e-6 < rs.sim_imd(X, X[:, :2], error=None).value
    True
    """
    options = {"k": k, "mode": mode, "normalize": normalize}
    refuse_permutations(permutations, function=NAME)
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    _check.choice(mode, "mode", NAME, ("max", "l2"))
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    times = np.logspace(*TIMES[:2], int(TIMES[2]))

    def compare(first: Held, second: Held) -> float:
        apart = first.fixed["heat"] - second.fixed["heat"]
        return float(
            np.linalg.norm(apart) if mode == "l2" else (np.exp(-2 * (times + 1 / times)) * np.abs(apart)).max()
        )

    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options=options,
        details={"times": times, "heat_x": sides[0].fixed["heat"], "heat_y": sides[1].fixed["heat"]},
        bounds=(0.0, math.inf),
        less=True,
        parts=Parts(relative=True, halves=True),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Return the heat trace of one side."""
    source = rows_of(X, name, NAME, axis="examples")
    n = source.shape[0]
    every = "n - 2; with n - 1 each is a neighbour of all"
    k = _check.integer(options["k"], "k", NAME, low=1, high=n - 2, why=every)
    check_memory(24 * n**2, f"{NAME}, for the Laplacian of {n:,} examples,")
    linked = np.zeros((n, n))
    linked[np.arange(n)[:, None], np.asarray(knn_graph(source, k).indices)] = 1.0
    linked = np.maximum(linked, linked.T)
    scale = 1 / np.sqrt(linked.sum(axis=1))
    laplacian = np.eye(n) - linked * scale * scale[:, None]
    times = np.logspace(*TIMES[:2], int(TIMES[2]))
    heat = np.exp(-np.outer(times, eigvalsh(laplacian, check_finite=False))).sum(axis=1)
    heat = UNIT * heat / _whole(options["normalize"], times, n)
    return Held(source, lambda rows: prepare(rows, options, name), fixed={"heat": heat})


def _whole(normalize: str, times: FloatArray, n: int) -> FloatArray:
    """Return the heat trace that others are a share of."""
    _check.choice(normalize, "normalize", NAME, ("empty", "complete", "none"))
    if normalize == "complete":
        return 1 + (n - 1) * np.exp(-(1 + 1 / (n - 1)) * times)
    return np.full(times.size, float(n) if normalize == "empty" else 1.0)
