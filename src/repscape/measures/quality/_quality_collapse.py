"""Neural collapse by layer: how far classes have shrunk to points that stand evenly apart."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import deleted_parts, jackknife, within_bounds
from ._class_spread import ClassSpread, classes_of

NAME = "quality_collapse"
SHUFFLES = 20
STATISTICS = ("nc1", "cdnv", "nearest_mean", "equiangularity")
BOUNDED = {"nc1": np.inf, "cdnv": np.inf, "nearest_mean": 1.0, "equiangularity": 2.0}


@within_memory
def quality_collapse(
    X: Any,
    labels: Any,
    *,
    statistic: Literal["nc1", "cdnv", "nearest_mean", "equiangularity"] = "nc1",
    debiased: bool = False,
    error: Literal["auto", "jackknife"] | None = "auto",
) -> Estimate:
    r"""Spread within classes over the spread between them, tr(S_W pinv(S_B)) / C, and three more signs of collapse [1]_.

    Parameters
    ----------
    X : (n, d) array
        Points.
    labels : (n,) array
        Class of each point: at least two classes of two points.
    statistic : {"nc1", "cdnv", "nearest_mean", "equiangularity"}
        Which is the value; all are in the details. "nc1": S_W is the mean covariance within classes, S_B that of the class
        means about their own mean, its inverse cut to min(C - 1, d) directions. "cdnv": mean over pairs of classes of (var_1
        + var_2) / (2 norm(m_1 - m_2)^2) [2]_. "nearest_mean": share of points that are nearest to the mean of their own class,
        itself left out of it. "equiangularity": mean over pairs of ``|cos(m_1, m_2) + 1 / (C - 1)|``, 0 where the means stand
        evenly apart.
    debiased : bool
        For "cdnv": take var / n_c, what sampling adds, off the squared distance; NaN where a pair has nothing left.
    error : {"auto", "jackknife", None}
        "jackknife": from the values without each of 20 random parts of the points, where no class loses all but one.

    Returns
    -------
    Estimate
        value >= 0. chance is the median over 20 random orders of the labels: of "nc1" near n_c (C - 1) / d for C classes of
        n_c in many dimensions d of equal variance, n_c d / C in few; of "cdnv" n_c / 2, of "nearest_mean" 1 / C. details:
        "nc1", "cdnv", "cdnv_debiased", "nearest_mean", "equiangularity", and "equinorm", the standard deviation of the
        lengths of the class means over their mean.

    Raises
    ------
    DegenerateDataError
        If all class means are identical.
    InputError
        If there are fewer than two classes, or a class has one point.

    References
    ----------
    .. [1] Papyan, Han, Donoho (2020). Prevalence of neural collapse during the terminal phase of deep learning training. PNAS
       117, 24652-24663.
    .. [2] Galanti, Gyorgy, Hutter (2022). On the role of neural collapse in transfer learning. ICLR.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> labels = np.repeat(np.arange(3), 50)
    >>> X = np.eye(3)[labels] + 0.01 * np.random.default_rng(0).normal(size=(150, 3))
    >>> found = rs.quality_collapse(X, labels)
    >>> found.value < 0.001 < 10 < found.chance, found.details["nearest_mean"]
    (True, 1.0)
    """
    _check.choice(statistic, "statistic", NAME, STATISTICS)
    _check.choice(error, "error", NAME, ("auto", "jackknife", None))
    if _check.choice(debiased, "debiased", NAME, (True, False)) and statistic != "cdnv":
        raise InputError(f"debiased=True of {NAME} goes with statistic='cdnv' only. Got statistic={statistic!r}.")
    held, names = classes_of(X, labels, NAME)
    details = _all(held)
    key = "cdnv_debiased" if debiased else statistic
    value = details[key]
    return Estimate(
        value=value,
        n=held.code.size,
        chance=_shuffled(held, key),
        options={"statistic": statistic, "debiased": debiased, **{"error": "jackknife" if error else None}},
        details={**details, "classes": names.size},
        **(_spread(held, key, value=value, high=BOUNDED[statistic]) if error else {}),
    )


def _all(held: ClassSpread) -> dict[str, float]:
    plain, debiased = _cdnv(held)
    angles, norms = _evenness(held)
    return {
        "nc1": held.nc1(),
        "cdnv": plain,
        "cdnv_debiased": debiased,
        "nearest_mean": _nearest_mean(held),
        "equiangularity": angles,
        "equinorm": norms,
    }


def _cdnv(held: ClassSpread) -> tuple[float, float]:
    """Return the mean over pairs, and the same with the squared distances less what sampling adds."""
    variances, counts = held.variances(), held.counts
    one, other = np.triu_indices(counts.size, 1)
    apart = ((held.means[one] - held.means[other]) ** 2).sum(axis=1)
    unbiased = variances * counts / np.maximum(counts - 1, 1)
    left = apart - unbiased[one] / counts[one] - unbiased[other] / counts[other]
    with np.errstate(divide="ignore"):
        plain = float(((variances[one] + variances[other]) / (2 * apart)).mean())
    if (left <= 0).any():
        return plain, float("nan")
    return plain, float(((unbiased[one] + unbiased[other]) / (2 * left)).mean())


def _nearest_mean(held: ClassSpread) -> float:
    """Return the share of points nearest to the mean of their class; without itself that mean stands farther off."""
    squares = (held.points**2).sum(axis=1)[:, None] - 2 * held.points @ held.means.T + (held.means**2).sum(axis=1)
    rows = np.arange(held.code.size)
    size = held.counts[held.code].astype(np.float64)
    squares[rows, held.code] *= (size / np.maximum(size - 1, 1)) ** 2
    own = squares[rows, held.code].copy()
    squares[rows, held.code] = np.inf
    return float((own < squares.min(axis=1)).mean())


def _evenness(held: ClassSpread) -> tuple[float, float]:
    lengths = np.linalg.norm(held.means, axis=1)
    unit = held.means / np.where(lengths > 0, lengths, 1.0)[:, None]
    one, other = np.triu_indices(lengths.size, 1)
    cosines = np.clip(np.einsum("ij,ij->i", unit[one], unit[other]), -1.0, 1.0)
    return float(np.abs(cosines + 1 / (lengths.size - 1)).mean()), float(lengths.std() / lengths.mean())


def _spread(held: ClassSpread, key: str, *, value: float, high: float) -> dict[str, Any]:
    """Return the error from leaving out parts of the points; nothing where that would leave a class without spread."""
    n = held.code.size
    left = []
    for part in deleted_parts(n):
        rows = np.setdiff1d(np.arange(n), part)
        if np.bincount(held.code[rows], minlength=held.counts.size).min() < 2:
            return {}
        left.append(_value(ClassSpread.of(held.points[rows], held.code[rows]), key))
    if not np.isfinite(left).all() or not np.isfinite(value):
        return {}
    found, replicates = jackknife(value, left)
    interval = within_bounds(value, found.interval, low=0.0, high=high)
    return {"stderr": found.stderr, "interval": interval, "replicates": replicates}


def _shuffled(held: ClassSpread, key: str) -> float | None:
    """Return the median of a statistic over random orders of the labels; None where that is not finite."""
    rng = np.random.default_rng(0)
    found = [_value(ClassSpread.of(held.points, rng.permutation(held.code)), key) for _ in range(SHUFFLES)]
    middle = float(np.median(found))
    return middle if np.isfinite(middle) else None


def _value(held: ClassSpread, key: str) -> float:
    if key == "nc1":
        return held.nc1()
    if key == "nearest_mean":
        return _nearest_mean(held)
    if key == "equiangularity":
        return _evenness(held)[0]
    return _cdnv(held)[key == "cdnv_debiased"]
