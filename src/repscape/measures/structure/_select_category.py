"""Category selectivity: are points of one group more similar to each other than to points of other groups?

Sums over pairs come from sums over groups, so the cost is that of reading the points; no matrix of pairs is held.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ... import _check, _random
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..points import rows_of, unit_rows
from ..uncertainty import error_groups, shuffle_null, usual_permutations

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "select_category"
MOVED = {True: "the groups", False: "whole families"}
SHOWN = 300
"""Up to so many points the single similarities are kept, for strip plots."""


@within_memory
def select_category(
    X: Any,
    groups: Any,
    *,
    metric: Literal["cosine", "correlation"] = "cosine",
    axis: Literal["examples", "units"] = "examples",
    error: Literal["auto", "jackknife"] | None = "auto",
    families: Any = None,
    permutations: int | None = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Ratio of the mean similarity within groups to the mean similarity between groups.

    Within: the mean over the pairs of each group, then over the groups. Between: the mean over the pairs of points of each two
    groups, then over the pairs of groups, so that large groups do not count for more.

    Parameters
    ----------
    X : (n, d) array
        Points.
    groups : (n,) array
        Group of each point; at least two groups, none with one point only.
    metric : {"cosine", "correlation"}
        Similarity of two points: the cosine of their angle, or of their angle once each row's mean is taken off.
    axis : {"examples", "units"}
        "units": the units (columns) are the points, and `groups` names the group of each.
    error : {"auto", "jackknife", None}
        "jackknife": from leaving out each point in turn; needs groups of at least 3. "auto": the same where that holds, else
        None.
    families : (n,) array, optional
        Points that come and go together (authors, near-copies of a stimulus), at least 8 families: the error leaves out each
        family in turn, and shuffles let whole families change places.
    permutations : int, optional
        Shuffles of the groups, for p_value: 199 by default, or as many other arrangements as there are. They use within minus
        between: the ratio explodes as between nears 0.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value, the ratio; 1 means no selectivity, higher means that groups stand together more (while between is positive).
        chance is 1. details: "within", "between", "difference" (within minus between), "groups" (g,), "by_group" (g,), the
        mean within each group, "between_by_group" (g,), the mean between each group and the others; and, up to 300 points,
        "pairs_within" with "pairs_group" (the place of the pair's group in "groups") and "pairs_between", every single
        similarity.

    Raises
    ------
    InputError
        If a group has one point only, there is one group only, or a row has no direction.
    DegenerateDataError
        If the mean similarity between groups is 0, so that there is no ratio.

    References
    ----------
    .. [1] Kriegeskorte, Mur, Bandettini (2008). Representational similarity analysis. Frontiers in Systems Neuroscience 2.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.array([[2.0, 1.0], [2.0, 1.1], [1.0, 2.0], [1.1, 2.0]])
    >>> found = rs.select_category(X, ["animal", "animal", "tool", "tool"])
    >>> round(found.value, 2), round(found.details["between"], 2)
    (1.21, 0.82)
    """
    _check.choice(metric, "metric", NAME, ("cosine", "correlation"))
    _check.choice(error, "error", NAME, ("auto", "jackknife", None))
    if permutations is not None:
        _check.integer(permutations, "permutations", NAME, low=0)
    points = rows_of(X, "X", NAME, axis=axis)
    names, code = _check.codes(groups, "groups", NAME, n=points.shape[0])
    sizes = np.bincount(code)
    together = error_groups(families, code.size, error=error, function=NAME, name="families")
    _enough(names, sizes)
    unit = unit_rows(points.astype(np.float64), "X", NAME, centre=metric == "correlation")
    within, between = _means(unit, code, sizes)
    if abs(between) <= 1e-12:
        raise DegenerateDataError(
            f"{NAME} has no ratio: the mean similarity between groups is 0 (within: {within.mean():.3g})."
        )
    value, difference = float(within.mean() / between), float(within.mean() - between)
    if permutations is None:
        permutations = usual_permutations(code.size, groups=together)
    null = None
    if permutations:
        drawn: dict[str, Any] = {"permutations": permutations, "rng": _random.generator(rng, NAME), "groups": together}
        null = shuffle_null(lambda order: _difference(unit, code[order], sizes), code.size, value=difference, **drawn)
    stderr = None if error is None else _jackknife(unit, code, together, required=error == "jackknife")
    return Estimate(
        value=value,
        n=code.size,
        stderr=stderr,
        interval=None if stderr is None else normal_interval(value, stderr),
        p_value=None if null is None else null.p_value,
        chance=1.0,
        options={
            "metric": metric,
            "axis": axis,
            "error": None if stderr is None else "jackknife" if together is None else "jackknife of families",
            "null": None
            if null is None
            else f"{permutations} shuffles of {MOVED[together is None]}, within minus between",
        },
        details={
            "within": float(within.mean()),
            "between": between,
            "difference": difference,
            "groups": np.array([str(name) for name in names]),
            "by_group": within,
            "between_by_group": _between_each(unit, code, sizes),
            **(_pairs(unit, code) if code.size <= SHOWN else {}),
        },
    )


def _enough(names: npt.NDArray[Any], sizes: IntArray) -> None:
    if names.size < 2:
        raise InputError(f"groups of {NAME} must name at least 2 groups. Got only {str(names[0])!r}.")
    alone = [str(name) for name, size in zip(names, sizes, strict=True) if size == 1]
    if alone:
        raise InputError(
            f"groups of {NAME} must have at least 2 points each. {', '.join(map(repr, alone[:10]))} "
            f"{'has' if len(alone) == 1 else 'have'} one; leave out such points or merge groups."
        )


def _centres(unit: FloatArray, code: IntArray, sizes: IntArray) -> FloatArray:
    """Return the (g, d) mean of the points of each group; inner products of centres are means over pairs of points."""
    member = csr_array((1 / sizes[code], (code, np.arange(code.size))), shape=(sizes.size, code.size))
    return np.asarray(member @ unit)


def _means(unit: FloatArray, code: IntArray, sizes: IntArray) -> tuple[FloatArray, float]:
    """Return the mean similarity within each group, and between groups."""
    centres = _centres(unit, code, sizes)
    squares, whole = np.einsum("ij,ij->i", centres, centres), centres.sum(axis=0)
    between = float(whole @ whole - squares.sum()) / (sizes.size * (sizes.size - 1))
    return (sizes * squares - 1) / (sizes - 1), between  # a point with itself, similarity 1, is left out


def _difference(unit: FloatArray, code: IntArray, sizes: IntArray) -> float:
    within, between = _means(unit, code, sizes)
    return float(within.mean() - between)


def _between_each(unit: FloatArray, code: IntArray, sizes: IntArray) -> FloatArray:
    """Return, for each group, the mean over the other groups of its similarity with them."""
    centres = _centres(unit, code, sizes)
    away: FloatArray = np.einsum("ij,ij->i", centres, centres.sum(axis=0) - centres) / (sizes.size - 1)
    return away


def _jackknife(unit: FloatArray, code: IntArray, families: IntArray | None, *, required: bool) -> float | None:
    """Return the error from leaving out each point or family in turn (only what its own groups give changes)."""
    together = np.arange(code.size) if families is None else families
    sizes, count = np.bincount(code), int(together.max()) + 1
    gone = np.zeros((count, sizes.size), dtype=np.int64)  # how many of each group go with each
    np.add.at(gone, (together, code), 1)
    least = int((sizes - gone.max(axis=0)).min())
    if least < 2 and families is not None:
        raise InputError(
            f"families of {NAME} must leave at least 2 points of each group, whichever family is left out. Got {least}."
        )
    if least < 2 and required:
        raise InputError(
            f"error='jackknife' of {NAME} needs groups of at least 3 points. The smallest has {sizes.min()}."
        )
    if least < 2:
        return None
    g, centres = sizes.size, _centres(unit, code, sizes)
    squares, whole = np.einsum("ij,ij->i", centres, centres), centres.sum(axis=0)
    within, (order, ends) = (sizes * squares - 1) / (sizes - 1), _sorted(together, count)
    ratios = np.empty(count)
    for one in range(count):
        rows = order[ends[one] : ends[one + 1]]
        hit = np.flatnonzero(gone[one])
        left = (sizes[hit] - gone[one, hit]).astype(np.float64)
        lost = np.stack([unit[rows[code[rows] == held]].sum(axis=0) for held in hit])
        moved = (sizes[hit, None] * centres[hit] - lost) / left[:, None]
        length = np.einsum("ij,ij->i", moved, moved)
        rest = whole + (moved - centres[hit]).sum(axis=0)
        inside = within.sum() - within[hit].sum() + ((left * length - 1) / (left - 1)).sum()
        outside = rest @ rest - squares.sum() + squares[hit].sum() - length.sum()
        ratios[one] = (inside / g) / (outside / (g * (g - 1)))
    return math.sqrt((count - 1) / count * float(((ratios - ratios.mean()) ** 2).sum()))


def _sorted(together: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Return the rows by set, and where each set begins and ends."""
    ends = np.concatenate([[0], np.cumsum(np.bincount(together, minlength=count))])
    return np.argsort(together, kind="stable"), ends


def _pairs(unit: FloatArray, code: IntArray) -> dict[str, npt.NDArray[Any]]:
    """Return every similarity, within groups with the group, and between groups."""
    first, second = np.triu_indices(code.size, 1)
    values = np.clip((unit @ unit.T)[first, second], -1.0, 1.0)
    same = code[first] == code[second]
    return {"pairs_within": values[same], "pairs_group": code[first][same], "pairs_between": values[~same]}
