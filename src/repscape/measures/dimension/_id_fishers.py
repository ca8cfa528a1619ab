"""FisherS: the dimension in which points on a sphere would be as easily set apart by hyperplanes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import svd
from scipy.special import lambertw

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ._distinct import rows_apart

FloatArray = npt.NDArray[np.float64]
NAME = "id_fishers"
ALPHAS = tuple(round(0.6 + 0.02 * i, 2) for i in range(20))
BLOCK = 1024


@within_memory
def id_fishers(X: Any, *, condition: float = 10.0) -> Estimate:
    r"""Intrinsic dimension by Fisher separability: which sphere has as many points that a linear rule cannot set apart [1]_.

    The points are centred, brought to the principal directions of more than 1 / condition of the largest variance, whitened and
    set on the unit sphere. p(alpha) is the share of pairs with a cosine above alpha; n(alpha) the dimension of a uniform sphere
    of the same p. The value is n at the alpha nearest to .9 of the largest at which some pair is inseparable.

    Parameters
    ----------
    X : (n, d) array
        Points; copies count as one.
    condition : float > 1
        Of the covariance that is kept.

    Returns
    -------
    Estimate
        value > 0. Where no pair is inseparable at any alpha, so that peers give NaN, it is the dimension that half a pair
        would give, a lower bound: details["bound"] is then True. details: "alphas" (20,), "dimensions" (20,), NaN where no pair
        is inseparable, "inseparable" (20,) shares, "components" kept, "alpha". No error is known.

    Raises
    ------
    DegenerateDataError
        If there are fewer than 3 distinct points.
    InputError
        If condition is out of range.

    References
    ----------
    .. [1] Albergante, Bac, Zinovyev (2019). Estimating the effective dimension of large biological datasets using Fisher
       separability analysis. IJCNN.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> round(rs.id_fishers(np.random.default_rng(0).normal(size=(2000, 5))).value)
    5
    """
    _check.number(condition, "condition", NAME, low=1, open_ends="l")
    points = _check.points(X, "X", NAME)
    apart = rows_apart(points)
    rows = np.asarray(points[apart.rows], dtype=np.float64)
    if rows.shape[0] < 3:
        raise DegenerateDataError(
            f"{NAME} needs at least 3 distinct points. Got {rows.shape[0]} of {len(points)} rows."
        )
    scale = np.abs(rows - rows.mean(axis=0)).max()
    left, lengths, _ = svd((rows - rows.mean(axis=0)) / scale, full_matrices=False, check_finite=False)
    kept = lengths**2 > lengths[0] ** 2 / condition
    unit = left[:, kept]
    norms = np.linalg.norm(unit, axis=1, keepdims=True)
    unit = unit / np.where(norms > 0, norms, 1.0)
    n, alphas = rows.shape[0], np.array(ALPHAS)
    shares = _inseparable(unit, alphas) / (n * (n - 1))
    dimensions = _sphere(shares, alphas)
    told = np.isfinite(dimensions)
    bound = not told.any()
    if bound:
        value, alpha = float(_sphere(np.full(alphas.size, 1 / (n * (n - 1))), alphas)[0]), float(alphas[0])
    else:
        off = np.abs(alphas - 0.9 * alphas[told].max())
        nearest = told & (off <= off.min() + 1e-12)
        value = float(dimensions[nearest].max()) if nearest.any() else float(dimensions[told].max())
        alpha = float(alphas[nearest].max()) if nearest.any() else float(alphas[told].max())
    return Estimate(
        value=value,
        n=n,
        dropped=len(points) - n,
        options={"condition": condition, "error": None, **apart.conventions},
        details={
            "alphas": alphas,
            "dimensions": dimensions,
            "inseparable": shares,
            "components": int(kept.sum()),
            "alpha": alpha,
            "bound": bound,
        },
    )


def _inseparable(unit: FloatArray, alphas: FloatArray) -> FloatArray:
    """Return (m,) how many ordered pairs have a cosine of at least each alpha."""
    counts = np.zeros(alphas.size)
    for start in range(0, len(unit), BLOCK):
        block = unit[start : start + BLOCK] @ unit.T
        block[np.arange(len(block)), start + np.arange(len(block))] = -1.0
        high = np.sort(block[block >= alphas[0]])
        counts += high.size - np.searchsorted(high, alphas, side="left")
    return counts


def _sphere(shares: FloatArray, alphas: FloatArray) -> FloatArray:
    """Return (m,) dimensions of uniform spheres with these shares; NaN where a share is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        w = np.log(1 - alphas**2)
        found = np.real(lambertw(-w / (2 * np.pi * shares**2 * alphas**2 * (1 - alphas**2)))) / -w
    return np.where((shares > 0) & np.isfinite(found), found, np.nan)
