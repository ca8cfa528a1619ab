"""Rank similarity: whether the neighbours that two representations share stand in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import Asked, JointNull
from ._held import Held, held_estimate
from ._lists import Metric, common_places, held_lists, lists_null, ties_of
from ._pair import Inference, ready
from ._pair_error import Parts

NAME = "sim_rank"


@within_memory
def sim_rank(
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
    r"""Mean over examples of how near in rank the shared neighbours stand.

    Every shared neighbour with ranks r and s (from 1) counts ``2 / ((1 + |r - s|) (r + s))``, near ones most; the sum is
    divided by what as many neighbours of equal rank would give, 1 + 1/2 + ... [1]_. An example that shares none counts 0.
    Only the order of what is shared matters, not how much is.

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
        "subsample": over 20 random halves of the examples (with `groups`, of the groups) that are the same for all values of n
        examples; k is a larger share of a half, and deviations are taken relative to what the halves read. It costs five to
        ten times the value. "auto" is that.
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
        value in [0, 1]; higher means more alike. Read chance, or calibrated, from permutations.
        A detail "ties", where both sides break ties by index: the most that may add. Where that matters there is no null,
        and ``options["null"]`` says so.

    Raises
    ------
    InputError
        If k is out of range, a row has no direction (cosine), or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Wang, Rao, Guo, Wang, Liu, Guan (2022). Towards understanding the instability of network embedding. IEEE TKDE
       34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 6))
    >>> round(rs.sim_rank(X, 2 * X).value, 9), rs.sim_rank(X, noise).value < 0.2
    (1.0, True)
    """
    options = {"k": k, "metric": metric}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    return held_estimate(
        sides,
        _near_in_rank,
        function=NAME,
        asked=asked,
        options=options,
        details=ties_of(sides, ordered=True),
        bounds=(0.0, 1.0),
        parts=Parts(relative=True, halves=True),
    )


def _near_in_rank(first: Held, second: Held) -> float:
    place = common_places(first.neighbours, second.neighbours)  # of neighbour r of the first, in the second
    n, k = place.shape
    score, share = _weights(k)
    found = np.where(place >= 0, score[np.broadcast_to(np.arange(k), (n, k)), np.maximum(place, 0)], 0.0)
    return float((found.sum(axis=1) * share[(place >= 0).sum(axis=1)]).mean())


def _weights(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the score of a neighbour by its places in both lists, and what the sum of c such scores is multiplied by."""
    here, there = np.arange(1, k + 1)[:, None], np.arange(1, k + 1)
    score = 2 / ((1 + np.abs(here - there)) * (here + there))
    return score, 1 / np.concatenate([[1.0], (1 / np.arange(1, k + 1)).cumsum()])


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    score, share = _weights(int(options["k"]))
    return lists_null(sides, pairs, asked, score=score, share=share)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    return held_lists(X, options, name=name, function=NAME, again=prepare)
