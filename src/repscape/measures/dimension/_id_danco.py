"""DANCo: the dimension whose uniform ball has nearest neighbours at such distances and such angles."""

from __future__ import annotations

import functools
import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import comb, digamma, ive

from ... import _check
from ...errors import DegenerateDataError
from ...graph import knn_graph
from ...machine import within_memory
from .._result import Estimate
from ._distinct import rows_apart

FloatArray = npt.NDArray[np.float64]
NAME = "id_danco"
MOST = 100
TWO = "a curve reads 2 here as well: on a line all angles are 0 or 180 degrees, which have no law; see id_twonn"


@within_memory
def id_danco(
    X: Any, *, k: int = 10, version: Literal["danco", "distances"] = "danco", most: int | None = None
) -> Estimate:
    r"""Intrinsic dimension by dimensionality from angle and norm concentration [1]_.

    Two laws are fitted: of the distance to the nearest over that to neighbour k + 1, and (von Mises) of the angles between
    neighbours. The value is the dimension whose uniform ball of as many points has laws of the least divergence.

    Parameters
    ----------
    X : (n, d) array
        Points; copies count as one.
    k : int of at least 2
        Neighbours.
    version : {"danco", "distances"}
        "distances": by the first law alone, without samples to compare with; too small in many dimensions.
    most : int, optional
        Dimensions that are tried. None: as many directions as the points have, at most 100, and at most about twice what
        distances say.

    Returns
    -------
    Estimate
        value >= 1, a parabola through the least divergence and its neighbours; where it is in two dimensions, 2, since one
        dimension has no law of angles. No error is known. details: "distances", the dimension by distances alone; "divergence"
        (tried,); "angle", "concentration", the means of the von Mises laws; "note", where 2 is found: curves read so as well.

    Raises
    ------
    DegenerateDataError
        If there are fewer than k + 2 distinct points.
    InputError
        If an option is out of range.

    References
    ----------
    .. [1] Ceruti, Bassis, Rozza, Lombardi, Casiraghi, Campadelli (2014). DANCo: an intrinsic dimensionality estimator
       exploiting angle and norm concentration. Pattern Recognition 47, 2569-2581.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(300, 3)) @ np.eye(3, 6)
    >>> round(rs.id_danco(X).value)
    3
    """
    _check.choice(version, "version", NAME, ("danco", "distances"))
    _check.integer(k, "k", NAME, low=2)
    points = _check.points(X, "X", NAME)
    apart = rows_apart(points)
    rows = np.asarray(points[apart.rows], dtype=np.float64)
    n, d = rows.shape
    if n < k + 2:
        raise DegenerateDataError(
            f"{NAME} with k={k} needs at least {k + 2} distinct points. Got {n} of {len(points)} rows."
        )
    told = _statistics(rows, k)
    usual = min(MOST, max(3, 2 * math.ceil(told[0]) + 3))
    if version == "danco" and most is None:  # columns that say nothing are no dimension to be tried
        usual = min(usual, max(1, int(np.linalg.matrix_rank(rows - rows.mean(axis=0)))))
    tried = 1 if version == "distances" else usual if most is None else most
    _check.integer(tried, "most", NAME, low=1, high=d, why="features")
    divergence = (
        np.array([_divergence(told, _ball(n, k, m), k) for m in range(1, tried + 1)])
        if version == "danco"
        else np.empty(0)
    )
    value = told[0] if version == "distances" else _least(divergence)
    return Estimate(
        value=value,
        n=n,
        dropped=len(points) - n,
        options={"k": k, "version": version, "most": tried, "error": None, **apart.conventions},
        details={
            "distances": told[0],
            "divergence": divergence,
            "angle": told[1],
            "concentration": told[2],
            "note": TWO if value == 2 and tried > 1 else "",
        },
    )


def _statistics(rows: FloatArray, k: int) -> tuple[float, float, float]:
    """Return the dimension by distances, and the mean angle and concentration of the neighbours of each point."""
    graph = knn_graph(rows, k + 1)
    lengths, indices = np.asarray(graph.distances), np.asarray(graph.indices)
    log_rho = np.log(lengths[:, 0] / lengths[:, k])
    dimension = _by_distances(log_rho[log_rho < 0], k)
    one, other = np.triu_indices(k, 1)
    angle, concentration = np.empty(len(rows)), np.empty(len(rows))
    for i, near in enumerate(indices[:, :k]):
        arms = rows[near] - rows[i]
        arms = arms / np.linalg.norm(arms, axis=1, keepdims=True)
        theta = np.arccos(np.clip(np.einsum("ij,ij->i", arms[one], arms[other]), -1.0, 1.0))
        sine, cosine = float(np.sin(theta).mean()), float(np.cos(theta).mean())
        angle[i] = math.atan2(sine, cosine)
        concentration[i] = _concentration(math.hypot(sine, cosine))
    return dimension, float(angle.mean()), float(concentration.mean())


def _by_distances(log_rho: FloatArray, k: int) -> float:
    """Maximise the likelihood k d rho^(d-1) (1 - rho^d)^(k-1) over d."""

    def loss(log_d: float) -> float:
        d = math.exp(log_d)
        return -(
            log_rho.size * log_d + d * float(log_rho.sum()) + (k - 1) * float(np.log(-np.expm1(d * log_rho)).sum())
        )

    return math.exp(
        float(
            minimize_scalar(loss, bounds=(math.log(1e-2), math.log(1e4)), method="bounded", options={"xatol": 1e-10}).x
        )
    )


def _concentration(length: float) -> float:
    """Return von Mises' concentration for a mean resultant length, by Fisher's approximation."""
    if length < 0.53:
        return 2 * length + length**3 + 5 * length**5 / 6
    if length < 0.85:
        return -0.4 + 1.39 * length + 0.43 / (1 - length)
    return 1 / (length**3 - 4 * length**2 + 3 * length) if length < 1 else 1e6


@functools.lru_cache(maxsize=512)
def _ball(n: int, k: int, d: int) -> tuple[float, float, float]:
    """Return the statistics of n points of the uniform ball of d dimensions; they depend on n, k and d alone."""
    rng = np.random.default_rng([n, k, d])
    points = rng.normal(size=(n, d))
    points *= rng.random(size=(n, 1)) ** (1 / d) / np.linalg.norm(points, axis=1, keepdims=True)
    return _statistics(points, k)


def _divergence(told: tuple[float, float, float], ball: tuple[float, float, float], k: int) -> float:
    """Return the divergence of both laws of a ball from those of the points."""
    ratio = ball[0] / told[0]
    at = np.arange(k + 1)
    alternating = float((np.where(at % 2, -1.0, 1.0) * comb(k, at) * digamma(1 + at / ratio)).sum())
    lengths = float((1 / np.arange(1, k + 1)).sum()) * ratio - math.log(ratio) - (k - 1) * alternating
    nu, tau = told[1:]
    nu_ball, tau_ball = ball[1:]
    bessel = math.log(float(ive(0, tau_ball)) / float(ive(0, tau))) + tau_ball - tau
    angles = bessel + float(ive(1, tau) / ive(0, tau)) * (tau - tau_ball * math.cos(nu - nu_ball))
    return lengths + angles


def _least(divergence: FloatArray) -> float:
    """Return where a parabola through the least value and its neighbours is least, counted from 1."""
    place = int(divergence.argmin())
    if (
        not 1 < place < divergence.size - 1
    ):  # one dimension, which has no law of angles, is on no parabola with the others
        return float(place + 1)
    before, here, after = divergence[place - 1 : place + 2]
    bend = before - 2 * here + after
    return float(place + 1 + (0.5 * (before - after) / bend if bend > 0 else 0.0))
