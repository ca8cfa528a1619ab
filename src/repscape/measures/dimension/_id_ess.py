"""ESS: a local dimension from how askew the neighbours of a point stand to one another."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from ... import _check
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ._distinct import near_distances, rows_apart
from ._local_dimension import AVERAGES, DEPTH, local_estimate

FloatArray = npt.NDArray[np.float64]
NAME = "id_ess"
HIGHEST = 4096


@within_memory
def id_ess(
    X: Any,
    *,
    k: int = 30,
    average: Literal["mean", "median", "harmonic"] = "mean",
    error: Literal["auto", "sandwich"] | None = "auto",
) -> Estimate:
    r"""Intrinsic dimension by expected simplex skewness: the mean sine of the angle between neighbours about their centre [1]_.

    Two random directions of d dimensions have an expected sine of Gamma(d/2)^2 / (Gamma((d+1)/2) Gamma((d-1)/2)); the mean
    over all pairs of neighbours, each weighing the product of their lengths, is held against it.

    Parameters
    ----------
    X : (n, d) array
        Points; copies count as one.
    k : int of at least 3
        Neighbours, all pairs of which are read. The mean of k vectors is taken off them, which makes the value a little too
        small for k near the dimension.
    average : {"mean", "median", "harmonic"}
        How the dimensions of points become one; "mean" is the peers'.
    error : {"auto", "sandwich", None}
        "sandwich": the neighbour sandwich over the nearest k / 2; it was found at half of the spread where the dimension varies
        over the points, so that "auto" is None.

    Returns
    -------
    Estimate
        value >= 1, linear between whole dimensions. per_point (rows,): the local dimension. details: "quartiles" (3,) of it;
        "undefined"; "distance", the mean distance to neighbour k; "skewness", the mean sine.

    Raises
    ------
    DegenerateDataError
        If there are too few distinct points.
    InputError
        If an option is out of range.

    References
    ----------
    .. [1] Johnsson, Soneson, Fontes (2015). Low bias local intrinsic dimension estimation from expected simplex skewness. IEEE
       Transactions on Pattern Analysis and Machine Intelligence 37, 196-202.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((400, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_ess(X).value)
    2
    """
    _check.choice(average, "average", NAME, AVERAGES)
    asked = None if _check.choice(error, "error", NAME, ("auto", "sandwich", None)) == "auto" else error
    _check.integer(k, "k", NAME, low=3)
    points = _check.points(X, "X", NAME)
    near = near_distances(points, k, duplicates="merge", function=NAME, deeper=DEPTH)
    distinct = np.asarray(points[rows_apart(points).rows], dtype=np.float64)
    indices = np.asarray(near.indices)[:, :k]
    skew = np.array([_skewness(distinct[rows]) for rows in indices])
    found = local_estimate(
        _dimension(skew),
        near,
        k=k,
        average=average,
        error=asked,
        function=NAME,
        options={},
    )
    return _with_skewness(found, float(skew.mean()))


def _with_skewness(found: Estimate, mean: float) -> Estimate:
    from dataclasses import replace

    return replace(found, details={**found.details, "skewness": mean})


def _skewness(around: FloatArray) -> float:
    """Return the summed areas between all pairs of vectors from the centre, over the summed products of their lengths."""
    vectors = around - around.mean(axis=0)
    vectors = vectors / np.abs(vectors).max()
    gram = vectors @ vectors.T
    one, other = np.triu_indices(len(vectors), 1)
    lengths = np.sqrt(np.diag(gram))
    weights = lengths[one] * lengths[other]
    areas = np.sqrt(np.maximum(weights**2 - gram[one, other] ** 2, 0.0))
    return float(areas.sum() / weights.sum())


def _dimension(skew: FloatArray) -> FloatArray:
    """Return the dimension of each mean sine, linear between whole ones."""
    highest = 32
    while highest < HIGHEST and expected_sine(highest) < skew.max():
        highest *= 2
    if expected_sine(highest) < skew.max():
        raise InputError(f"X of {NAME} has neighbours at right angles to each other: more than {HIGHEST} dimensions.")
    at = np.arange(1, highest + 1)
    found: FloatArray = np.interp(skew, [expected_sine(int(d)) for d in at], at)
    return found


def expected_sine(d: int) -> float:
    """Return the mean sine of the angle between two random directions of d dimensions."""
    if d == 1:
        return 0.0
    return math.exp(2 * float(gammaln(d / 2)) - float(gammaln((d + 1) / 2)) - float(gammaln((d - 1) / 2)))
