"""RankMe: how many directions the singular values fill."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import marked, spread_by_influence, within_bounds
from ._spectra import FloatArray, Spectrum, effective, noise_spectrum, spectrum

NAME = "quality_rankme"
SMALL = 1e-7


@within_memory
def quality_rankme(
    X: Any,
    *,
    convention: Literal["exact", "paper"] = "exact",
    centre: bool = False,
    error: Literal["auto", "influence"] | None = "auto",
) -> Estimate:
    r"""Effective rank by singular values: exp of the entropy of p = s / sum s, s the singular values of the points [1]_.

    Parameters
    ----------
    X : (n, d) array
        Points, as they are: the mean is not taken off.
    convention : {"exact", "paper"}
        "paper": 1e-7 is added to every p, as in the paper, which lets many directions of no length count a little.
    centre : bool
        Take the mean off first: another number than the paper's.
    error : {"auto", "influence", None}
        "influence": from the derivative of the value by each point; none where there are no more points than features.

    Returns
    -------
    Estimate
        value in [1, min(n, d)]: 1 on a line through 0, all where points spread evenly. chance is the value of noise of the same
        shape, by the law of Marchenko and Pastur: few points cannot fill many directions. details: "n_eff", on how many
        examples an error rests (few: options["rests_on"]); "eigenvalues", the effective
        rank by squared singular values [2]_; "participation", (sum s^2)^2 / sum s^4; "share", the value over min(n, d).

    Raises
    ------
    DegenerateDataError
        If all points are 0, or with `centre` identical.

    References
    ----------
    .. [1] Garrido, Balestriero, Najman, LeCun (2023). RankMe: assessing the downstream performance of pretrained
       self-supervised representations by their rank. ICML.
    .. [2] Roy, Vetterli (2007). The effective rank: a measure of effective dimensionality. EUSIPCO, 606-610.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> found = rs.quality_rankme(np.random.default_rng(0).normal(size=(5000, 8)))
    >>> round(found.value, 1), round(found.chance, 1)
    (8.0, 8.0)
    """
    _check.choice(convention, "convention", NAME, ("exact", "paper"))
    _check.choice(centre, "centre", NAME, (True, False))
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    points = _check.points(X, "X", NAME).astype(np.float64)
    n, d = points.shape
    held = spectrum(points, centred=centre, function=NAME)
    p = held.values / held.values.sum()
    if convention == "paper":
        p = np.concatenate([p, np.zeros(held.most - p.size)]) + SMALL
        value = float(np.exp(-(p * np.log(p)).sum()))
    else:
        value = min(effective(p), float(held.most))
    squares = held.values**2
    by_point = error is not None and n > d
    spread = spread_by_influence(value, _influence(held, value)) if by_point else {}
    if spread:
        spread["interval"] = within_bounds(value, spread["interval"], low=1.0, high=float(held.most))
    found = Estimate(
        value=value,
        n=n,
        chance=effective(np.sqrt(noise_spectrum(n - 1 if centre else n, d))),
        options={"convention": convention, "centre": centre, "error": "influence" if by_point else None},
        details={
            "eigenvalues": effective(squares),
            "participation": float(squares.sum() ** 2 / (squares**2).sum()),
            "share": value / held.most,
        },
        **spread,
    )
    return marked(found, _influence(held, value)) if by_point else found


def _influence(held: Spectrum, value: float) -> FloatArray:
    """Return the (n,) derivative of the value by the weight of each point, times n."""
    p = held.values / held.values.sum()
    entropy = float(-(p * np.log(p)).sum())
    slope = -p * (np.log(p) + entropy)  # of the entropy by the logarithm of each singular value
    found: FloatArray = value * (held.squares - 1) @ slope / 2
    return found
