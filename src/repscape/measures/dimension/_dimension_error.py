"""Errors that hold for dimensions from ratios of neighbour distances; how each was checked is in docs/calibration.md.

Neighbouring points share neighbours, so that errors for independent ratios are 16 to 43 % too small. Two ways count this: the
neighbour sandwich adds the products of the scores of linked points; subsamples show the spread itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...errors import DegenerateDataError, GraphDepthError, InputError
from .._result import Estimate, normal_interval
from ..uncertainty import DEEP, LEAST_POINTS, Deviations, Spread, Surroundings, deviations, sandwich, spread_of
from ._distinct import NearDistances

FloatArray = npt.NDArray[np.float64]
ERRORS = ("sandwich", "subsamples", "auto", "model", None)
QUARTER = 0.25
LINKS = 2
TWO_NEAREST = np.array([1, 2])


@dataclass(frozen=True, slots=True)
class Way:
    """What is known for the error of a dimension from the ratios r_2 / r_1."""

    near: NearDistances
    around: Surroundings | None
    sampled: Deviations | None
    why: str
    """Why there are no subsamples, or no sandwich; empty where there are both."""

    @classmethod
    def of(cls, near: NearDistances, statistic: Callable[[FloatArray], float | FloatArray]) -> Way:
        """Look at what `statistic` of log mu does over quarters of the points."""
        around = near.surroundings(DEEP)
        if around is None or near.n < LEAST_POINTS:
            why = (
                "who the neighbours are is not known" if around is None else f"{near.n} points are too few to resample"
            )
            return cls(near, None, None, why)

        def of_lengths(lengths: FloatArray) -> float | FloatArray:
            return statistic(np.log(lengths[:, 1] / lengths[:, 0]))

        try:
            sampled = deviations(around, of_lengths, share=QUARTER, ranks=TWO_NEAREST)
        except (DegenerateDataError, InputError):  # a subset in which all ratios are 1, or too few are left
            sampled = None
        why = "" if sampled else f"{around.k} neighbours of {near.n} points are too few for subsamples"
        return cls(near, around, sampled, why)

    def relative_sandwich(self, log_mu: FloatArray) -> float | None:
        """Return the relative standard error of the maximum likelihood estimate, or None where it cannot be had."""
        if self.around is None or self.around.k < LINKS:
            return None
        scores = 1 - log_mu * (log_mu.size / log_mu.sum())
        return math.sqrt(sandwich(scores, self.around.indices, LINKS)) / log_mu.size


def with_error(
    found: Estimate, near: NearDistances, log_mu: FloatArray, *, error: str, statistic: Callable[[FloatArray], float]
) -> Estimate:
    """Return an estimate that has the model's error with the one asked for, or the nearest to it that can be had.

    `statistic` gives the value for log mu of a subset. The sandwich belongs to the maximum likelihood estimate of all ratios;
    for the other estimators it is a stand-in, where the graph is too shallow for subsamples.
    """
    likelihood = found.options["estimator"] in ("mle", "bayes") and found.options["fraction"] == 1
    way = Way.of(near, statistic)
    relative = way.relative_sandwich(log_mu)
    sampled, replicates = way.sampled, None
    spread: Spread | None = None
    if (error == "sandwich" and relative is None) or (error == "subsamples" and sampled is None):
        raise GraphDepthError(
            f"error={error!r} of a dimension cannot be had: {way.why or 'one neighbour is not enough'}."
        )
    said = "sandwich" if error == "sandwich" or (error == "auto" and likelihood) else "subsamples"
    if said == "subsamples" and sampled is not None:
        spread, replicates = spread_of(sampled.scaled, found.value), sampled.scaled
    elif relative is not None:
        stderr = found.value * relative
        spread = Spread(stderr, normal_interval(found.value, stderr))
        replicates = None if sampled is None else rescaled(sampled.scaled, stderr)
        if said == "subsamples" or not likelihood:
            said = "sandwich of the maximum likelihood" + (f": {way.why}" if said == "subsamples" else "")
    if spread is None:
        return replace(found, options={**found.options, "error": f"model: {way.why or 'one neighbour is not enough'}"})
    details = {**found.details, **({"subset_share": sampled.share} if sampled is not None else {})}
    return replace(
        found,
        stderr=spread.stderr,
        interval=spread.interval,
        replicates=replicates,
        options={**found.options, "error": said},
        details=details,
    )


def rescaled(replicates: FloatArray, stderr: float) -> FloatArray:
    """Return replicates (draws,) whose standard deviation is `stderr`."""
    spread = float(replicates.std(ddof=1))
    return replicates * (stderr / spread) if spread > 0 else replicates
