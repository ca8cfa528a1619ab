"""The dimension of ratios under a Gamma prior."""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from ... import _check
from ...errors import RepscapeWarning


def posterior(
    log_mu: npt.NDArray[np.float64], prior: tuple[float, float], function: str
) -> tuple[float, float, tuple[float, float], float]:
    """Return the mean, standard deviation and 95 % interval of the posterior, and how far the prior pulls."""
    shape, rate = (_check.number(entry, "prior", function, low=0, open_ends="l") for entry in prior)
    total = float(log_mu.sum())
    shape_n, rate_n = shape + log_mu.size, rate + total
    value = shape_n / rate_n
    pull = value / (log_mu.size / total) - 1
    if abs(pull) > 0.02:
        warnings.warn(
            f"{function}: the Gamma({shape:g}, {rate:g}) prior moves the dimension by {pull:+.1%}; "
            "take more points or estimator='mle'.",
            RepscapeWarning,
            stacklevel=4,
        )
    low, high = gammaincinv(shape_n, [0.025, 0.975]) / rate_n
    return value, math.sqrt(shape_n) / rate_n, (float(low), float(high)), pull
