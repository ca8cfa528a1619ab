"""The exponent of the power law that the eigenvalues of the covariance follow."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import marked, spread_by_influence
from ._spectra import FloatArray, noise_spectrum, spectrum

NAME = "quality_alpha"
FIRST, LAST, LEAST = 11, 100, 10


@within_memory
def quality_alpha(
    X: Any,
    *,
    ranks: tuple[int, int] | None = None,
    convention: Literal["half", "reptrix"] = "half",
    error: Literal["auto", "influence"] | None = "auto",
) -> Estimate:
    r"""Minus the slope of log eigenvalue against log rank, each rank weighing 1 / rank [1]_.

    Parameters
    ----------
    X : (n, d) array
        Points.
    ranks : (int, int), optional
        First and last rank that are fitted, three or more of them. None: those of `convention`.
    convention : {"half", "reptrix"}
        "half": ranks 11 to half of min(n - 1, d), at least ten of them. "reptrix": 11 to 100, as that package takes.
    error : {"auto", "influence", None}
        "influence": from the derivative of the value by each point; none where there are no more points than features.

    Returns
    -------
    Estimate
        value: 0 where all directions are alike, about 1 where the spectrum is as rich as a smooth code can be [2]_, more
        where a few directions hold nearly all. chance is the value of noise of the same shape, by the law of Marchenko and
        Pastur. details: "n_eff", on how many examples an error rests (few: options["rests_on"]); "first", "last", the ranks
        fitted; "r2", the weighted share of the variance of log eigenvalues that
        the line explains: near 1 for a power law.

    Raises
    ------
    DegenerateDataError
        If all points are identical, or fewer directions than the last rank have any length.
    InputError
        If there are too few ranks: with convention="half" fewer than ten.

    References
    ----------
    .. [1] Agrawal, Mondal, Ghosh, Richards (2022). alpha-ReQ: assessing representation quality in self-supervised learning by
       measuring eigenspectrum decay. NeurIPS 35.
    .. [2] Stringer, Pachitariu, Steinmetz, Carandini, Harris (2019). High-dimensional geometry of population responses in
       visual cortex. Nature 571, 361-365.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(4000, 100)) * np.arange(1, 101) ** -0.5
    >>> round(rs.quality_alpha(X).value, 1)
    1.0
    """
    _check.choice(convention, "convention", NAME, ("half", "reptrix"))
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    points = _check.points(X, "X", NAME).astype(np.float64)
    n, d = points.shape
    first, last = _ranks(ranks, convention, min(n - 1, d))
    held = spectrum(points, centred=True, function=NAME)
    if held.values.size < last:
        raise DegenerateDataError(
            f"X of {NAME} has {held.values.size} directions of any length, fewer than the last rank, {last}. Name ranks=."
        )
    kept = slice(first - 1, last)
    log_rank = np.log(np.arange(first, last + 1))
    weights = 1 / np.arange(first, last + 1)
    weights = weights / weights.sum()
    centred = log_rank - weights @ log_rank
    slope = weights * centred / (weights @ centred**2)
    logs = 2 * np.log(held.values[kept])
    value = float(-slope @ logs)
    off = logs - weights @ logs
    rest = off + value * centred
    spread_of_logs = float(weights @ off**2)
    by_point = error is not None and n > d
    found = Estimate(
        value=value,
        n=n,
        chance=float(-slope @ np.log(noise_spectrum(n - 1, d)[kept])),
        options={"ranks": [first, last], "convention": convention, "error": "influence" if by_point else None},
        details={
            "first": first,
            "last": last,
            "r2": 1 - float(weights @ rest**2) / spread_of_logs if spread_of_logs > 0 else 1.0,
        },
        **(spread_by_influence(value, _influence(held.squares[:, kept], slope)) if by_point else {}),
    )
    return marked(found, _influence(held.squares[:, kept], slope)) if by_point else found


def _influence(squares: FloatArray, slope: FloatArray) -> FloatArray:
    found: FloatArray = -(squares - 1) @ slope
    return found


def _ranks(ranks: Any, convention: str, most: int) -> tuple[int, int]:
    if ranks is not None:
        if not isinstance(ranks, tuple | list) or len(ranks) != 2:
            raise InputError(f"ranks of {NAME} must be two whole numbers. Got {_check.shown(ranks)}.")
        first = _check.integer(ranks[0], "ranks[0]", NAME, low=1)
        return first, _check.integer(ranks[1], "ranks[1]", NAME, low=first + 2, high=most, why="min(n - 1, d)")
    last = LAST if convention == "reptrix" else most // 2
    if last > most or last - FIRST + 1 < LEAST:
        raise InputError(
            f"ranks {FIRST} to {last} of {NAME} must be {LEAST} at least, and of {most} directions (min(n - 1, d)). Take more "
            "points, or name ranks=(first, last)."
        )
    return FIRST, last
