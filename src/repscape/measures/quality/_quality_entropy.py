"""Entropy of the directions that the rows of a prompt, or of a whole set, look into."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from scipy.special import logsumexp

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ..points import unit_rows
from ..uncertainty import spread_by_influence, within_bounds
from ._spectra import FloatArray, Spectrum, noise_spectrum, spectrum

NAME = "quality_entropy"


@within_memory
def quality_entropy(
    X: Any,
    *,
    groups: Any = None,
    order: float = 1.0,
    centre: bool = False,
    normalise: bool = True,
    error: Literal["auto", "influence"] | None = "auto",
) -> Estimate:
    r"""Matrix entropy of rows of length 1: of each prompt's tokens, or of all rows as one set [1]_.

    With Z the rows scaled to length 1, the entropy is that of the eigenvalues of Z Z' / rows, which add up to 1: of order alpha
    log(sum l^alpha) / (1 - alpha), and -sum l log l for alpha = 1. Divided by log min(rows, d), the most it can be, it lies in
    [0, 1].

    Parameters
    ----------
    X : (n, d) array
        Rows, none of them 0.
    groups : (n,) array, optional
        The prompt of each row, whose mean is taken; prompts of one row have no entropy and are left out. None: all rows are one
        set.
    order : float > 0
        alpha of Renyi's entropy; infinite: minus the logarithm of the largest eigenvalue.
    centre : bool
        Take the mean of the unit rows off first; the most is then log min(rows - 1, d).
    normalise : bool
        Divide by the most; False leaves nats.
    error : {"auto", "influence", None}
        "influence": over prompts; of one set, from the derivative of the value by each row.

    Returns
    -------
    Estimate
        value in [0, 1], or in nats: 0 where all rows look into one direction. chance is the value of noise of the same shape,
        by the law of Marchenko and Pastur. dropped: rows left out. details: "entropy", in nats, "most", what it could be at
        most (means over prompts), "prompts" how many.

    Raises
    ------
    DegenerateDataError
        If no prompt has two rows, or with `centre` the rows of a prompt are all alike.
    InputError
        If order is out of range, or a row is 0.

    References
    ----------
    .. [1] Skean, Arefin, Zhao, Patel, Naghiyev, LeCun, Shwartz-Ziv (2025). Layer by layer: uncovering hidden representations in
       language models. ICML.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 10))
    >>> round(rs.quality_entropy(X).value, 2), round(rs.quality_entropy(X + 20).value, 2)
    (1.0, 0.01)
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    for name, given in (("centre", centre), ("normalise", normalise)):
        _check.choice(given, name, NAME, (True, False))
    if order != math.inf:
        _check.number(order, "order", NAME, low=0, open_ends="l")
    unit = unit_rows(_check.points(X, "X", NAME).astype(np.float64), "X", NAME)
    n, d = unit.shape
    code = np.zeros(n, dtype=np.int64) if groups is None else _check.codes(groups, "groups", NAME, n=n)[1]
    parts = [rows for rows in _parts(code) if rows.size > 1 and min(rows.size - centre, d) > 1]
    if not parts:
        raise DegenerateDataError(
            f"{NAME} needs a prompt of {2 + centre} rows and 2 features at least: of fewer the entropy is not defined."
        )
    found = [_entropy(unit[rows], float(order), centre) for rows in parts]
    most = np.array([math.log(min(rows.size - centre, d)) for rows in parts])
    noise = np.array([_renyi(noise_spectrum(rows.size - centre, d), float(order)) for rows in parts])
    nats = np.minimum([entropy for entropy, _ in found], most)  # rounding
    by_part = nats / most if normalise else nats
    value = float(by_part.mean())
    spread: dict[str, Any] = {}
    if error is not None and len(parts) > 1:
        spread = spread_by_influence(value, by_part)
        spread.pop("replicates")  # of prompts, not of rows
    elif error is not None and n > d:
        spread = spread_by_influence(value, _influence(found[0][1], float(order)) / (most[0] if normalise else 1.0))
    if spread:
        high = 1.0 if normalise else math.inf
        spread["interval"] = within_bounds(value, spread["interval"], low=0.0, high=high)
    used = sum(rows.size for rows in parts)
    return Estimate(
        value=value,
        n=used,
        chance=float((noise / most if normalise else noise).mean()),
        dropped=n - used,
        options={
            "of": "set" if groups is None else "prompts",
            "order": float(order),
            "centre": centre,
            "normalise": normalise,
            "error": "influence" if spread else None,
        },
        details={"entropy": float(nats.mean()), "most": float(most.mean()), "prompts": len(parts)},
        **spread,
    )


def _parts(code: np.ndarray) -> list[np.ndarray]:
    return np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])


def _entropy(unit: FloatArray, order: float, centre: bool) -> tuple[float, Spectrum]:
    held = spectrum(unit, centred=centre, function=NAME)
    return max(0.0, _renyi(held.shares, order)), held


def _renyi(shares: FloatArray, order: float) -> float:
    shares = shares[shares > 0]
    if order == 1:
        return float(-(shares * np.log(shares)).sum())
    if order == math.inf:
        return float(-np.log(shares.max()))
    logs = np.log(shares)
    if abs(order - 1) < 0.5:  # the sum is nearly 1, and what it is beside 1 decides
        return float(np.log1p((shares * np.expm1((order - 1) * logs)).sum()) / (1 - order))
    return float(logsumexp(order * logs) / (1 - order))


def _influence(held: Spectrum, order: float) -> FloatArray:
    """Return the (n,) derivative of the entropy by the weight of each row, times n."""
    shares = held.shares
    moved = shares * (held.squares - 1)  # of each share
    moved = moved - shares * moved.sum(axis=1, keepdims=True)
    if order == 1:
        slope = -np.log(shares)
    elif order == math.inf:
        slope = np.where(np.arange(shares.size) == 0, -1 / shares[0], 0.0)
    else:
        logs = np.log(shares)
        slope = order / (1 - order) * np.exp((order - 1) * logs - logsumexp(order * logs))
    found: FloatArray = moved @ slope
    return found
