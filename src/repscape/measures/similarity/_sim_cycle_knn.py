"""Cycle consistency: whether an example is found again by way of its neighbours in another representation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import IntArray
from ..uncertainty import Asked, JointNull
from ._held import Held, held_estimate
from ._joint_null import relabelled_values
from ._kernels import found_again
from ._lists import Metric, held_lists
from ._pair import Inference, ready
from ._pair_error import Parts

NAME = "sim_cycle_knn"
MOST = 2
"""k^2 / n up to which the value of halves says how the value varies: beyond, nearly every example is found by chance."""


@within_memory
def sim_cycle_knn(
    X: Any,
    Y: Any,
    *,
    k: int = 10,
    metric: Metric = "cosine",
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Share of examples that are found again among the neighbours of their neighbours.

    An example goes to its k nearest neighbours in the second representation, and from each of them to its k nearest in the
    first; it counts if it is among what is reached [1]_. X -> Y and Y -> X differ.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    k : int in [1, n - 1]
        Neighbours of each example; ties go by index.
    metric : {"cosine", "euclidean"}
        What is near.
    error : {"auto", "subsample", None}
        "subsample": over 20 random halves of the examples (with `groups`, of the groups), with k / sqrt(2) neighbours in a
        half, so that chance, which goes by k^2 / n, is the same. It costs five to ten times the value. "auto" is that. Where
        k^2 is above 2 n nearly every example is found, by chance too, and there is no error.
    permutations : int
        Shuffles of the examples of Y, for p_value, chance and calibrated; each costs as much as a comparison.
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
        value in [0, 1]; higher means more alike. Chance grows with k^2 / n: read it, or calibrated, from permutations.
        details: "reverse", the same the other way round.

    Raises
    ------
    InputError
        If k is out of range, a row has no direction (cosine), the sides are of different numbers of examples, or
        error="subsample" is asked for where k^2 is above 2 n.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Huh, Cheung, Wang, Isola (2024). The Platonic representation hypothesis. ICML 41.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 6))
    >>> rs.sim_cycle_knn(X, X, k=5).value > 0.9 > 0.5 > rs.sim_cycle_knn(X, noise, k=5).value
    True
    """
    options = {"k": k, "metric": metric}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    n = sides[0].n
    if k**2 > MOST * n and error is not None:
        if error == "subsample":
            raise InputError(
                f"error='subsample' of {NAME} needs k^2 at most {MOST} n: beyond, nearly every example is found again, and "
                f"halves do not tell how the value varies. Got k = {k} for {n} examples; take k up to "
                f"{math.isqrt(MOST * n)}, or error=None."
            )
        asked = replace(asked, error=None)
    return held_estimate(
        sides,
        _found_again,
        function=NAME,
        asked=asked,
        options=options,
        details={"reverse": _found_again(sides[1], sides[0])},
        bounds=(0.0, 1.0),
        parts=Parts(halves=True),
    )


def _found_again(first: Held, second: Held, order: IntArray | None = None) -> float:
    order = np.arange(first.n) if order is None else order
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return float(found_again(first.neighbours, second.neighbours, order, place)) / first.n


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    return relabelled_values(sides, pairs, asked, value=_found_again)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    held = held_lists(X, options, name=name, function=NAME, again=prepare)

    def again(rows: np.ndarray) -> Held:
        k = max(1, round(options["k"] * math.sqrt(len(rows) / held.n)))
        return prepare(rows, {**options, "k": k}, name)

    return replace(held, again=again)
