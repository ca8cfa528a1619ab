"""Jaccard similarity of neighbourhoods: what two lists of neighbours share, of all that is in either."""

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

NAME = "sim_jaccard"


@within_memory
def sim_jaccard(
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
    r"""Mean over examples of the neighbours in common, as a share of those that are in either list.

    #(A_i and B_i) / #(A_i or B_i) for the k nearest neighbours of example i [1]_. It orders pairs as `overlap_neighbors`
    orders them where all examples share alike, and lies lower.

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
        value in [0, 1]; higher means more alike. Chance is near k / (2 n - k): read it, or calibrated, from permutations.
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
    .. [1] Schumacher, Wolf, Ritzert, Lemmerich, Grohe, Strohmaier (2021). The effects of randomness on the stability of
       node embeddings. ECML PKDD.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 6))
    >>> rs.sim_jaccard(X, 2 * X).value, rs.sim_jaccard(X, noise).value < 0.1
    (1.0, True)
    """
    options = {"k": k, "metric": metric}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    return held_estimate(
        sides,
        _shared,
        function=NAME,
        asked=asked,
        options=options,
        details=ties_of(sides),
        bounds=(0.0, 1.0),
        parts=Parts(relative=True, halves=True),
    )


def _shared(first: Held, second: Held) -> float:
    common = common_places(first.neighbours, second.neighbours)
    shared = (common >= 0).sum(axis=1)
    return float((shared / (2 * first.neighbours.shape[1] - shared)).mean())


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    k = int(options["k"])
    return lists_null(sides, pairs, asked, score=np.ones((k, k)), share=1 / (2 * k - np.arange(k + 1.0)))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    return held_lists(X, options, name=name, function=NAME, again=prepare)
