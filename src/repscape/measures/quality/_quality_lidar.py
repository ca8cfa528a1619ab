"""LiDAR: in how many directions groups of views, or classes, stand apart beyond the spread within them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy.linalg import eigh

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import IntArray, jackknife, parts_of_groups, within_bounds
from ._spectra import SAME, FloatArray, effective, noise_spectrum

NAME = "quality_lidar"
LEAST_PARTS = 8
"""Groups from which on leaving some out says how far the value spreads."""


@within_memory
def quality_lidar(
    X: Any,
    groups: Any,
    *,
    delta: float = 1e-4,
    convention: Literal["relative", "paper"] = "relative",
    error: Literal["auto", "jackknife"] | None = "auto",
) -> Estimate:
    r"""Effective rank of the spread between groups in units of the spread within: linear discriminant analysis' own rank [1]_.

    exp of the entropy of the eigenvalues of S_w^-1/2 S_b S_w^-1/2, S_b the covariance of the group means and S_w the mean
    covariance within groups plus delta I.

    Parameters
    ----------
    X : (n, d) array
        Points.
    groups : (n,) array
        Which rows are views of one example, such as its augmentations, prompts or paraphrases; at least 2 groups, and one of
        two rows.
    delta : float > 0
        Keeps S_w invertible.
    convention : {"relative", "paper"}
        "relative": delta counts in units of the mean variance within groups, so that the unit of X says nothing. "paper": as it
        stands; released code takes 1e-4 or 1e-6.
    error : {"auto", "jackknife", None}
        "jackknife": from the values without each of 20 parts of the groups, from 8 groups on.

    Returns
    -------
    Estimate
        value in [1, min(d, groups - 1)]. chance is the value of groups made at random, by the law of Marchenko and Pastur.
        details: "groups"; "between", the trace of S_b over that of S_w.

    Raises
    ------
    DegenerateDataError
        If all group means are identical.
    InputError
        If there are fewer than 2 groups, or no group has 2 rows.

    References
    ----------
    .. [1] Thilak, Huang, Saremi, Dinh, Goh, Nakkiran, Susskind, Littwin (2024). LiDAR: sensing linear probing performance in
       joint embedding SSL architectures. ICLR.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> example = np.repeat(np.arange(500), 4)
    >>> X = np.concatenate([rng.normal(size=(500, 3)), np.zeros((500, 5))], axis=1)[example] + 0.1 * rng.normal(size=(2000, 8))
    >>> round(rs.quality_lidar(X, example).value, 1)
    3.1
    """
    _check.choice(convention, "convention", NAME, ("relative", "paper"))
    _check.choice(error, "error", NAME, ("auto", "jackknife", None))
    _check.number(delta, "delta", NAME, low=0, open_ends="l")
    points = _check.points(X, "X", NAME).astype(np.float64)
    n, d = points.shape
    names, code = _check.codes(groups, "groups", NAME, n=n)
    if names.size < 2 or names.size == n:
        raise InputError(
            f"groups of {NAME} must be at least 2, one of them of 2 rows or more. Got {names.size} groups of {n} rows."
        )
    largest = float(np.abs(points).max())
    points = points - points.mean(axis=0)
    value, between = _lidar(points, code, delta=delta, convention=convention, largest=largest)
    most = float(min(d, names.size - 1))
    spread: dict[str, Any] = {}
    if error is not None and names.size >= LEAST_PARTS:
        without = [np.setdiff1d(np.arange(n), part) for part in parts_of_groups(code)]
        left = [
            _lidar(points[rows], code[rows], delta=delta, convention=convention, largest=largest)[0] for rows in without
        ]
        held, replicates = jackknife(value, left)
        interval = within_bounds(value, held.interval, low=1.0, high=most)
        spread = {"stderr": held.stderr, "interval": interval, "replicates": replicates}
    return Estimate(
        value=min(value, most),
        n=n,
        chance=effective(noise_spectrum(names.size - 1, d)),
        options={"delta": delta, "convention": convention, "error": "jackknife" if spread else None},
        details={"groups": names.size, "between": between},
        **spread,
    )


def _lidar(points: FloatArray, code: IntArray, *, delta: float, convention: str, largest: float) -> tuple[float, float]:
    """Return the effective rank, and the trace between over that within; `largest` entry of the points as they came."""
    code = np.unique(code, return_inverse=True)[1]
    counts = np.bincount(code)
    sums = np.zeros((counts.size, points.shape[1]))
    np.add.at(sums, code, points)
    means = sums / counts[:, None]
    inside = points - means[code]
    apart = means - means.mean(axis=0)
    if np.abs(apart).max() <= SAME * largest:  # sums of the same rows in another order differ by their rounding
        raise DegenerateDataError(f"X of {NAME} must have group means that differ. All {counts.size} are identical.")
    within = inside.T @ inside / points.shape[0]
    trace = float(np.trace(within))
    unit = trace / points.shape[1] if convention == "relative" else 1.0
    between = apart.T @ apart / counts.size
    if unit == 0:  # no spread within at all: any delta whitens alike
        unit = float(np.trace(between)) / points.shape[1]
    ridge = within + delta * unit * np.eye(points.shape[1])
    values = np.maximum(eigh(between, ridge, eigvals_only=True, check_finite=False), 0.0)
    kept = np.sort(values)[::-1][: min(points.shape[1], counts.size - 1)]
    return effective(kept), float(np.trace(between)) / trace if trace else float("inf")
