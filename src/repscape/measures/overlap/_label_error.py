"""The error of label overlap: what leaving out each point changes, less what that counts twice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._result import normal_interval
from ..uncertainty import pair_surplus, spread_by_influence, within_bounds
from ._label_null import Lists
from ._overlap_label_kernels import add_absence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST_COUNTED = 3
"""How often the influence can count the noise of a pair: for either point, and for the neighbour that would move up."""


def weights_of(code: IntArray, weights: str) -> FloatArray:
    """Return the (n,) weight of each point in the mean."""
    if weights == "points":
        return np.ones(code.size)
    return 1 / np.bincount(code)[code]


def entered(per_point: FloatArray, code: IntArray, weights: str) -> tuple[FloatArray, FloatArray]:
    """Return each point's weight, 1 on average, and the mean that its share enters: of all points, or of its class."""
    share = weights_of(code, weights)
    share = share * (code.size / share.sum())
    if weights == "points":
        return share, np.full(code.size, per_point.mean())
    return share, (np.bincount(code, weights=per_point) / np.bincount(code))[code]


def weighted_mean(values: FloatArray, share: FloatArray) -> float:
    """Return the mean of values (n,) with weights share (n,)."""
    return float((share * values).sum() / share.sum())


def spread_of_labels(  # house: what the value is made of
    per_point: FloatArray,
    code: IntArray,
    lists: Lists,
    *,
    wanted: IntArray,
    weights: str,
    error: str | None,
    groups: IntArray | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of the error and the options that name it; `groups` (n,): examples that come and go together."""
    value = weighted_mean(per_point, weights_of(code, weights))
    if error is None:
        return {}, {"error": None}
    if error == "naive":
        stderr = naive_error(per_point, code, weights)
        return _bounded({"stderr": stderr, "interval": normal_interval(value, stderr)}, value), {"error": "naive"}
    share, own = entered(per_point, code, weights)
    influence, stored = leave_one_out(lists, code, wanted, per_point=per_point, weights=weights)
    named = {"error": "influence", "next_neighbor": "stored" if stored.all() else "expected"}
    if groups is not None:  # noise of pairs within groups counts in full
        named["error"] = "influence over groups"
        return _bounded(spread_by_influence(value, influence, groups=groups), value), named
    surplus = pair_surplus(lists.indices, code, wanted=wanted, stored=stored, weight=share / wanted, own=own)
    counted = float(influence.var(ddof=1)) / code.size
    stderr = math.sqrt(max(counted - surplus / code.size**2, counted / MOST_COUNTED))
    return _bounded(spread_by_influence(value, influence, stderr=stderr), value), named


def _bounded(spread: dict[str, Any], value: float) -> dict[str, Any]:
    return {**spread, "interval": within_bounds(value, spread["interval"], low=0.0, high=1.0)}


def leave_one_out(
    lists: Lists, code: IntArray, wanted: IntArray, *, per_point: FloatArray, weights: str
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the influence (n,) of each point on the value, and whether its next neighbour was stored.

    To first order n (value - value without i) + value: i's own deviation from the mean that it enters (of all points, or of
    its class), and what its place in the lists of others is worth, less what the next neighbour there would be. A class may be
    small: that one of its m members is gone changes what the others weigh by m / (m - 1), and a class of one goes with it.
    """
    members, rows = np.bincount(code), np.arange(code.size)
    share, own = entered(per_point, code, weights)
    value = weighted_mean(per_point, share)
    stored = lists.lengths > wanted
    after = np.minimum(wanted, lists.indices.shape[1] - 1)
    last = (code[lists.indices[rows, wanted - 1]] == code).astype(np.float64)
    usual = np.bincount(code, weights=last) / members
    following = np.where(stored, code[lists.indices[rows, after]] == code, usual[code])
    alone = np.ones(code.size) if weights == "points" else members[code] / np.maximum(members[code] - 1, 1)
    influence = value + share * alone * (per_point - own)
    if weights == "classes":
        single = members[code] == 1
        influence[single] = value + (code.size / max(members.size - 1, 1)) * (per_point[single] - value)
    weight = share / wanted
    add_absence(lists.indices, code, wanted, following, weight, weight * alone, influence)
    return influence, stored


def naive_error(per_point: FloatArray, code: IntArray, weights: str) -> float:
    """Return the error for points that are independent, within classes where classes weigh alike: the peers' value."""
    if weights == "points":
        return float(per_point.std(ddof=1) / math.sqrt(per_point.size))
    members = np.bincount(code)
    mean = np.bincount(code, weights=per_point) / members
    squares = np.bincount(code, weights=(per_point - mean[code]) ** 2)
    return float(math.sqrt((squares / np.maximum(members - 1, 1) / members).sum()) / members.size)
