"""Second-order cosine similarity: whether an example is as far from its neighbours in one representation as in the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ...machine import within_memory
from .._result import Estimate
from ._held import FloatArray, Held, held_estimate
from ._lists import common_places, held_lists, ties_of
from ._pair import Inference, ready
from ._pair_error import Parts

NAME = "sim_second_order"
BLOCK = 1 << 22  # entries of rows that are gathered at a time


@within_memory
def sim_second_order(
    X: Any,
    Y: Any,
    *,
    k: int = 10,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Mean over examples of the cosine between its distances to the neighbours of either side, here and there.

    For every example the k nearest neighbours of both representations are put together; its cosine distances to them, in one
    representation and in the other, are two vectors, and their cosine is the value [1]_.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    k : int in [1, n - 1]
        Neighbours of each example; ties go by index.
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
        value in [0, 1]; higher means more alike. Distances are never negative, so that chance is far above 0: read it, or
        calibrated, from permutations.
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
    .. [1] Hamilton, Leskovec, Jurafsky (2016). Cultural shift or linguistic drift? EMNLP.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 6))
    >>> round(rs.sim_second_order(X, 2 * X).value, 9), rs.sim_second_order(X, noise).value < 0.9
    (1.0, True)
    """
    options = {"k": k, "metric": "cosine"}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    return held_estimate(
        sides,
        _alike,
        function=NAME,
        asked=asked,
        options=options,
        details=ties_of(sides),
        bounds=(0.0, 1.0),
        parts=Parts(relative=True, halves=True),
    )


def _alike(first: Held, second: Held) -> float:
    both = np.concatenate([first.neighbours, second.neighbours], axis=1)
    k = first.neighbours.shape[1]
    kept = np.ones(both.shape, dtype=np.bool_)
    kept[:, k:] = common_places(second.neighbours, first.neighbours) < 0  # a neighbour on both sides counts once
    a, b = (_distances(side.rows["unit"], both) * kept for side in (first, second))
    lengths = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    same = np.where(lengths > 0, (a * b).sum(axis=1) / np.where(lengths > 0, lengths, 1.0), 0.0)
    both_zero = ~a.any(axis=1) & ~b.any(axis=1)  # copies alone on both sides: nothing differs
    return float(np.where(both_zero, 1.0, np.minimum(same, 1.0)).mean())


def _distances(unit: FloatArray, indices: FloatArray) -> FloatArray:
    """Return the cosine distance of every example to chosen others, block by block."""
    found = np.empty(indices.shape)
    step = max(1, BLOCK // (indices.shape[1] * unit.shape[1]))
    for start in range(0, len(unit), step):
        part = slice(start, start + step)
        found[part] = 1 - np.einsum("ij,ikj->ik", unit[part], unit[indices[part]])
    return np.maximum(found, 0.0)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    return held_lists(X, {"metric": "cosine", **options}, name=name, function=NAME, again=prepare, unit=True)
